"""A training keeps snapshots of its weights on the way, which change no number of it."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.errors import PerceptuiError, UsageError
from engine.runs import events as ev
from engine.runs.contents import SNAPSHOTS
from engine.runs.deletion import delete
from engine.runs.inside import Look
from engine.runs.run import Run
from engine.runs.snapshots import USUAL_BYTES, SnapshotWriter, Taken
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.service.worker.inspection import evaluate, predict
from engine.service.worker.preparation import prepare, prepare_again
from engine.service.worker.training_run import TrainingRun
from engine.training import snapshots
from engine.training.checkpoint import load
from engine.training.moment import weights_at
from engine.training.named_tensors import model_tensors
from tests.engine.service.live import (
    begun_paused,
    demanding,
    on,
    run_async,
    the_end,
    to_resume,
    to_train,
    weights_of,
)
from tests.engine.training.tiny import NOWHERE, bits, small


@pytest.fixture(autouse=True)
def time_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy takes none away: which ones there are is exact."""
    monkeypatch.setattr(snapshots, "AHEAD_S", 1e6)
    monkeypatch.setattr(snapshots, "SHARE", 1e6)


def _begun(folder: Path, limit: int = USUAL_BYTES, **changes: object) -> TrainingRun:
    experiment = demanding(**{"epochs": 20, **changes})  # 4 steps each
    order = to_train(experiment, folder, data_dir=NOWHERE.data_dir, snapshot_bytes=limit)
    return TrainingRun.begin(order, prepare(experiment, NOWHERE))


def _ended(training: TrainingRun) -> Run:
    while not training.is_over:
        training.advance(0.0)
    return Run(training.directory.path)


def _steps(run: Run) -> list[int]:
    return [taken.step for taken in run.snapshots.all_taken()]


DENSE = [*range(65), *range(66, 81, 2)]
"""The steps of 80 that have one: all but each second one once 64 are done."""


def test_each_snapshot_holds_the_weights_of_its_step(tmp_path: Path) -> None:
    """From step 0 on, every bit of them, statistics too, dense early and thinner later."""
    training = _begun(tmp_path)
    lived: dict[int, dict[str, Tensor]] = {}
    while not training.is_over:
        state = model_tensors(training.trainer.model)
        lived[training.trainer.global_step] = {n: t.clone() for n, t in state.items()}
        training.advance(0.0)
    run = Run(training.directory.path)
    assert _steps(run) == DENSE
    for step in (0, 1, 33, 78):
        weights, path = weights_at(run, step)
        assert bits({**lived[step]}) == bits(
            {f"model.{name}": tensor for name, tensor in weights.group("model").items()}
        )
        assert (weights.state["step"], weights.state["epoch"]) == (step, step // 4)
        assert path == run.snapshots.path
    last = load(run.checkpoint("last")).group("model")
    assert bits(weights_at(run, 80)[0].group("model")) == bits(last)
    assert run.snapshots.read(0).taken.event == 1


def test_they_change_no_number(tmp_path: Path) -> None:
    """With them and without, the last weights are the same to the last bit."""
    assert weights_of(_ended(_begun(tmp_path))) == weights_of(_ended(_begun(tmp_path, 0)))


def test_none_are_kept_of_a_network_that_one_would_fill(tmp_path: Path) -> None:
    """Nor where a person wants none: there is no folder for them then."""
    needed = snapshots._layout_of(prepare(demanding(), NOWHERE), 0).slot_bytes()
    for limit in (0, 2 * needed - 1):
        run = _ended(_begun(tmp_path, limit))
        assert not (run.path / SNAPSHOTS).exists()
        assert _steps(run) == []
    run = _ended(_begun(tmp_path, 3 * needed))
    assert len(_steps(run)) in (2, 3)
    assert (run.path / SNAPSHOTS / "weights.bin").stat().st_size < 3 * needed + 1000


def test_a_training_without_time_for_them_takes_the_first_and_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they may cost is a share of the time: where none is left, steps go on without.

    Whether there is, is asked ever more rarely: that takes time as well.
    """
    monkeypatch.setattr(snapshots, "SHARE", 0.0)
    training = _begun(tmp_path)
    asked: list[int] = []
    take = training.snapshots.take

    def counted(last_event: int) -> str:
        asked.append(last_event)
        return take(last_event)

    monkeypatch.setattr(training.snapshots, "take", counted)
    assert _steps(_ended(training)) == [0, 80]
    assert len(asked) == 4


def test_a_rewind_takes_later_ones_back(tmp_path: Path) -> None:
    """Those after the step gone back to are gone, and come again; all are of one training."""
    training = _begun(tmp_path)
    training.advance(float("inf"), 10)
    training.save()
    training.advance(float("inf"), 10)
    training.set_learning_rate(0.5)
    training.write_snapshots()
    assert _steps(Run(training.directory.path)) == [*range(20)]
    training.rewind("last")
    assert _steps(Run(training.directory.path)) == [*range(10)]
    training.set_learning_rate(0.25)
    run = _ended(training)
    assert _steps(run) == DENSE
    assert run.snapshots.read(10).taken.event > run.snapshots.read(9).taken.event == 2


def test_a_resumed_run_goes_on_with_them(tmp_path: Path) -> None:
    """Those after the checkpoint that it goes on from are taken again; none twice."""
    training = _begun(tmp_path)
    training.advance(float("inf"), 10)
    training.save()
    training.advance(float("inf"), 7)
    training.write_snapshots()
    run = Run(training.directory.path)
    assert _steps(run) == [*range(17)]
    training.directory.close()  # as if it was killed
    run = _ended(TrainingRun.resume(run, prepare_again(to_resume(run), NOWHERE)))
    assert _steps(run) == DENSE
    assert weights_of(run) == weights_of(_ended(_begun(tmp_path, 0)))
    without = _begun(tmp_path, 0)
    without.advance(float("inf"), 10)
    without.save()
    without.directory.close()
    kept_none = Run(without.directory.path)
    kept_none = _ended(TrainingRun.resume(kept_none, prepare_again(to_resume(kept_none), NOWHERE)))
    assert _steps(kept_none) == []


def test_a_full_disk_is_told_once_and_costs_only_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The training goes on to its end, with its checkpoints."""

    def write(self: SnapshotWriter, snapshots: Sequence[tuple[Taken, bytes]]) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    training = _begun(tmp_path)
    monkeypatch.setattr(SnapshotWriter, "write", write)
    training.advance(float("inf"), 10)
    training.pause()
    training.advance(float("inf"), 10)
    training.pause()
    run = _ended(training)
    told = [event for event in run.record().events if isinstance(event, ev.SnapshotsFailed)]
    assert [event.message for event in told] == [f"{run.snapshots.path}: No space left on device"]
    assert _steps(run) == []
    finished = run.record().finished
    assert finished is not None
    assert (finished.reason, finished.unkept) == ("completed", "")


def test_they_are_deleted_with_their_run(tmp_path: Path) -> None:
    """They are a part of it, as what a killed writer left of them is."""
    run = _ended(_begun(tmp_path))
    left = run.path / SNAPSHOTS / ".perceptui-abcd_123.tmp"
    left.mkdir()
    (left / "new").touch()
    delete(run)
    assert list(tmp_path.iterdir()) == []


def test_samples_are_predicted_and_scores_measured_as_they_were(tmp_path: Path) -> None:
    """At any moment that was kept; without one there is a sentence."""
    run = _ended(_begun(tmp_path, epochs=2))
    rows = [["0.5", "0.25"], ["1.5", "-0.5"]]
    assert predict(run, rows, 8) != predict(run, rows, 0)
    assert [one.outputs for one in predict(run, rows, 8)] == [
        one.outputs for one in predict(run, rows, "last")
    ]
    assert [one.metrics for one in evaluate(run, NOWHERE, 8)] == [
        one.metrics for one in evaluate(run, NOWHERE, "last")
    ]
    with pytest.raises(UsageError, match=r"no snapshot of step 9: the nearest are 8$"):
        predict(run, rows, 9)


def test_the_past_of_a_live_run_is_drawn_and_it_goes_on_as_if_not(
    warm: Path, tmp_path: Path
) -> None:
    """In every view, with its scores; the training that goes on afterwards is the same."""

    async def train() -> Run:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, demanding(epochs=20), tmp_path)
            before = await session.pictures(8, 6)
            look = Look(columns=4, rows=3)
            first = await session.look_inside(look)
            await on(session, 30)
            assert (await session.runs.moments(run)).steps[0] == 0  # others as there was time
            past = await session.runs.review(run, 0, grid=(8, 6), measure=True)
            assert (past.step, past.epoch, [one.split for one in past.evaluated]) == (
                *(0, 0),
                ["train", "validation"],
            )
            assert past.pictures.boundary == before.boundary
            assert past.pictures.comparison == before.comparison
            inside = await session.runs.inside_of_run(run, look, 0)
            assert inside == first
            with pytest.raises(PerceptuiError, match="no snapshot of step 31"):
                await session.runs.review(run, 31)
            await session.do(p.Continue())
            await the_end(session)
            found = await session.runs.moments(run)
            assert (found.steps[-1], found.epochs[-1], found.losses[0]) == (80, 20, None)
            over = await session.runs.review(run, 0, grid=(8, 6), measure=True)
            assert (over.pictures.boundary, over.evaluated) == (before.boundary, past.evaluated)
            assert await session.runs.inside_of_run(run, look, 0) == first
            return run

    run = run_async(train())
    assert weights_of(run) == weights_of(_ended(_begun(tmp_path, 0)))


def test_a_network_of_several_types_is_kept(tmp_path: Path) -> None:
    """Statistics are counted in whole numbers, and scales are of double length."""
    experiment = small(data='circle(samples=24, features=["x1", "x2"])', layers=[
        *("Linear(3)", "BatchNorm1d()", "ReLU()", "Linear(1)", "Sigmoid()")
    ], epochs=1)  # fmt: skip
    order = to_train(experiment, tmp_path, data_dir=NOWHERE.data_dir)
    run = _ended(TrainingRun.begin(order, prepare(experiment, NOWHERE)))
    kinds = {tensor.dtype for tensor in weights_at(run, 1)[0].tensors.values()}
    assert kinds >= {torch.float32, torch.int64}


def test_a_new_run_starts_from_a_snapshot(tmp_path: Path) -> None:
    """From its weights and nothing else of it; the first event says so, the old run keeps a file
    of them that scripts can read, and its checkpoints stay as they were.
    """
    old = _ended(_begun(tmp_path, epochs=5))
    before = weights_of(old), weights_of(old, "best")
    path = old.directory.moment(7)
    training = _begun(tmp_path, start_from=str(path))
    run = Run(training.directory.path)
    assert run.started().started_from == f"{old.path}@7"
    assert bits(model_tensors(training.trainer.model)) == {
        name: one for name, one in bits(load(path).tensors).items() if name.startswith("model.")
    }
    assert (weights_of(old), weights_of(old, "best")) == before
    delete(old)
    assert not old.path.exists()


def test_a_new_run_tells_whose_weights_it_has(tmp_path: Path) -> None:
    """Those of a checkpoint are named alike; fresh ones are nobody's."""
    old = _ended(_begun(tmp_path, epochs=5))
    assert old.started().started_from == ""
    training = _begun(tmp_path, start_from=str(old.checkpoint("last")))
    assert Run(training.directory.path).started().started_from == f"{old.path}@20"


def test_a_step_that_was_not_kept_is_none_to_start_from(tmp_path: Path) -> None:
    """The sentence names those beside it, and no run is made."""
    old = _ended(_begun(tmp_path))
    with pytest.raises(UsageError, match=r"no snapshot of step 71: the nearest are 70 and 72$"):
        _begun(tmp_path, start_from=str(old.directory.moment(71)))
    assert [path.name for path in tmp_path.iterdir()] == [old.name]
