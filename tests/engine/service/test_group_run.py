"""Trainings in one leave runs like any other, in a worker that answers all the while."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from engine.errors import NotStacked, UsageError
from engine.runs import events as ev
from engine.runs.run import Run
from engine.runs.state import state_of
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.service.worker.group_run import GroupRun
from engine.service.worker.preparation import prepare_again
from engine.spec.experiment import Experiment
from engine.spec.writer import to_toml
from engine.training.checkpoint import load
from engine.training.trainer import Trainer
from tests.engine.service.live import to_resume
from tests.engine.training.tiny import NOWHERE, flushed_denormals, small

LONG: dict[str, Any] = {"epochs": 100_000, "report_every": 100_000}
MOONS: dict[str, Any] = {
    "data": "moons(samples=40)",
    "layers": ["Linear(6)", "Tanh()", "Linear(2)"],
    "loss": "CrossEntropyLoss()",
    "batch_size": 16,
    "validation_fraction": 0.2,
    "epochs": 6,
    "predict": [[0.5, 0.5]],
}


def order(runs_dir: Path, *experiments: Experiment, **others: Any) -> p.TrainGroup:
    """What asks for a group, whose runs are called 0, 1, ..."""
    return p.TrainGroup(
        tomls=tuple(to_toml(one, complete=True) for one in experiments),
        directories=tuple(str(number) for number in range(len(experiments))),
        runs_dir=str(runs_dir),
        data_dir=str(runs_dir),
        **others,
    )


def finished(group: GroupRun) -> list[p.GroupMessage]:
    """All that a group tells until it is over."""
    told: list[p.GroupMessage] = []
    with flushed_denormals():
        while not group.is_over:
            told += group.advance(time.perf_counter() + 0.02)
    return told


def test_each_leaves_a_run_like_any_other(tmp_path: Path) -> None:
    """Experiment, record, curve and checkpoints; it is evaluated, and asked what was asked for."""
    experiments = [small(seed=seed, **MOONS) for seed in range(3)]
    told = finished(GroupRun.begin(order(tmp_path, *experiments, columns=4, rows=3), NOWHERE))
    assert [one.index for one in told if isinstance(one, p.MemberEnded)] == [0, 1, 2]
    reports = [one for one in told if isinstance(one, p.MemberReported)]
    assert [(one.index, one.epoch) for one in reports[:4]] == [(0, 1), (1, 1), (2, 1), (0, 2)]
    ends = [one.boundary for one in told if isinstance(one, p.MemberEnded)]
    assert all(one is not None and (one.columns, one.rows) == (4, 3) for one in ends)
    for number, experiment in enumerate(experiments):
        run = Run(tmp_path / str(number))
        with flushed_denormals():
            alone = Trainer(experiment, NOWHERE)
            expected = list(alone.events())
        found = list(run.events())
        assert [event.n for event in found] == list(range(1, len(found) + 1))
        kinds = [type(event).__name__ for event in found]
        reported = ["EpochFinished"] * len(expected)
        kept = ["CheckpointSaved"] * 2
        ending = ["Evaluated", "Evaluated", "Predicted", "RunFinished"]
        assert kinds == ["RunStarted", *reported, *kept, *ending]
        assert run.started().executor == "stacked"
        assert run.experiment() == alone.experiment
        assert (state_of(run).text, state_of(run).holder) == ("completed", "none")
        assert len(run.losses()) == 6
        best = load(run.checkpoint("best"))
        assert best.state["epoch"] == alone.selection.epoch
        end = found[-1]
        assert isinstance(end, ev.RunFinished)
        assert end.metrics.keys() == {*alone.metrics, *_evaluated(alone)}


def _evaluated(trainer: Trainer) -> set[str]:
    """The metrics that a final evaluation adds."""
    found = trainer.reports.evaluations()
    return {f"{one.split}_{name}" for one in found for name in one.metrics}


def test_a_member_goes_on_alone(tmp_path: Path) -> None:
    """What a stopped group leaves is gone on with to where the training alone comes."""
    experiments = [small(seed=seed, **{**MOONS, "epochs": 40}) for seed in range(2)]
    group = GroupRun.begin(order(tmp_path, *experiments), NOWHERE)
    with flushed_denormals():
        for _ in range(3):
            group.advance(0.0)
        told = group.finish("stopped")
    assert [type(one).__name__ for one in told[-3:]] == ["MemberEnded", "MemberEnded", "GroupEnded"]
    run = Run(tmp_path / "1")
    assert state_of(run).text == "stopped"
    with flushed_denormals():
        prepared = prepare_again(to_resume(run), NOWHERE).trainer
        assert prepared.global_step == 4
        list(prepared.events())
        alone = Trainer(experiments[1], NOWHERE)
        list(alone.events())
    ours, theirs = prepared.losses.newest, alone.losses.newest
    assert ours is not None
    assert theirs is not None
    assert ours[0] == theirs[0]
    assert abs(ours[1] - theirs[1]) < 1e-5


def test_a_sample_is_trained_alone_and_compared(tmp_path: Path) -> None:
    """As many as are asked for, of those that came to a loss."""
    experiments = [small(seed=seed, epochs=5) for seed in range(4)]
    told = finished(GroupRun.begin(order(tmp_path, *experiments, num_checked=2), NOWHERE))
    end = told[-1]
    assert isinstance(end, p.GroupEnded)
    assert [one.index for one in end.compared] == [1, 3]
    assert all(one.apart is not None and one.apart < 1e-5 for one in end.compared)


def test_a_diverged_one_is_a_result(tmp_path: Path) -> None:
    """It has its end and a checkpoint with finite weights; the others have theirs."""
    experiments = [small(**MOONS, optimizer=f"SGD(lr={rate})") for rate in (0.1, 1e38)]
    finished(GroupRun.begin(order(tmp_path, *experiments), NOWHERE))
    states = [state_of(Run(tmp_path / str(number))).text for number in range(2)]
    assert states == ["completed", "diverged"]
    events = list(Run(tmp_path / "1").events())
    kinds = [type(event).__name__ for event in events]
    assert kinds == ["RunStarted", "Diverged", "CheckpointSaved", "RunFinished"]
    tensors = load(Run(tmp_path / "1").checkpoint("last")).group("model").values()
    assert all(bool(tensor.isfinite().all()) for tensor in tensors)


def test_a_name_that_is_taken_leaves_nothing(tmp_path: Path) -> None:
    """Either all run directories are made or none."""
    (tmp_path / "1").mkdir()
    with pytest.raises(UsageError, match="can't be written"):
        GroupRun.begin(order(tmp_path, small(), small(seed=1)), NOWHERE)
    assert [path.name for path in tmp_path.iterdir()] == ["1"]


def test_a_session_trains_a_group(warm: Path, tmp_path: Path) -> None:
    """What can't be stacked is told before anything is written; a stop ends all of a group."""

    async def main() -> None:
        async with Session.connect(warm) as session:
            apart = order(tmp_path, small(), small(seed=1, epochs=9))
            with pytest.raises(NotStacked, match="they differ in epochs"):
                await anext(session.train_group(apart))
            assert not list(tmp_path.iterdir())
            long = [small(seed=seed, **LONG) for seed in range(2)]
            told = []
            async for message in session.train_group(order(tmp_path, *long)):
                told.append(message)
                if isinstance(message, p.GroupProgress) and len(told) > 2:
                    with pytest.raises(UsageError, match="can only be stopped"):
                        await session.do(p.Pause())
                    await session.do(p.Stop())
            assert isinstance(told[-1], p.GroupEnded)
            assert session.state == "finished"

    asyncio.run(main())
    assert [state_of(Run(tmp_path / name)).text for name in "01"] == ["stopped", "stopped"]
