"""A tiny app for one screen at a time, with a controller that answers from memory."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.pilot import Pilot
from textual.screen import Screen

from engine.errors import PerceptuiError
from engine.evaluation.judgement import Judgement
from engine.export.predictions import DrawingPredicted
from engine.runs import events as ev
from engine.runs.contents import Moment
from engine.runs.directory import RunDirectory
from engine.runs.lease import own_lease, write_lease
from engine.runs.pictures import Pictures, Point
from engine.runs.run import Run
from engine.service.protocol import Judged, Reviewed, RunsCompared, Written
from engine.service.protocol.description import DataRows, Description
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from tests.engine.service.live import WAIT_S
from tests.tui.app.judged import JUDGED, compared
from tui.editing.draft import Draft
from tui.learning.learning import Learning
from tui.live.following import Folders
from tui.live.snapshot import PastMoment, Snapshot
from tui.messages import LessonChosen, PresetChosen
from tui.renderables.look import Look
from tui.settings import Settings

FIRST_LAYER = ("down",) * 4
"""The keys from the top of the editor to the first layer, below a data set of points."""


class Present:
    """Nobody goes back in time here, but where a test puts a moment of the past."""

    past: PastMoment | None = None

    def view(self, present: Snapshot) -> Snapshot:
        return present if self.past is None else replace(present, past=self.past)


class AnsweringController:
    """Answers without a worker; remembers what it was asked."""

    def __init__(self) -> None:
        self.snapshot = Snapshot(phase="ready")
        self.opened: Snapshot | None = None
        self.travel = Present()
        self.described: list[str] = []
        self.asked: list[list[list[str]]] = []
        self.answer: ev.Prediction | PerceptuiError = PerceptuiError("nothing is trained yet")
        self.code = "import torch\n"
        self.rows: DataRows | None = None
        self.drawings: list[bytes] = []
        self.seen = b""
        """What it says that the network was shown."""
        self.judgement: Judgement | PerceptuiError = JUDGED
        self.compared: RunsCompared | PerceptuiError = compared()
        self.drawn: dict[str, Pictures] = {}
        """What it draws, by the run's name; of others the data is gone."""
        self.text: str | PerceptuiError = ""
        """What it writes."""
        self.step = 4
        """Steps done when its weights were so."""
        self.written: list[tuple[str, float, int, int]] = []
        """Prompt, temperature, seed and place, each time that it was asked to write."""
        self.checkpoints: list[Moment] = []
        """Which of them was asked, each time."""

    async def prepared(self) -> None:
        """Its worker is there at once."""

    async def describe(self, experiment: Experiment) -> Description | None:
        self.described.append(str(experiment.data))
        facts = experiment.data.facts()
        if facts is None or not facts.planar:
            return None
        return Description(
            facts={"shape": (2,), "task": "classification", "num_samples": 2}
            | {"classes": facts.classes, "planar": True},
            lowest=[0.0, 0.0],
            highest=[1.0, 1.0],
            means=[0.5, 0.5],
            deviations=[0.5, 0.5],
            class_counts=[1, 1],
            points=[Point(0.0, 0.0, 0, 0, False), Point(1.0, 1.0, 1, 1, False)],
        )

    async def predict(
        self, run: Path, rows: list[list[str]], checkpoint: Moment = "last"
    ) -> list[ev.Prediction]:
        self.asked.append(rows)
        self.checkpoints.append(checkpoint)
        if isinstance(self.answer, PerceptuiError):
            raise self.answer
        return [self.answer]

    async def predict_drawing(
        self, run: Path, pixels: bytes, size: tuple[int, int], checkpoint: Moment = "last"
    ) -> DrawingPredicted:
        self.drawings.append(pixels)
        self.checkpoints.append(checkpoint)
        if isinstance(self.answer, PerceptuiError):
            raise self.answer
        return DrawingPredicted(prediction=self.answer, seen=self.seen)

    async def write(
        self,
        run: Path,
        prompt: str,
        length: int,
        temperature: float,
        seed: int,
        checkpoint: Moment,
        place: int,
    ) -> Written:
        self.written.append((prompt, round(temperature, 6), seed, place))
        self.checkpoints.append(checkpoint)
        if isinstance(self.text, PerceptuiError):
            raise self.text
        return Written(text=self.text, following=[("n", 0.75), ("\n", 0.25)], step=self.step)

    async def judge(self, run: Run) -> Judged:
        if isinstance(self.judgement, PerceptuiError):
            raise self.judgement
        return Judged(splits=[], judgement=self.judgement, step=4)

    async def compare(self, runs: Sequence[Run]) -> RunsCompared:
        if isinstance(self.compared, PerceptuiError):
            raise self.compared
        return self.compared

    async def review(
        self, run: Run, checkpoint: Moment, grid: tuple[int, int], *, measure: bool
    ) -> Reviewed:
        if run.name not in self.drawn:
            raise PerceptuiError("the data is gone")
        return Reviewed(epoch=4, step=4, pictures=self.drawn[run.name])

    async def data_rows(self, run: Path) -> DataRows | None:
        return self.rows

    async def script(self, experiment: Experiment) -> str:
        return self.code


class StandApp(App[object]):
    """What the screens need of the app, and nothing else."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("question_mark", "help", "Help"),
        Binding("f5", "nothing"),
    ]

    def __init__(self, folder: Path, *, ascii_only: bool = False) -> None:
        super().__init__()
        self.controller = AnsweringController()
        self.draft = Draft()
        self.errors: list[str] = []
        self.folders = Folders(folder / "runs", folder / "data")
        self.learning = Learning(lambda is_done: None)
        self.lessons: list[str] = []
        """Those that were chosen."""
        self.look = Look(ascii=ascii_only)
        self.settings = Settings()
        self.applied: list[Settings] = []
        self.chosen: list[tuple[str, Experiment]] = []
        self.watched: list[Run] = []
        self.resumed: list[Run] = []
        self.copied = ""

    def apply_settings(self) -> None:
        self.applied.append(self.settings)

    async def watch_run(self, run: Run) -> None:
        run.experiment()
        self.watched.append(run)

    async def resume_run(self, run: Run) -> None:
        self.resumed.append(run)

    def run_outside(self, words: Sequence[str]) -> int:
        return subprocess.run(words, check=False).returncode

    def on_lesson_chosen(self, message: LessonChosen) -> None:
        self.lessons.append(message.name)

    def on_preset_chosen(self, message: PresetChosen) -> None:
        self.chosen.append((message.name, message.experiment))

    def copy_to_clipboard(self, text: str) -> None:
        self.copied = text

    @property
    def notices(self) -> list[str]:
        """What the person was told, oldest first."""
        return [notice.message for notice in self._notifications]


Story = Callable[[StandApp, Pilot[object]], Awaitable[None]]


def told(
    folder: Path,
    screen: Screen[Any] | None,
    story: Story,
    *,
    size: tuple[int, int] = (120, 36),
    app: StandApp | None = None,
) -> None:
    """Open a screen in the stand and play a story on it."""

    async def play() -> None:
        stand = app or StandApp(folder)
        async with stand.run_test(size=size) as pilot:
            if screen is not None:
                stand.push_screen(screen)
            await pilot.pause()
            await story(stand, pilot)

    asyncio.run(play())


async def until(pilot: Pilot[object], condition: Callable[[], object]) -> None:
    """Wait until something holds; fails after WAIT_S."""
    rest_s = 0.01
    async with asyncio.timeout(WAIT_S):
        while not condition():
            await pilot.pause(rest_s)
            rest_s = min(1.2 * rest_s, 0.1)  # to look costs as much as what is waited for


def seen(app: App[object]) -> str:
    """The text on the screen, line by line."""
    return "\n".join(line.text for line in app.screen._compositor.render_strips())


def dialog_seen(app: App[object]) -> str:
    """The text of the box that a dialog draws, without what lies around and below it."""
    (box,) = app.screen.children
    left, top, columns, rows = box.region
    lines = app.screen._compositor.render_strips()[top : top + rows]
    return "\n".join(line.crop(left, left + columns).text for line in lines)


def is_calm(app: App[object]) -> bool:
    """Whether nothing is on its way to the screen: no work, no message, no timer, no repaint.

    What only repeats does not count, nor the app's own talk with its trainer, nor work that
    waits for what a person says to a dialog.
    """
    nodes = [
        app,
        *(node for screen in app.screen_stack for node in screen.walk_children(with_self=True)),
    ]
    return not (
        (
            not app.screen.is_modal
            and any(w.is_running and w.group != "training" for w in app.workers)
        )
        or any(node.message_queue_size or node._next_callbacks for node in nodes)
        or any(timer._repeat is not None for node in nodes for timer in node._timers)
        or app.screen._dirty_widgets
        or app.screen._layout_required
    )


def small_experiment(**changes: object) -> Experiment:
    """A circle and a small network."""
    raw: dict[str, object] = {
        "title": "Small",
        "data": "circle(samples=20)",
        "layers": ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"],
        "loss": "BCELoss()",
        "optimizer": "SGD(lr=0.1)",
        "epochs": 30,
        "threads": 1,
        "device": "cpu",
    }
    return from_raw({**raw, **changes})


def started(experiment: Experiment) -> ev.RunStarted:
    """The first event of a training of it."""
    import msgspec

    return ev.RunStarted(
        n=1,
        run="runs/small",
        title=experiment.title,
        device="cpu",
        threads=1,
        seed=0,
        epochs=experiment.epochs,
        steps_per_epoch=1,
        num_train=20,
        num_validation=0,
        num_test=0,
        num_parameters=17,
        torch="2",
        facts=msgspec.to_builtins(experiment.data.known_facts()),
    )


def made_run(
    folder: Path,
    name: str = "small",
    *,
    reason: ev.Reason | None = "completed",
    loss: float = 0.25,
    is_live: bool = False,
    **changes: object,
) -> Run:
    """A run directory as a training leaves it; reason None: it never ended."""
    from engine.runs.series import Series

    experiment = small_experiment(**{"title": name.capitalize(), **changes})
    directory = RunDirectory.create(folder / "runs", name, experiment)
    directory.record(started(experiment))
    metrics: dict[str, float | None] = {"train_loss": loss, "train_accuracy": 0.75}
    if reason is not None:
        directory.record(
            ev.RunFinished(
                n=2,
                reason=reason,
                run=str(directory.path),
                epochs=12,
                steps=12,
                elapsed_s=0.5,
                metrics=metrics,
            )
        )
    losses = Series()
    for epoch in range(1, 13):
        losses.append(epoch, loss * 12 / epoch)
    directory.write_losses(losses)
    directory.close()
    if is_live:
        write_lease(directory.path, own_lease("/nowhere.sock", "running"))
    return Run(directory.path)
