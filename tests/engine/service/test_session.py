"""A training is steered from outside, and what it was told shows in its record and its bits."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from engine.errors import DataUnavailable, PerceptuiError, UsageError
from engine.runs import events as ev
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.service.worker import run_controller
from engine.service.worker.socket_server import SocketServer
from engine.service.worker.training_run import TrainingRun
from engine.spec.experiment import Experiment
from tests.engine.service.live import (
    begun_paused,
    demanding,
    endless,
    on,
    paused,
    reported,
    run_async,
    the_end,
    to_train,
    uninterrupted,
    until,
    weights_of,
)
from tests.engine.training.tiny import small


async def _trained(session: Session, experiment: Experiment, runs_dir: Path) -> Run:
    path = await session.begin(to_train(experiment, runs_dir, name="tiny"))
    finished = await the_end(session)
    assert finished.reason == "completed"
    return Run(path)


def test_a_trainer_gives_the_bits_of_the_plain_loop(warm: Path, tmp_path: Path) -> None:
    """Weights and reported epochs of a training process are those of the same loop elsewhere."""

    async def train() -> Run:
        async with Session.connect(warm) as session:
            return await _trained(session, demanding(epochs=60), tmp_path)

    run = run_async(train())
    assert (weights_of(run), reported(run.record().events)) == uninterrupted(demanding(epochs=60))


def test_one_session_trains_again(warm: Path, tmp_path: Path) -> None:
    """After an end and after a stop the same session trains anew, and tells the new run's events.

    What was not read of the run before does not come any more.
    """

    async def train() -> tuple[Run, Run, Run]:
        async with Session.connect(warm) as session:
            first = await _trained(session, small(), tmp_path)
            second = Run(await session.begin(to_train(endless(), tmp_path)))
            await session.do(p.Stop())
            third = Run(await session.begin(to_train(small(), tmp_path)))
            seen = await until(session, lambda happened: isinstance(happened, ev.RunFinished))
            started = [event for event in seen if isinstance(event, ev.RunStarted)]
            assert [event.run for event in started] == [str(third.path)]
            return first, second, third

    first, second, third = run_async(train())
    assert [run.record().finished for run in (first, third)] != [None, None]
    stopped = second.record().finished
    assert stopped is not None
    assert stopped.reason == "stopped"
    assert weights_of(first) == weights_of(third)


def test_training_again_meanwhile_is_refused(warm: Path, tmp_path: Path) -> None:
    """A trainer that trains takes no second experiment, and goes on with the first."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            await session.begin(to_train(endless(), tmp_path))
            with pytest.raises(UsageError, match="stop that run first"):
                await session.begin(to_train(small(), tmp_path))
            assert session.state == "running"
            await session.do(p.Stop())

    run_async(train())
    assert len(list(tmp_path.iterdir())) == 1


def test_steps_of_batches_and_epochs(warm: Path, tmp_path: Path) -> None:
    """step(batches) trains so many, step(epochs) to the end of an epoch; then it waits."""

    async def train() -> list[int]:
        steps: list[int] = []
        async with Session.connect(warm) as session:
            await session.begin(to_train(demanding(), tmp_path, paused=True))
            steps.append((await paused(session)).step)
            for batches, epochs in ((1, 0), (5, 0), (0, 1), (0, 1), (0, 2)):
                await session.do(p.Advance(batches=batches, epochs=epochs))
                steps.append((await paused(session)).step)
            with pytest.raises(UsageError, match="at least one"):
                await session.do(p.Advance())
            await session.do(p.Stop())
        return steps

    assert run_async(train()) == [0, 1, 6, 8, 12, 20]  # an epoch has 4 batches


def test_pausing_and_stepping_change_no_bit(warm: Path, tmp_path: Path) -> None:
    """Pauses, steps, pictures, descriptions and evaluations in between leave the weights alone."""

    async def train() -> Run:
        async with Session.connect(warm) as session:
            other = await _trained(session, small(), tmp_path)
            run = await begun_paused(session, demanding(epochs=60), tmp_path)
            await session.watch(progress_hz=50, pictures_hz=50, grid=(8, 6))
            for _ in range(3):
                await on(session, 7)
                await session.pictures(8, 6)
                await session.experiments.describe(small(data="spiral(samples=30)", seed=5))
                await session.runs.evaluate(other)
                await session.runs.review(other, grid=(8, 6), measure=True)
                await session.runs.predict(other, [["0.5", "0.5"]])
            await session.do(p.Continue())
            await session.do(p.Pause())
            await session.do(p.Continue())
            await the_end(session)
            return run

    run = run_async(train())
    assert (weights_of(run), reported(run.record().events)) == uninterrupted(demanding(epochs=60))


def test_describe_tells_the_data_before_any_training(warm: Path) -> None:
    """A description has the shape, the statistics and a thumbnail, without a run."""

    async def ask() -> None:
        async with Session.connect(warm) as session:
            found = await session.experiments.describe(small(data="circle(samples=30)"))
            assert found.known_facts().shape == (2,)
            assert sum(found.class_counts) == 30
            assert len(found.points) == 30
            assert len(found.means) == 2

    run_async(ask())


def test_what_can_not_be_prepared_is_refused(warm: Path, tmp_path: Path) -> None:
    """Missing data is told as such, leaves no run behind, and the trainer serves on."""

    async def train() -> None:
        file = tmp_path / "gone.csv"
        file.write_text("a,b,kind\n1,2,x\n2,1,y\n3,2,x\n4,5,y\n", "utf-8")
        missing = small(data=f'csv("{file}", target="kind")')
        file.unlink()
        async with Session.connect(warm) as session:
            with pytest.raises(DataUnavailable, match=r"gone\.csv"):
                await session.begin(to_train(missing, tmp_path / "runs"))
            assert session.state == "idle"
            with pytest.raises(UsageError, match="nothing is being trained"):
                await session.do(p.Pause())
            await _trained(session, small(), tmp_path / "runs")

    run_async(train())
    assert len(list((tmp_path / "runs").iterdir())) == 1


@contextmanager
def _little_memory(session: Session) -> Iterator[None]:
    """Leave the trainer half a gigabyte more than it has."""
    pages = int(Path(f"/proc/{session.pid}/statm").read_text("ascii").split()[0])
    enough = pages * resource.getpagesize() + (1 << 29)
    before = resource.prlimit(session.pid, resource.RLIMIT_AS)
    resource.prlimit(session.pid, resource.RLIMIT_AS, (enough, before[1]))
    try:
        yield
    finally:
        resource.prlimit(session.pid, resource.RLIMIT_AS, before)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of others need Linux")
def test_out_of_memory_fails_and_the_trainer_lives_on(warm: Path, tmp_path: Path) -> None:
    """A network that does not fit into memory is refused with torch's reason, without a run."""

    async def train() -> None:
        huge = small(layers=["Linear(20000)", "Linear(20000)", "Linear(1)", "Sigmoid()"])
        async with Session.connect(warm) as session:
            with _little_memory(session), pytest.raises(PerceptuiError, match="memory"):
                await session.begin(to_train(huge, tmp_path))
            await _trained(session, small(), tmp_path)

    run_async(train())
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of others need Linux")
def test_an_exception_inside_a_layer_ends_the_run(warm: Path, tmp_path: Path) -> None:
    """What torch raises in the midst of a step is the run's recorded reason."""

    async def train() -> Run:
        # The parameters fit, the first layer's outputs for all samples do not: 4 GB.
        greedy = small(
            data="circle(samples=20000)", layers=["Linear(50000)", "Linear(1)", "Sigmoid()"]
        )
        async with Session.connect(warm) as session:
            run = await begun_paused(session, greedy, tmp_path)
            with _little_memory(session):
                await session.do(p.Continue())
                finished = await the_end(session)
            assert finished.reason == "failed"
            await _trained(session, small(), tmp_path)
            return run

    run = run_async(train())
    failed = run.record().last(ev.Failed)
    assert isinstance(failed, ev.Failed)
    assert "memory" in failed.message
    log = (run.path / "worker.log").read_text("utf-8")
    assert "torch/nn/modules/linear.py" in log


def test_states_are_told_in_order(warm: Path, tmp_path: Path) -> None:
    """A training says that it prepares, runs, waits, runs again and is finished."""

    async def train() -> list[str]:
        states: list[str] = []
        async with Session.connect(warm) as session:
            await session.begin(to_train(endless(), tmp_path))
            await session.do(p.Pause())
            await session.do(p.Continue())
            await session.do(p.Stop())
            seen = await until(
                session, lambda h: isinstance(h, p.StateChanged) and h.state == "finished"
            )
            states += [happened.state for happened in seen if isinstance(happened, p.StateChanged)]
        return states

    assert run_async(train()) == ["preparing", "running", "paused", "running", "finished"]


def test_a_pause_holds_once_it_is_answered(warm: Path, tmp_path: Path) -> None:
    """Not a step is done between its answer and what follows, however often."""

    async def train() -> Run:
        async with Session.connect(warm) as session:
            path = await session.begin(to_train(endless(), tmp_path))
            for _ in range(3):
                await session.do(p.Pause())
                assert session.state == "paused"
                await session.do(p.Continue())
            await session.do(p.Stop())
            return Run(path)

    events = [*run_async(train()).raw_events()]
    paused_at = [event.step for event in events if isinstance(event, ev.Paused)]
    assert len(paused_at) == 3
    assert [event.step for event in events if isinstance(event, ev.Continued)] == paused_at


def test_clients_are_looked_at_after_each_slice_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """So a pause waits for a step and 20 ms at most; `measure_service` has the milliseconds."""
    asked: list[tuple[float, int | None]] = []
    training = SimpleNamespace(
        is_over=False,
        advance=lambda deadline, batches: asked.append((deadline, batches)),
        waits=lambda: False,
    )
    monkeypatch.setattr("time.perf_counter", lambda: 100.0)
    controller = run_controller.RunController(cast(SocketServer, SimpleNamespace(clients=[])))
    controller.training = cast(TrainingRun, training)
    controller.train()
    controller.state = "running"
    controller.train()
    assert asked == [(100.0 + run_controller.WORK_S, None)]
    assert run_controller.WORK_S == 0.02
