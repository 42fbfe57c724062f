"""What trains for the app: a session with a training process, or what a test puts there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the first screen is there before the engine is loaded
    from engine.export.predictions import DrawingPredicted
    from engine.runs import events as ev
    from engine.runs.contents import CheckpointKind, Moment
    from engine.runs.dissected_step import DissectedStep, Focus
    from engine.runs.inside import Effect, Inside, Look
    from engine.runs.pictures import Pictures
    from engine.runs.rate_test import RateTest
    from engine.runs.run import Run
    from engine.runs.side_by_side import SideBySide
    from engine.runs.step_times import StepTimes
    from engine.service import protocol as p
    from engine.service.client.session import SessionEvent
    from engine.service.protocol.description import DataRows, Description
    from engine.spec.experiment import Experiment


class ExperimentAnswers(Protocol):
    """What it is asked about experiments that nobody trains."""

    async def describe(
        self, experiment: Experiment, data_dir: Path | None = None
    ) -> Description: ...
    async def script(self, experiment: Experiment, data_dir: Path | None = None) -> str: ...
    async def tune_learning_rate(
        self, experiment: Experiment, data_dir: Path | None = None
    ) -> RateTest: ...
    async def inside_first(
        self, experiment: Experiment, look: Look, data_dir: Path | None = None
    ) -> Inside: ...
    async def dissect_first(
        self, experiment: Experiment, focus: Focus, data_dir: Path | None = None
    ) -> DissectedStep: ...
    async def time_steps(
        self, experiment: Experiment, data_dir: Path | None = None
    ) -> StepTimes: ...
    async def train_both(
        self, first: Experiment, second: Experiment, data_dir: Path | None = None
    ) -> SideBySide: ...


class RunAnswers(Protocol):
    """What it is asked about runs, live or over."""

    async def inside_of_run(
        self,
        run: Run,
        look: Look,
        checkpoint: Moment = "last",
        data_dir: Path | None = None,
    ) -> Inside: ...
    async def predict(
        self, run: Run, rows: list[list[str]], checkpoint: Moment = "last"
    ) -> list[ev.Prediction]: ...
    async def data_rows(self, run: Run, data_dir: Path | None = None) -> DataRows: ...
    async def write(
        self,
        run: Run,
        prompt: str,
        length: int,
        temperature: float = 1.0,
        seed: int = 0,
        checkpoint: Moment = "last",
        place: int | None = None,
    ) -> p.Written: ...
    async def predict_drawing(
        self, run: Run, pixels: bytes, size: tuple[int, int], checkpoint: Moment = "last"
    ) -> DrawingPredicted: ...
    async def evaluate(
        self, run: Run, checkpoint: Moment = "last", data_dir: Path | None = None
    ) -> list[ev.Evaluated]: ...
    async def judge(
        self, run: Run, checkpoint: Moment = "last", data_dir: Path | None = None
    ) -> p.Judged: ...
    async def compare(
        self, runs: Sequence[Run], checkpoint: Moment = "last", data_dir: Path | None = None
    ) -> p.RunsCompared: ...
    async def moments(self, run: Run) -> p.Moments: ...
    async def review(
        self,
        run: Run,
        checkpoint: Moment = "last",
        data_dir: Path | None = None,
        *,
        grid: tuple[int, int] = (0, 0),
        measure: bool = False,
    ) -> p.Reviewed: ...
    async def export(
        self,
        run: Run,
        format: str,
        output: Path,
        checkpoint: CheckpointKind = "last",
        data_dir: Path | None = None,
        *,
        replace: bool = False,
    ) -> None: ...


class TrainerProcess(Protocol):
    """What the controller needs of a session; engine.service.client.session.Session has it."""

    @property
    def state(self) -> p.State: ...
    @property
    def experiments(self) -> ExperimentAnswers: ...
    @property
    def runs(self) -> RunAnswers: ...
    def remarks(self) -> list[str]: ...
    def events(self) -> AsyncIterator[SessionEvent]: ...
    async def begin(self, order: p.Train | p.Resume) -> Path: ...
    async def watch(
        self,
        *,
        progress_hz: float,
        pictures_hz: float,
        grid: tuple[int, int],
        inside_hz: float = 0.0,
        look: Look | None = None,
    ) -> None: ...
    async def do(self, command: p.Command | p.Stop) -> None: ...
    async def touch(self, touch: p.Touch) -> Effect: ...
    async def look_inside(self, look: Look) -> Inside: ...
    async def pictures(self, columns: int, rows: int) -> Pictures: ...
    async def dissect(self, focus: Focus) -> DissectedStep: ...


Connect = Callable[[], AbstractAsyncContextManager[TrainerProcess]]


def fresh_worker() -> AbstractAsyncContextManager[TrainerProcess]:
    """A session with a worker of its own, which warms up."""
    from engine.service.client.session import Session

    return Session.open()
