"""What can be asked of the trainer without steering it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import PerceptuiError
from tui.live.snapshot import Snapshot

if TYPE_CHECKING:
    from engine.runs import events as ev
    from engine.runs.contents import CheckpointKind
    from engine.runs.rate_test import RateTest
    from engine.runs.run import Run
    from engine.runs.step_times import StepTimes
    from engine.service import protocol as p
    from engine.service.protocol.description import Description
    from engine.spec.experiment import Experiment
    from tui.live.trainer_process import TrainerProcess


@dataclass(frozen=True)
class Folders:
    """Where runs and data lie, as the command line said; None for the usual folders."""

    runs_dir: Path | None = None
    data_dir: Path | None = None


class Asking:
    """A session that may still be starting, and the questions that it answers."""

    def __init__(self, folders: Folders) -> None:
        self.snapshot = Snapshot()
        self.folders = folders
        self._session: TrainerProcess | None = None
        self._settled = asyncio.Event()
        """Set once it is known whether a worker listens."""

    async def describe(self, experiment: Experiment) -> Description | None:
        """What an experiment's data looks like; None where it can't be had now."""
        session = self._session
        if session is None or self.snapshot.phase in ("preparing", "starting", "lost"):
            return None
        try:
            return await session.describe(experiment, self.folders.data_dir)
        except PerceptuiError:
            return None

    async def script(self, experiment: Experiment) -> str:
        """The plain PyTorch script of an experiment; raises PerceptuiError."""
        session = await self._opened()
        if session is None:
            raise PerceptuiError("the trainer is gone, and only it can write the script")
        return await session.script(experiment, self.folders.data_dir)

    async def tune(self, experiment: Experiment) -> RateTest:
        """What learning rates do to an experiment, tried on a copy; raises PerceptuiError."""
        session = await self._opened()
        if session is None:
            raise PerceptuiError("the trainer is gone, and only it can try learning rates")
        return await session.tune_learning_rate(experiment, self.folders.data_dir)

    async def time_steps(self, experiment: Experiment) -> StepTimes:
        """Where the time of its steps goes, measured on a copy; raises PerceptuiError."""
        session = await self._opened()
        if session is None:
            raise PerceptuiError("the trainer is gone, and only it can time steps")
        return await session.time_steps(experiment, self.folders.data_dir)

    async def predict(
        self, run: Path, rows: list[list[str]], checkpoint: CheckpointKind = "last"
    ) -> list[ev.Prediction]:
        """What a checkpoint of a run's network says of samples; raises PerceptuiError."""
        from engine.runs.run import Run

        session = await self._opened()
        if session is None:
            raise PerceptuiError("the trainer is gone, and only it can predict")
        return await session.predict(Run(run), rows, checkpoint)

    async def review(
        self, run: Run, checkpoint: CheckpointKind, grid: tuple[int, int], *, measure: bool
    ) -> p.Reviewed:
        """What a run's checkpoint says of its data, drawn; raises PerceptuiError.

        grid: (columns, rows) of the boundary. measure: its scores, too.
        """
        session = await self._opened()
        if session is None:
            raise PerceptuiError("the trainer is gone, and only it can draw")
        folder = self.folders.data_dir
        return await session.review(run, checkpoint, folder, grid=grid, measure=measure)

    async def _opened(self) -> TrainerProcess | None:
        """The session, once the worker that is starting listens; None if it is lost."""
        await self._settled.wait()
        return self._session

    async def export(
        self, run: Run, format: str, output: Path, checkpoint: CheckpointKind, *, replace: bool
    ) -> None:
        """Write a run, or what it learned, to a file; raises PerceptuiError."""
        session = await self._opened()
        if session is None:
            raise PerceptuiError("the trainer is gone, and only it can export")
        data_dir = self.folders.data_dir
        await session.export(run, format, output, checkpoint, data_dir, replace=replace)
