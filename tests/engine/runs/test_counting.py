"""Which events of a record count after its training went back."""

from __future__ import annotations

from engine.runs import events as ev
from engine.runs.reader import counting


def _epoch(n: int, epoch: int) -> ev.EpochFinished:
    return ev.EpochFinished(
        n=n, epoch=epoch, step=epoch, train_loss=0.0, learning_rate=0.1, gradient_norm=0.0,
        steps_per_s=1.0, samples_per_s=1.0, elapsed_s=0.0,
    )  # fmt: skip


def _back(n: int, after_event: int) -> ev.Resumed:
    return ev.Resumed(n=n, from_step=0, epoch=0, after_event=after_event)


def _numbers(*events: ev.Recorded) -> list[int]:
    return [event.n for event in counting(events)]


def test_a_straight_record_counts_whole() -> None:
    """Without a way back every event counts."""
    assert _numbers(*(_epoch(n, n) for n in range(1, 5))) == [1, 2, 3, 4]
    assert _numbers() == []


def test_what_came_after_the_checkpoint_is_left_out() -> None:
    """After two resumes from the same checkpoint only the last life counts."""
    found = _numbers(
        _epoch(1, 1), _epoch(2, 2), _back(3, 1), _epoch(4, 2), _back(5, 1), _epoch(6, 2)
    )
    assert found == [1, 5, 6]


def test_going_back_to_what_was_left_counts_it_again() -> None:
    """A rewind to the best, then one to a checkpoint of the branch that was left by it."""
    record: list[ev.Recorded] = [
        _epoch(1, 1),
        _epoch(2, 2),
        _epoch(3, 3),
        _back(4, 1),
        _epoch(5, 2),
        _back(6, 2),
    ]
    assert _numbers(*record) == [1, 2, 6]
    assert _numbers(*record, _back(7, 5), _epoch(8, 3)) == [1, 4, 5, 7, 8]


def test_a_gap_in_the_numbers() -> None:
    """Where the line that a resume goes back to was lost, those before it count."""
    assert _numbers(_epoch(1, 1), _epoch(4, 4), _back(5, 3), _epoch(6, 3)) == [1, 5, 6]
