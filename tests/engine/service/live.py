"""Training processes that really run: followed, waited for, and compared bit by bit."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from safetensors.numpy import load_file

from engine.errors import PerceptuiError
from engine.paths import data_dir as default_data_dir
from engine.runs import events as ev
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session, SessionEvent
from engine.spec.experiment import Experiment
from engine.spec.writer import to_toml
from tests.engine.training.tiny import small, trained, weights

T = TypeVar("T")
WAIT_S = 120.0
"""A condition that is not met by then never will be, however busy the machine.

A minute was not enough where a new process loads torch while ten others want the two cores.
"""
_TIMES = {"elapsed_s", "steps_per_s", "samples_per_s", "n"}
Bits = dict[str, tuple[str, tuple[int, ...], bytes]]

DEMANDING: dict[str, Any] = {
    "data": "circle(samples=40)",
    "layers": ["Linear(6)", "BatchNorm1d()", "ReLU()", "Dropout(0.3)", "Linear(1)", "Sigmoid()"],
    "optimizer": "Adam(lr=0.01)",
    "schedule": "CosineAnnealingLR()",
    "batch_size": 8,
    "validation_fraction": 0.25,
    "report_every": 50,
}
"""Whatever has state: shuffling, dropout, running statistics, moments, a schedule; 4 steps."""


def demanding(**changes: Any) -> Experiment:
    """An experiment whose every piece of state shows in its weights."""
    return small(**{**DEMANDING, "epochs": 400, **changes})


def to_train(experiment: Experiment, runs_dir: Path, **others: Any) -> p.Train:
    """The order to train an experiment in a new run there."""
    data_dir = str(others.pop("data_dir", default_data_dir()))
    text = to_toml(experiment, complete=True)
    return p.Train(toml=text, runs_dir=str(runs_dir), data_dir=data_dir, **others)


def rates(pairs: Iterable[tuple[int, float]]) -> tuple[ev.LearningRateChanged, ...]:
    """Learning-rate factors to set after so many steps."""
    return tuple(ev.LearningRateChanged(step=step, factor=factor) for step, factor in pairs)


def rates_of(run: Run) -> list[tuple[int, float]]:
    """The learning-rate factors that were set in a run, by the steps done before."""
    changes = run.record().changes_by_hand()
    return [(e.step, e.factor) for e in changes if isinstance(e, ev.LearningRateChanged)]


def to_resume(run: Run, **others: Any) -> p.Resume:
    """The order to go on with a run."""
    data_dir = str(others.pop("data_dir", default_data_dir()))
    return p.Resume(run=str(run.path.absolute()), data_dir=data_dir, **others)


def endless(**changes: Any) -> Experiment:
    """A training that does not end by itself."""
    return small(**{"epochs": 10**8, "report_every": 10**7, **changes})


def run_async(task: Coroutine[Any, Any, T]) -> T:
    """Run to the end, for as long as anything may take."""

    async def limited() -> T:
        async with asyncio.timeout(WAIT_S):
            return await task

    return asyncio.run(limited())


async def until(session: Session, is_it: Callable[[SessionEvent], bool]) -> list[SessionEvent]:
    """What happens up to the first thing that is it."""
    seen: list[SessionEvent] = []
    async for happened in session.events():
        seen.append(happened)
        if is_it(happened):
            return seen
    raise AssertionError(f"it never happened, but {seen[-5:]}")


async def the_end(session: Session) -> ev.RunFinished:
    """The event that ends the run; all before it are taken from the session."""
    finished = (await until(session, lambda happened: isinstance(happened, ev.RunFinished)))[-1]
    assert isinstance(finished, ev.RunFinished)
    return finished


async def paused(session: Session) -> ev.Paused:
    """The next pause; all before it is taken from the session."""
    event = (await until(session, lambda happened: isinstance(happened, ev.Paused)))[-1]
    assert isinstance(event, ev.Paused)
    return event


async def freed(socket: Path) -> None:
    """End whatever training a test that failed has left a shared trainer with."""
    async with asyncio.timeout(WAIT_S), Session.connect(socket) as session:
        with suppress(PerceptuiError):
            await session.do(p.Stop())


async def begun_paused(session: Session, experiment: Experiment, runs_dir: Path) -> Run:
    """A run that waits before its first step."""
    run = Run(await session.begin(to_train(experiment, runs_dir, paused=True)))
    assert (await paused(session)).step == 0
    return run


async def on(session: Session, batches: int) -> int:
    """Train so many batches; returns the steps done in all."""
    await session.do(p.Advance(batches=batches))
    return (await paused(session)).step


def eventually(is_so: Callable[[], bool]) -> None:
    """Wait until something is so that only files and processes tell."""
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)


def weights_of(run: Run, kind: str = "last") -> Bits:
    """The bits of the weights in a run's checkpoint."""
    stored = load_file(run.directory.checkpoint(kind))
    return {
        name.removeprefix("model."): (str(array.dtype), array.shape, array.tobytes())
        for name, array in stored.items()
        if name.startswith("model.")
    }


def reported(events: tuple[ev.Recorded, ...] | list[ev.Event]) -> list[dict[str, str]]:
    """The reported epochs without what depends on the clock; as texts, since nan is not nan."""
    return [
        {name: repr(getattr(e, name)) for name in e.__struct_fields__ if name not in _TIMES}
        for e in events
        if isinstance(e, ev.EpochFinished)
    ]


def uninterrupted(experiment: Experiment) -> tuple[Bits, list[dict[str, str]]]:
    """Weights and reported epochs of the same training, done at one go in this process."""
    trainer, events = trained(experiment)
    return _as_numpy(weights(trainer)), reported(events)


def _as_numpy(bits: Bits) -> Bits:
    return {name: (kind.removeprefix("torch."), *rest) for name, (kind, *rest) in bits.items()}  # type: ignore[misc]  # a star in a tuple


class RawClient:
    """A connection that says and reads exactly what the test wants."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(WAIT_S)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("rb")

    def say(self, line: bytes | p.Message) -> None:
        """Send a line."""
        self._socket.sendall(p.encode(line) if isinstance(line, p.Message) else line + b"\n")

    def send(self, piece: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(piece)

    def line(self) -> dict[str, Any]:
        """The next line that is JSON; empty at the end of the connection."""
        while True:
            try:
                text = self._file.readline()
            except ConnectionResetError:  # it ended with something unread
                text = b""
            with suppress(ValueError, RecursionError):
                found: dict[str, Any] = json.loads(text) if text else {}
                return found

    def until(self, key: str, value: object) -> list[dict[str, Any]]:
        """The lines up to one with this value."""
        lines = [self.line()]
        while lines[-1] and lines[-1].get(key) != value:
            lines.append(self.line())
        return lines

    def close(self) -> None:
        self._file.close()
        self._socket.close()
