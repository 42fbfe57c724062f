"""How a headless training is followed: a live display, plain lines, JSON lines, or silence."""

from __future__ import annotations

import asyncio
import errno
import os
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from engine.parts.metrics import METRICS, SPLITS, headlines_named, score
from engine.runs.events import (
    CheckpointFailed,
    EpochFinished,
    Event,
    FindingAppeared,
    ProcessRestarted,
    Resumed,
    Rewound,
    RunStarted,
    SnapshotsFailed,
    TensorboardFailed,
    WentBack,
)
from engine.service import protocol as p
from engine.service.client.session import SessionEvent
from tui.commands.json_line import print_message
from tui.headless.waiting import loading_text
from tui.language import tr
from tui.measured import named
from tui.renderables.findings import HUES
from tui.renderables.look import Look
from tui.renderables.numbers import duration, how_far, metric, rate
from tui.renderables.palette import BROKEN
from tui.renderables.sanitize import plain
from tui.terminal.printing import Terminal

Trouble = CheckpointFailed | ProcessRestarted | SnapshotsFailed | TensorboardFailed
"""What a training goes on after."""


class Quiet:
    """Shows nothing; what the others are made from."""

    def start(self) -> None:
        """Begin to show."""

    def stop(self) -> None:
        """End whatever is drawn live."""

    def event(self, event: Event) -> None:
        """Show something that was recorded."""

    def progress(self, progress: p.Progress) -> None:
        """Show where the training stands."""

    def loading(self, loading: p.Loading) -> None:
        """Show how far a download or the reading of files is."""


class JsonLines(Quiet):
    """Prints every recorded event as one JSON object a line."""

    def event(self, event: Event) -> None:
        print_message(event)
        sys.stdout.flush()


class Lines(Quiet):
    """Prints one complete line per reported epoch."""

    def __init__(self, terminal: Terminal, epochs: int) -> None:
        self._terminal = terminal
        self._epochs = epochs
        self._headlines: Sequence[str] = ()
        self._named = ""
        """What was last said to be loaded."""

    def event(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._epochs, self._headlines = event.epochs, event.headlines
        if isinstance(event, EpochFinished):
            self._terminal.line(epoch_line(event, self._epochs, headlines=self._headlines))
            self._terminal.console.file.flush()
        elif isinstance(event, FindingAppeared):
            self._terminal.line(finding_line(event, self._terminal.look))
        elif isinstance(event, Trouble):
            self._terminal.line(unkept_line(event, self._terminal.look))
        elif isinstance(event, WentBack):
            self._terminal.line(way_back_line(event))
        if isinstance(event, RunStarted | Resumed):
            for line in first_lines(event, self._terminal.look):
                self._terminal.line(line)

    def loading(self, loading: p.Loading) -> None:
        if loading.name != self._named:
            self._named = loading.name
            self._terminal.line(plain(loading_text(loading)))


class Live(Quiet):
    """A line per reported epoch, and below them a progress bar with the time left."""

    def __init__(self, terminal: Terminal, epochs: int) -> None:
        self._epochs = epochs
        self._headlines: Sequence[str] = ()
        self._terminal = terminal
        bar = "-" if terminal.look.ascii else None
        columns = [TextColumn("{task.description}", markup=False)]
        if terminal.width >= 60 and bar is None:
            columns.append(BarColumn(bar_width=None))  # type: ignore[arg-type]  # a column too
        columns.append(TextColumn("{task.fields[status]}", markup=False))
        if terminal.width >= 60:
            columns.append(TimeRemainingColumn(compact=True))  # type: ignore[arg-type]  # too
        self._bar = Progress(
            *columns,
            console=terminal.console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            refresh_per_second=8,
            expand=terminal.width >= 60,
        )
        self._task: TaskID | None = None
        self._starting = TaskID(0)
        self._loading: dict[str, TaskID] = {}

    def start(self) -> None:
        self._bar.start()
        self._starting = self._bar.add_task(tr("starting the trainer"), total=None, status="")

    def stop(self) -> None:
        self._bar.stop()

    def event(self, event: Event) -> None:
        if isinstance(event, RunStarted):
            self._epochs, self._headlines = event.epochs, event.headlines
        if isinstance(event, EpochFinished):
            line = epoch_line(event, self._epochs, self._terminal.width, self._headlines)
            self._bar.console.print(line, highlight=False, no_wrap=True, overflow="ellipsis")
        elif isinstance(event, FindingAppeared):
            line = finding_line(event, self._terminal.look)
            self._bar.console.print(line, highlight=False)
        elif isinstance(event, Trouble):
            self._bar.console.print(unkept_line(event, self._terminal.look), highlight=False)
        elif isinstance(event, WentBack):
            self._bar.console.print(way_back_line(event), highlight=False)
        if isinstance(event, RunStarted | Resumed):
            for line in first_lines(event, self._terminal.look):
                self._bar.console.print(line, highlight=False)

    def progress(self, progress: p.Progress) -> None:
        if self._task is None:
            self._bar.update(self._starting, visible=False)
            self._task = self._bar.add_task("", total=progress.steps, status="")
        steps_per_s = progress.step / progress.elapsed_s if progress.elapsed_s else None
        share = _percent(progress.step, progress.steps)
        status = tr(f"{share} loss {metric(progress.loss)}  {rate(steps_per_s, 'steps')}")
        self._bar.update(
            self._task,
            completed=progress.step,
            description=tr(f"epoch {progress.epoch}/{progress.epochs}"),
            status=status if self._terminal.width >= 60 else share,
        )

    def loading(self, loading: p.Loading) -> None:
        task = self._loading.get(loading.name)
        if task is None:
            task = self._bar.add_task(f"{loading.verb} {plain(loading.name)}", status="")
            self._loading[loading.name] = task
        self._bar.update(
            task,
            completed=loading.done_bytes,
            total=loading.total_bytes,
            status=""
            if loading.verb == "compiling"
            else how_far(loading.done_bytes, loading.total_bytes),
        )
        if loading.done_bytes == loading.total_bytes:
            self._bar.remove_task(self._loading.pop(loading.name))


def _percent(done: int, total: int | None) -> str:
    return f"{100 * done / total:3.0f}%" if total else ""


def finding_line(event: FindingAppeared, look: Look) -> Text:
    """A finding that appeared, in one line; it may wrap."""
    words = plain(f" {event.place}: {event.message}", look.ascii)
    return Text.assemble((event.severity, look.paint(HUES[event.severity], bold=True)), words)


def unkept_line(event: Trouble, look: Look) -> Text:
    """What could not be written or kept up, as soon as that is known; it may wrap."""
    words = plain(f" {event.message}", look.ascii)
    match event:
        case ProcessRestarted():
            what = tr("process lost")
        case CheckpointFailed():
            what = tr("no checkpoint")
        case SnapshotsFailed():
            what = tr("no snapshot")
        case TensorboardFailed():
            what = tr("no TensorBoard")
    return Text.assemble((what, look.paint(BROKEN, bold=True)), words)


def way_back_line(event: WentBack) -> Text:
    """Where the training goes on from: what was printed after that point no longer counts."""
    done = tr(f"step {event.from_step} (epoch {event.epoch})")
    if isinstance(event, Rewound):
        return Text(tr(f"rewound to the {event.to} checkpoint, {done}"))
    return Text(tr(f"resumed from {done}"))


def first_lines(event: RunStarted | Resumed, look: Look) -> list[Text]:
    """Why steps are run eagerly, or what they cost to compile, why the data is not kept in memory.

    A line each; it may wrap.
    """
    how = tr("steps: ") if event.executor == "compiled" else tr("steps: eager, since ")
    told = [(how, event.executor_reason), (tr("data: "), event.data_reason)]
    if isinstance(event, RunStarted):
        told.insert(0, (tr("device: "), event.device_reason))
    return [Text(head + plain(tr(reason), look.ascii)) for head, reason in told if reason]


NARROW = 50
"""Below so many columns a line holds the figures only."""


def epoch_line(
    event: EpochFinished, epochs: int, columns: int = 80, headlines: Sequence[str] = ()
) -> Text:
    """A reported epoch in one line: losses and accuracies of each split.

    headlines: the metrics that stand for the training, as its record names them.
    """
    if columns < NARROW:
        return _short_line(event, headlines)
    width = len(str(epochs))
    line = Text(tr(f"epoch {event.epoch:>{width}}/{epochs}"))
    for split in SPLITS:
        shown = [
            f"{one.name if one.in_line else named(one)} {metric(event.metrics[name])}"
            for one in METRICS.values()
            if (name := f"{split}_{one.name}") in event.metrics
            and (one.in_line or one.name in headlines)
        ]
        if shown:
            line.append(f"  {split} ", style="dim")
            line.append(" ".join(shown))
    line.append(f"  {duration(event.elapsed_s)}", style="dim")
    return line


def _short_line(event: EpochFinished, headlines: Sequence[str]) -> Text:
    """The epoch, its training loss, and its accuracy or what stands for it."""
    scores = [score(event.metrics, one.name) for one in headlines_named(headlines)]
    known = [metric(value) for value in scores if value is not None]
    figures = [metric(event.train_loss), *known]
    return Text(f"{event.epoch} {' '.join(figures)}")


@dataclass(frozen=True)
class Presentation:
    """How a training is shown."""

    terminal: Terminal
    json: bool = False
    quiet: bool = False

    def follower(self, epochs: int) -> Quiet:
        """What shows a training of so many epochs while it runs."""
        if self.json:
            return JsonLines()
        if self.quiet:
            return Quiet()
        return Live(self.terminal, epochs) if self.moves else Lines(self.terminal, epochs)

    @property
    def moves(self) -> bool:
        """Whether a bar may be drawn, which moves by itself."""
        still = os.environ.get("TEXTUAL_ANIMATIONS") == "none"
        return self.terminal.is_interactive and not still


class Show:
    """Shows what happens, until nobody reads it any more."""

    def __init__(
        self, presentation: Presentation, epochs: int, passed_over: Collection[int] = frozenset()
    ) -> None:
        """passed_over: numbers of events that a later one took back; told as JSON only."""
        self.presentation = presentation
        self._passed_over = frozenset() if presentation.json else passed_over
        self.broken = asyncio.Event()
        """Set when stdout was closed or the terminal is gone."""
        self._error: OSError | None = None
        self._follower = presentation.follower(epochs)

    def __enter__(self) -> Show:
        self.guarded(self._follower.start)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End whatever is drawn live."""
        self.guarded(self._follower.stop)

    def happened(self, happened: SessionEvent) -> None:
        """Show one thing that happened."""
        match happened:
            case Event(n=number) if number in self._passed_over:
                pass
            case Event():
                self.guarded(lambda: self._follower.event(happened))
            case p.Progress():
                self.guarded(lambda: self._follower.progress(happened))
            case p.Loading():
                self.guarded(lambda: self._follower.loading(happened))

    def guarded(self, print_it: Callable[[], None]) -> None:
        """Print, unless that has failed before; a failure sets `broken`."""
        if self._error is None:
            try:
                print_it()
            except OSError as error:
                self._error = error
                self.broken.set()

    def check(self) -> None:
        """Raise the OSError of a stdout that was closed or is full.

        A terminal that is gone raises nothing: SIGHUP tells of it.
        """
        if self._error is not None and self._error.errno != errno.EIO:
            raise self._error
