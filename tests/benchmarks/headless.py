"""perceptui without a screen: a worker with record, curve, reports, checkpoints and socket."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.runs.events import EpochFinished, Failed, RunFinished, RunStarted
from engine.runs.run import Run
from engine.service.client.session import Session
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import read_file
from engine.spec.presets import path_of
from tests.benchmarks.machine import peak_bytes
from tests.benchmarks.turns import Outcome
from tests.engine.service.live import to_train

PROGRESS_HZ = 5.0


def preset(name: str, **changes: Any) -> Experiment:
    """A preset, on the CPU, with some fields changed."""
    return Experiment(**{**read_file(path_of(name)).values(), "device": "cpu", **changes})


class Headless:
    """A warm worker that trains one experiment after the other, watched as headless does.

    What is timed: from asking for the training until its last event has come, so with data,
    network, trace, run directory, checkpoints and final evaluation.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> Headless:
        self._session = self._runner.run(self._stack.enter_async_context(Session.open()))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._runner.run(self._end())
        self._runner.close()
        self._folder.cleanup()

    def train(self, experiment: Experiment) -> Outcome:
        """Train an experiment to its end."""
        return self._runner.run(self._train(experiment))

    def drawn(self, count: int) -> list[list[float]]:
        """So many samples that the network of the last training makes."""
        return self._runner.run(self._drawn(count))

    async def _train(self, experiment: Experiment) -> Outcome:
        session = self._session
        began = time.perf_counter()
        await session.begin(to_train(experiment, Path(self._folder.name), data_dir=self._data_dir))
        await session.watch(progress_hz=PROGRESS_HZ)
        losses: dict[int, float] = {}
        threads = 0
        async for happened in session.events():
            match happened:
                case RunStarted():
                    threads, self._run = happened.threads, happened.run
                case EpochFinished():
                    assert happened.train_loss is not None
                    losses[happened.epoch] = happened.train_loss
                case Failed():
                    raise RuntimeError(happened.message)
                case RunFinished():
                    break
        seconds = time.perf_counter() - began
        assert isinstance(happened, RunFinished)
        accuracy = happened.metrics.get("test_accuracy")
        peak = peak_bytes(session.pid)
        metrics = dict(happened.metrics)
        return Outcome(seconds, happened.steps, losses, accuracy, peak, threads, metrics)

    async def _drawn(self, count: int) -> list[list[float]]:
        run = Run(Path(self._folder.name) / self._run)
        return await self._session.runs.draw(run, count)

    async def _end(self) -> None:
        await self._session.shutdown()
        await self._stack.aclose()
