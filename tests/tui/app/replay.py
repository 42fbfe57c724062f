"""A trainer that trains nothing: it says what a worker would, when a test tells it to."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from engine.doctor.evidence import Evidence
from engine.errors import PerceptuiError, UsageError, WorkerLost
from engine.export.predictions import DrawingPredicted
from engine.parts.data import DataLocations
from engine.runs import events as ev
from engine.runs.contents import CheckpointKind, Moment
from engine.runs.directory import RunDirectory
from engine.runs.dissected_step import DissectedStep, Focus
from engine.runs.extension import extended
from engine.runs.inside import Effect, Inside, Look
from engine.runs.lease import drop_lease, own_lease, write_lease
from engine.runs.pictures import Boundary, Comparison, Curve, Pictures, Point
from engine.runs.rate_test import RateTest, rate_test
from engine.runs.run import Run
from engine.runs.series import Series
from engine.runs.side_by_side import SideBySide, Tried
from engine.runs.step_times import StepTimes
from engine.service import protocol as p
from engine.service.client.session import SessionEvent
from engine.service.protocol.description import DataRows, Description
from engine.spec.experiment import Experiment
from tests.tui.app.inside_recording import EFFECT, InsideTold
from tests.tui.app.judged import JUDGED, compared

STEPS_PER_EPOCH = 4
LEVELS = 4
Finding = TypeVar("Finding", ev.FindingAppeared, ev.FindingGone)
STEERING = ("pause", "go on", "step", "rate", "rewind", "stop", "watch")
PACE_S = 0.05
"""Between two epochs of an endless training."""


class Replay:
    """A TrainerProcess. A test moves it with `advance`, `finish` and `lose`.

    What it says follows from the epoch alone: the loss of epoch n is 1/n, the boundary a circle
    that grows with it.
    """

    def __init__(self, *, is_endless: bool = False) -> None:
        self.experiments = self.runs = self
        """It plays those who are asked about them, too."""
        self.said: list[str] = []
        """Every command, in the order it came."""
        self.looked_at: list[str] = []
        """The data sets that were described."""
        self.refusal: PerceptuiError | None = None
        """Raised by the next `train`."""
        self.fetched = asyncio.Event()
        """While it is not set the data of the next training is being fetched."""
        self.fetched.set()
        self.is_called_off = False
        self.state: p.State = "idle"
        self.epoch = self.step_done = 0
        self.factor = 1.0
        self.pace = 0.0
        self.keeps_snapshots = True
        self.inside = InsideTold()
        self.touch_refusal: PerceptuiError | None = None
        """Raised by every touch."""
        self.look: Look | None = None
        """What is looked at while it trains."""
        self.grid = (0, 0)
        self.is_endless = is_endless
        self._experiment: Experiment | None = None
        self._directory: RunDirectory | None = None
        self._losses = Series()
        self._happened: asyncio.Queue[SessionEvent | None] = asyncio.Queue()
        self._num_events = 0
        self._lost: WorkerLost | None = None
        self._moving: asyncio.Task[None] | None = None

    # What a test does.

    def advance(self, epochs: int = 1) -> None:
        """Train so many epochs."""
        for _ in range(epochs):
            self.epoch += 1
            self.step_done = self.epoch * STEPS_PER_EPOCH
            self._losses.append(self.epoch, 1 / self.epoch)
            self._record(self._epoch_finished())
        self._say(self._progress())
        self._say(p.Drawn(pictures=self._pictures()))
        if self.look is not None:
            self._say(p.Seen(inside=self._inside(self.experiment, self.look)))
        if self.epoch >= self.experiment.epochs and not self.is_endless:
            self.finish()

    def download(self, done_bytes: int, total_bytes: int | None) -> None:
        """Be so far with fetching the data."""
        self._say(p.Loading(name="data.gz", done_bytes=done_bytes, total_bytes=total_bytes))

    def finish(self, reason: ev.Reason = "completed") -> None:
        """End the run."""
        self._record(_evaluated(self.experiment))
        metrics: dict[str, ev.Figure] = {"train_loss": self.loss, "train_accuracy": 0.75}
        assert self._directory is not None, "nothing is trained"
        self._record(
            ev.RunFinished(
                reason=reason,
                run=str(self._directory.path),
                epochs=self.epoch,
                steps=self.step_done,
                elapsed_s=float(self.epoch),
                metrics=metrics,
            )
        )
        self._directory.write_losses(self._losses)
        drop_lease(self._directory.path)
        self._directory.close()
        self._directory = None
        self._set_state("finished")

    def diverge(self) -> None:
        """The loss becomes nan."""
        self._record(
            ev.Diverged(
                epoch=self.epoch + 1,
                step=self.step_done + 1,
                loss="nan",
                learning_rate=1000.0,
                gradient_norm="inf",
            )
        )
        self.finish("diverged")

    def find(
        self,
        code: str,
        place: str,
        message: str,
        severity: str = "warning",
        evidence: Evidence | None = None,
    ) -> None:
        """The doctor finds something in the training."""
        found = self._finding(ev.FindingAppeared, code, place, message, severity)
        self._record(msgspec.structs.replace(found, evidence=evidence))

    def find_no_more(self, code: str, place: str) -> None:
        """It finds that no longer."""
        self._record(self._finding(ev.FindingGone, code, place, "", "warning"))

    def _finding(
        self, kind: type[Finding], code: str, place: str, message: str, severity: str
    ) -> Finding:
        raw = {"code": code, "place": place, "message": message, "severity": severity}
        return msgspec.convert({**raw, "epoch": self.epoch}, kind)

    def lose(self, message: str = "the trainer is gone") -> None:
        """The worker's process ends."""
        self._lost = WorkerLost(message)
        self._happened.put_nowait(None)

    @property
    def experiment(self) -> Experiment:
        """What is trained."""
        assert self._experiment is not None, "nothing is trained"
        return self._experiment

    @property
    def loss(self) -> float:
        """Of the newest epoch."""
        return 1 / max(1, self.epoch)

    # What the controller does.

    async def events(self) -> AsyncIterator[SessionEvent]:
        while True:
            happened = await self._happened.get()
            if happened is None:
                assert self._lost is not None, "only losing it ends the queue"
                self._happened.put_nowait(None)
                raise self._lost
            yield happened
            if isinstance(happened, ev.RunFinished):
                return

    async def begin(self, order: p.Train | p.Resume) -> Path:
        return await (self._train(order) if isinstance(order, p.Train) else self._resume(order))

    async def _train(self, order: p.Train) -> Path:
        name, paused, experiment = order.name, order.paused, order.experiment()
        self._told(f"train {name}{' paused' if paused else ''}")
        self._free()
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None
            raise refusal
        self._set_state("preparing")
        await self.fetched.wait()
        if self.is_called_off:
            self.is_called_off = False
            self._set_state("idle")
            raise PerceptuiError("stopped before the training began")
        self._experiment = experiment
        self._directory = RunDirectory.create(Path(order.runs_dir), name, experiment)
        write_lease(self._directory.path, own_lease("/nowhere.sock", "running"))
        self.epoch = self.step_done = 0
        self.factor = 1.0
        self.pace = STEPS_PER_EPOCH * experiment.epochs / order.lasting_s if order.lasting_s else 0
        self.pace = order.pace or self.pace
        self._losses = Series()
        self._record(self._started(self._directory.path))
        self._set_state("paused" if paused else "running")
        return self._directory.path

    async def _resume(self, order: p.Resume) -> Path:
        run = Run(Path(order.run))
        how = " rewound" if order.rewind else f" to {order.epochs}" if order.epochs else ""
        self._told(f"resume {run.name}{how}")
        self._free()
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None
            raise refusal
        planned = run.experiment()
        self._experiment = extended(planned, order.epochs, "") if order.epochs else planned
        self._directory = RunDirectory.create(run.path.parent, f"again-{run.name}", self.experiment)
        self.epoch = 12  # as tests.tui.app.stand.made_run leaves it
        self.step_done = self.epoch * STEPS_PER_EPOCH
        self._losses = Series()
        self._record(ev.Resumed(from_step=self.step_done, epoch=self.epoch, after_event=1))
        self._set_state("paused" if order.paused else "running")
        return self._directory.path

    async def take_over(self, run: Run) -> None:
        """Be the trainer of a live run that is paused."""
        self._experiment = run.experiment()
        self._directory = RunDirectory.create(run.path.parent, f"of-{run.name}", self.experiment)
        self.epoch, self.state = 12, "paused"
        self.step_done = self.epoch * STEPS_PER_EPOCH
        self._record(self._started(run.path))

    async def watch(
        self,
        *,
        progress_hz: float,
        pictures_hz: float,
        grid: tuple[int, int],
        inside_hz: float = 0.0,
        look: Look | None = None,
    ) -> None:
        self._told("watch")
        self.grid = grid
        self.look = look if inside_hz else None

    async def touch(self, touch: p.Touch) -> Effect:
        if self.touch_refusal is not None:
            raise self.touch_refusal
        self._told(self.inside.touch(touch))
        return EFFECT

    async def look_inside(self, look: Look) -> Inside:
        return self._inside(self.experiment, look)

    async def inside_first(
        self, experiment: Experiment, look: Look, data_dir: Path | None = None
    ) -> Inside:
        if self._lost is not None:
            raise self._lost
        return self._inside(experiment, look)

    async def inside_of_run(
        self,
        run: Run,
        look: Look,
        checkpoint: Moment = "last",
        data_dir: Path | None = None,
    ) -> Inside:
        self._told(f"inside {checkpoint}")
        inside = self._inside(run.experiment(), look)
        if isinstance(checkpoint, int):
            inside = msgspec.structs.replace(inside, step=checkpoint)
        return inside

    def _inside(self, experiment: Experiment, look: Look) -> Inside:
        is_picture = len(experiment.data.known_facts().shape) > 1
        return self.inside.answer(
            look, is_picture=is_picture, epoch=self.epoch, step=self.step_done
        )

    async def do(self, command: p.Command | p.Stop) -> None:
        match command:
            case p.Pause():
                self._told("pause")
                self._record(ev.Paused(step=self.step_done))
                self._set_state("paused")
            case p.Continue():
                self._told("go on")
                self._record(ev.Continued(step=self.step_done))
                self._set_state("running")
            case p.Advance():
                self._advance(command.batches, command.epochs)
            case p.SetPace():
                self._told(f"pace {command.steps_per_s:g}")
                self.pace = command.steps_per_s
            case p.SetLearningRate():
                self._told(f"rate x {command.factor:.4g}")
                self.factor = command.factor
                self._record(ev.LearningRateChanged(step=self.step_done, factor=command.factor))
                self._go_on_telling()
            case p.Rewind():
                self._told(f"rewind {command.to}")
                self.epoch = self.step_done = 0
                self._losses.cut(0)
                self._record(ev.Rewound(from_step=0, epoch=0, after_event=1, to=command.to))
                self._go_on_telling()
            case p.Stop() if self.state == "preparing":
                self.is_called_off = True
                self.fetched.set()
            case p.Stop():
                self._told("stop")
                self.finish(command.reason)

    def _advance(self, batches: int, epochs: int) -> None:
        self._told(f"step {batches} batches" if batches else f"step {epochs} epochs")
        self._set_state("running")
        if epochs:
            self.advance(epochs)
        else:
            self.step_done += batches
            self._say(self._progress())
        if self.state == "running":
            self._set_state("paused")

    async def pictures(self, columns: int, rows: int) -> Pictures:
        self._told("pictures")
        if self._experiment is None:
            raise PerceptuiError("nothing is trained")
        self.grid = columns, rows
        return self._pictures()

    def remarks(self) -> list[str]:
        return []

    async def describe(self, experiment: Experiment, data_dir: Path | None = None) -> Description:
        if self._lost is not None:
            raise self._lost
        facts = experiment.objective.facts(experiment.data.known_facts())
        self.looked_at.append(str(experiment.data))
        return Description(
            facts=msgspec.to_builtins(facts),
            lowest=[-1.0, -1.0],
            highest=[1.0, 1.0],
            means=[0.0, 0.0],
            deviations=[0.5, 0.5],
            class_counts=[1] * len(facts.classes),
            points=_points(),
        )

    async def tune_learning_rate(
        self, experiment: Experiment, data_dir: Path | None = None
    ) -> RateTest:
        self._told("tune")
        rates = [10.0 ** (step / 20 - 6) for step in range(140)]
        return rate_test(rates, [1 / (1 + 100 * rate) + (rate / 2) ** 2 for rate in rates])

    async def dissect(self, focus: Focus) -> DissectedStep:
        self._told("dissect")
        if self.step_done >= self.experiment.epochs * STEPS_PER_EPOCH:
            raise UsageError("the training is over: no step is left to be taken apart")
        return dissected(self.experiment, focus, self.step_done)

    async def dissect_first(
        self, experiment: Experiment, focus: Focus, data_dir: Path | None = None
    ) -> DissectedStep:
        self._told("dissect first")
        return dissected(experiment, focus, 0)

    async def time_steps(self, experiment: Experiment, data_dir: Path | None = None) -> StepTimes:
        self._told("time steps")
        return StepTimes(
            executor="traced",
            step_s=0.0001,
            samples_per_s=200_000.0,
            eager_s={"data": 0.00002, "forward": 0.00008, "backward": 0.0002, "update": 0.0001},
            report_s=0.001,
            steps_per_report=40,
            device="cpu",
            threads=1,
        )

    async def export(
        self,
        run: Run,
        format: str,
        output: Path,
        checkpoint: CheckpointKind = "last",
        data_dir: Path | None = None,
        *,
        replace: bool = False,
    ) -> None:
        self._told(f"export {format} {checkpoint}")
        if output.exists() and not replace:
            raise UsageError(f"{output} is there already")
        output.write_bytes(bytes(1234))

    async def train_both(
        self, first: Experiment, second: Experiment, data_dir: Path | None = None
    ) -> SideBySide:
        self._told("train both")
        tried = [
            Tried(
                epochs=40,
                steps=80,
                losses=[1 / (1 + step) for step in range(80)],
                metrics={"train_loss": 0.2, "train_accuracy": accuracy},
                num_parameters=25,
                is_over=False,
            )
            for accuracy in (0.95, 0.8)
        ]
        return SideBySide(first=tried[0], second=tried[1])

    async def script(self, experiment: Experiment, data_dir: Path | None = None) -> str:
        self._told("script")
        return f"# {experiment.title}\nimport torch\n"

    async def evaluate(
        self, run: Run, checkpoint: Moment = "last", data_dir: Path | None = None
    ) -> list[ev.Evaluated]:
        """Nothing is measured here."""
        return []

    async def judge(
        self, run: Run, checkpoint: Moment = "last", data_dir: Path | None = None
    ) -> p.Judged:
        self._told("judge")
        return p.Judged(splits=[], judgement=JUDGED, step=4)

    async def compare(
        self, runs: Sequence[Run], checkpoint: Moment = "last", data_dir: Path | None = None
    ) -> p.RunsCompared:
        """Nothing is told of them here."""
        return compared()

    async def moments(self, run: Run) -> p.Moments:
        """One before the first step, and one after each epoch."""
        epochs = [*range(self.epoch + 1)] if self.keeps_snapshots else []
        return p.Moments(
            steps=[epoch * STEPS_PER_EPOCH for epoch in epochs],
            epochs=epochs,
            losses=[None, *(1 / epoch for epoch in epochs[1:])][: len(epochs)],
        )

    async def review(
        self,
        run: Run,
        checkpoint: Moment = "last",
        data_dir: Path | None = None,
        *,
        grid: tuple[int, int] = (0, 0),
        measure: bool = False,
    ) -> p.Reviewed:
        """Draw it as `best`, of half of the epochs, or `last`, of all."""
        self._told(f"review {checkpoint} {grid[0]}x{grid[1]}")
        experiment = run.experiment()
        epoch = experiment.epochs // 2 if checkpoint == "best" else experiment.epochs
        if isinstance(checkpoint, int):
            epoch = checkpoint // STEPS_PER_EPOCH
        return p.Reviewed(
            epoch=epoch,
            step=epoch * STEPS_PER_EPOCH,
            pictures=_pictures(experiment, grid, epoch, run.losses()),
            evaluated=[_evaluated(experiment)] if measure else [],
        )

    async def data_rows(self, run: Run, data_dir: Path | None = None) -> DataRows:
        return DataRows()

    async def predict(
        self, run: Run, rows: list[list[str]], checkpoint: Moment = "last"
    ) -> list[ev.Prediction]:
        self._told("predict")
        values = [[float(text) for text in row] for row in rows]
        return [
            ev.Prediction(
                values=[*row], predicted="inside", outputs=[0.75], probabilities=[0.25, 0.75]
            )
            for row in values
        ]

    async def write(
        self,
        run: Run,
        prompt: str,
        length: int,
        temperature: float = 1.0,
        seed: int = 0,
        checkpoint: Moment = "last",
        place: int | None = None,
    ) -> p.Written:
        self._told("write")
        return p.Written(text="adu\nZuratov", following=[("a", 0.75), ("\n", 0.25)], step=4)

    async def predict_drawing(
        self, run: Run, pixels: bytes, size: tuple[int, int], checkpoint: Moment = "last"
    ) -> DrawingPredicted:
        self._told("predict a drawing")
        shares: list[float | None] = [0.25, 0.75]
        answer = ev.Prediction(values=[], predicted="1", outputs=[0.0, 0.0], probabilities=shares)
        return DrawingPredicted(prediction=answer, seen=pixels)

    async def close(self) -> None:
        """Let go of what it holds."""
        if self._moving is not None:
            self._moving.cancel()
        if self._directory is not None:
            self._directory.close()

    # What it says.

    def _told(self, command: str) -> None:
        if self._lost is not None:
            raise self._lost
        steers = command.startswith(STEERING)
        if steers and self._directory is None:
            raise PerceptuiError("nothing is trained")
        if command.split()[0] not in ("watch", "pictures", "review", "inside"):
            self.said.append(command)

    def _go_on_telling(self) -> None:
        """Progress is told while it runs only."""
        if self.state == "running":
            self._say(self._progress())

    def _free(self) -> None:
        if self._directory is not None:
            raise PerceptuiError("this worker trains already: stop that run first")

    def _say(self, happened: SessionEvent) -> None:
        self._happened.put_nowait(happened)

    def _record(self, event: ev.Event) -> None:
        assert self._directory is not None, "nothing is trained"
        self._num_events += 1
        event = msgspec.structs.replace(event, n=self._num_events)
        self._directory.record(event)
        self._say(event)

    def _set_state(self, state: p.State) -> None:
        self.state = state
        self._say(p.StateChanged(state=state))
        if self.is_endless and state == "running" and self._moving is None:
            self._moving = asyncio.create_task(self._move())

    async def _move(self) -> None:
        """Train without end, a little at a time, while it runs."""
        while True:
            await asyncio.sleep(PACE_S)
            if self.state == "running" and self._directory is not None:
                self.advance()

    def _started(self, path: Path) -> ev.RunStarted:
        experiment = self.experiment
        return ev.RunStarted(
            run=str(path),
            title=experiment.title,
            device="cpu",
            threads=1,
            seed=0,
            epochs=experiment.epochs,
            steps_per_epoch=STEPS_PER_EPOCH,
            num_train=15,
            num_validation=0,
            num_test=5,
            num_parameters=17,
            torch="2",
            facts=msgspec.to_builtins(experiment.data.known_facts()),
        )

    def _epoch_finished(self) -> ev.EpochFinished:
        return ev.EpochFinished(
            epoch=self.epoch,
            step=self.step_done,
            metrics={
                "train_loss": self.loss,
                "train_accuracy": 0.75,
                "test_loss": self.loss + 0.125,
                "test_accuracy": 0.5,
            },
            learning_rate=0.1 * self.factor,
            gradient_norm=0.5,
            steps_per_s=4.0,
            samples_per_s=60.0,
            elapsed_s=float(self.epoch),
        )

    def _progress(self) -> p.Progress:
        experiment = self.experiment
        return p.Progress(
            epoch=min(self.epoch + 1, experiment.epochs),
            epochs=experiment.epochs,
            step=self.step_done,
            steps=experiment.epochs * STEPS_PER_EPOCH,
            loss=self.loss,
            learning_rate=0.1 * self.factor,
            elapsed_s=float(max(1, self.epoch)),
            memory_bytes=500_000_000,
            pace=self.pace,
        )

    def _pictures(self) -> Pictures:
        losses: list[tuple[int, float | None]] = [*self._losses.points()]
        return _pictures(self.experiment, self.grid, self.epoch, losses)


def dissected(experiment: Experiment, focus: Focus, steps: int) -> DissectedStep:
    """A step as the engine takes it apart; each epoch has the steps of the first."""
    from engine.training.microscope import dissect
    from engine.training.trainer import Trainer

    trainer = Trainer(experiment, DataLocations(Path("/nonexistent")), "eager")
    for _ in range(steps % STEPS_PER_EPOCH):
        trainer.step()
    return msgspec.structs.replace(dissect(trainer, focus), step=steps + 1)


class Workers:
    """Gives the app a trainer each time it connects; `are_held` keeps it starting."""

    def __init__(
        self,
        make: Callable[[], Replay] | None = None,
        *,
        is_endless: bool = False,
        are_held: bool = False,
    ) -> None:
        self.given: list[Replay] = []
        self.ready = asyncio.Event()
        if not are_held:
            self.ready.set()
        self._make = make or partial(Replay, is_endless=is_endless)

    @property
    def newest(self) -> Replay:
        """The trainer that the app talks to."""
        return self.given[-1]

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Replay]:
        """A trainer, once there may be one."""
        await self.ready.wait()
        replay = self._make()
        self.given.append(replay)
        try:
            yield replay
        finally:
            await replay.close()


def _evaluated(experiment: Experiment) -> ev.Evaluated:
    names = experiment.data.known_facts().classes
    scores = [
        ev.ClassScores(name=name, precision=0.5, recall=0.5, f1=0.5, support=3) for name in names
    ]
    confusion = [[2 if row == column else 1 for column in names] for row in names]
    metrics: dict[str, ev.Figure] = {"loss": 0.125, "accuracy": 0.875}
    return ev.Evaluated(
        split="test", samples=5, metrics=metrics, classes=scores, confusion=confusion
    )


def _pictures(
    experiment: Experiment,
    grid: tuple[int, int],
    epoch: int,
    losses: list[tuple[int, float | None]],
) -> Pictures:
    facts = experiment.data.known_facts()
    comparison = Comparison(
        actual=[0.0, 1.0],
        predicted=[0.0, 1.0],
        probabilities=[0.25, 0.75] if len(facts.classes) == 2 else [],
        classes=facts.classes,
        split="train",
        num_samples=2,
    )
    if facts.planar and all(grid):
        boundary = _circle(*grid, epoch, facts.classes)
        return Pictures(losses=losses, comparison=comparison, boundary=boundary)
    curve = None if facts.classes else Curve(x=[0.0, 1.0], y=[0.0, 1.0], train=[], test=[])
    return Pictures(losses=losses, comparison=comparison, curve=curve)


def _points() -> list[Point]:
    return [Point(0.0, 0.0, 0, 0, False), Point(0.75, 0.75, 1, 1, False)]


def _circle(columns: int, rows: int, epoch: int, classes: tuple[str, ...]) -> Boundary:
    """Class 1 outside of a circle around the middle that grows with the epochs."""
    radius = 1 - 1 / (epoch + 1)
    cells = bytes(
        (LEVELS if math.hypot(_at(x, columns), _at(y, rows)) > radius else 0) + LEVELS - 1
        for y in range(rows)
        for x in range(columns)
    )
    return Boundary(
        columns=columns,
        rows=rows,
        cells=cells,
        levels=LEVELS,
        classes=classes,
        x1=(-1.0, 1.0),
        x2=(-1.0, 1.0),
        points=_points(),
    )


def _at(index: int, number: int) -> float:
    """The middle of a cell between -1 and 1."""
    return (2 * index + 1) / number - 1
