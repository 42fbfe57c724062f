"""Which trials come next, in a first life of a sweep and in a later one."""

from __future__ import annotations

from engine.sweeps.plan import Plan, Trial
from engine.sweeps.queue import Queue
from engine.sweeps.table import CellChosen, Ending, Lines, TrialEnded
from tests.engine.sweeps.planned import RATES, WIDTHS, ended, plan


def _end(
    queue: Queue, trial: Trial, value: float | None, ending: Ending = "completed"
) -> TrialEnded:
    line = TrialEnded(
        trial=trial.number,
        cell=trial.cell,
        values=queue.values(trial.cell),
        seed=trial.seed,
        ending=ending,
        value=value,
    )
    queue.ended(line)
    return line


def _take(queue: Queue) -> Trial:
    trial = queue.waiting()[0]
    queue.take(trial)
    return trial


def test_a_grid_is_seen_whole_before_it_is_repeated() -> None:
    """A seed of every configuration, then the next seed; what is over does not wait."""
    of = plan(RATES, WIDTHS, seeds=2)
    assert [trial.number for trial in Queue(of).waiting()] == [1, 3, 5, 7, 2, 4, 6, 8]
    lines: list[Lines] = [ended(of, 1, 0, 0.5), ended(of, 0, 1, None, "diverged")]
    assert [trial.number for trial in Queue(of, lines).waiting()] == [1, 5, 7, 4, 6, 8]


def _searched(of: Plan) -> tuple[Queue, list[Lines]]:
    queue, lines = Queue(of), list[Lines]()
    while (chosen := queue.choose()) is not None:
        lines.append(chosen)
        while queue.waiting():
            trial = _take(queue)
            lines.append(_end(queue, trial, 0.1 * trial.number))
    return queue, lines


def test_a_search_chooses_as_many_as_it_is_told() -> None:
    """Within the range, each with its seeds; the same plan chooses the same."""
    of = plan("optimizer.lr=log(0.01,1)", WIDTHS, search="random", trials=4, seeds=2)
    _, lines = _searched(of)
    chosen = [line for line in lines if isinstance(line, CellChosen)]
    assert [line.cell for line in chosen] == [0, 1, 2, 3]
    assert all(0.01 <= float(line.values[0]) <= 1 for line in chosen)
    assert all(line.values[1] in ("2", "3") for line in chosen)
    assert len({line.values for line in chosen}) == 4
    assert [line.trial for line in lines if isinstance(line, TrialEnded)] == [*range(1, 9)]
    assert _searched(of)[1] == lines


def test_a_search_goes_on_from_its_table() -> None:
    """What it had chosen and not finished is trained first, what it learned is remembered."""
    of = plan("optimizer.lr=log(0.01,1)", search="tpe", trials=3, seeds=2)
    _, lines = _searched(of)
    lines = lines[:4]  # a whole configuration, and one training is missing of nothing
    begun = CellChosen(cell=1, values=("0.25",))
    queue = Queue(of, [*lines[:3], begun])
    assert queue.choose() is None
    assert queue.values(1) == ("0.25",)
    assert [trial.number for trial in queue.waiting()] == [3, 4]
    for _ in range(2):
        _end(queue, _take(queue), 0.3)
    chosen = queue.choose()
    assert chosen is not None
    assert chosen.cell == 2
    assert len(queue.waiting()) == 2
    assert queue.choose() is None


def test_the_first_training_decides_for_the_others_where_they_may_be_cut() -> None:
    """Of a grid, too: what falls behind the median of five is cut, its other seeds never begin."""
    of = plan("optimizer.lr=linear(0.1,0.7,7)", seeds=2, prune=True)
    queue = Queue(of)
    for _ in range(6):
        assert queue.choose() is None
        first = _take(queue)
        assert first.number == first.cell * 2 + 1
        assert queue.waiting() == []
        assert queue.goes_on(first, 1, {"train_loss": 0.1})
        _end(queue, first, 0.1)
        second = _take(queue)
        assert queue.goes_on(second, 1, {"train_loss": 9.0})  # it decides nothing
        _end(queue, second, 0.1)
    queue.choose()
    last = _take(queue)
    assert not queue.goes_on(last, 1, {"train_loss": 9.0})
    _end(queue, last, None, "pruned")
    assert queue.waiting() == []
    assert queue.num_unopened == 0
