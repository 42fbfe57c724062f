"""The views of a training: status, losses, scores, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.reactive import reactive

from engine.explanation.explanation import Figure
from engine.parts.metrics import METRICS
from engine.parts.schedules import Constant
from tui.baseline import baseline_sentence
from tui.drawings import class_rows, compared_rows, confusion_rows, score_rows
from tui.live.snapshot import Snapshot
from tui.renderables.chart import Axis
from tui.renderables.look import ORANGE, RED, Look
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.numbers import duration, how_far, metric, rate
from tui.renderables.sanitize import crop, fit, plain
from tui.renderables.series import finite
from tui.renderables.sparkline import sparkline
from tui.renderables.table import sentence
from tui.renderables.targets import target_heading
from tui.widgets.curve_cursor import CurveCursor
from tui.widgets.scrolled import ScrolledView
from tui.widgets.snapshot_view import SnapshotView

if TYPE_CHECKING:
    from engine.runs.events import Evaluated, RunFinished
    from engine.service.protocol import Loading

REVERSED = Style(reverse=True)
_SIGNS = {
    "starting": ("◌", "~"),
    "ready": ("○", "o"),
    "preparing": ("◌", "~"),
    "running": ("▶", ">"),
    "paused": ("‖", "="),
    "finished": ("✓", "*"),
    "lost": ("✗", "!"),
    "crashed": ("✗", "!"),
    "elsewhere": ("▶", ">"),
    "diverged": ("✗", "!"),
    "failed": ("✗", "!"),
    "stopped": ("■", "#"),
    "interrupted": ("■", "#"),
}


def state_of(snapshot: Snapshot) -> str:
    """The phase, and once it is over how it ended: only what came to its end has finished."""
    if snapshot.phase == "lost":
        return "lost"
    if snapshot.diverged is not None:
        return "diverged"
    ending = snapshot.finished
    if snapshot.phase == "finished" and ending is not None and ending.reason in _SIGNS:
        return ending.reason
    return snapshot.phase


class StatusLine(SnapshotView):
    """State, epoch, speed, time left, learning rate, device, memory: in one line."""

    DEFAULT_CSS = "StatusLine { height: 1; background: $panel; }"

    note: reactive[str] = reactive("", repaint=False)
    """How what is edited stands to what is trained; it comes before the figures."""

    computer: reactive[str] = reactive("", repaint=False)
    """How busy the computer is; it comes after the figures."""

    class Opened(Message):
        """It was clicked: there is more to see of the computer."""

    def watch_note(self) -> None:
        self.remake()

    def watch_computer(self) -> None:
        self.remake()

    def on_click(self) -> None:
        self.post_message(self.Opened())

    def make_rows(self, width: int, height: int) -> list[Text]:
        return [status_line(self.snapshot, self.note, self.look, width, computer=self.computer)]


def status_line(
    snapshot: Snapshot, note: str, look: Look, width: int, *, computer: str = ""
) -> Text:
    """State, what went wrong, the note, and as many figures as there is room for."""
    state = state_of(snapshot)
    sign = look.pick(*_SIGNS[state])
    name = plain(snapshot.name, look.ascii)
    kept = "  not kept " if snapshot.unkept else ""
    if width < cell_len(f" {sign} {state}{kept} {name}"):
        state = ""  # what is open comes first, and the sign says the state
    line = Text(f" {sign} {state}".rstrip(), style="bold")
    if kept:  # before what may be long
        line.append(" ").append(kept[1:], look.paint(RED, bold=True) + REVERSED)
    if name:
        line.append(f" {name}")
    if note:
        line.append("   ").append(f" {note} ", look.paint(ORANGE, bold=True) + REVERSED)
    for part in [*_status_parts(snapshot), *([computer] if computer else [])]:
        if line.cell_len + len(part) + 3 > width:
            break  # what comes later matters less
        line.append("   ").append(part)
    return crop(line, width, look.ascii)


def _status_parts(snapshot: Snapshot) -> list[str]:
    progress, started = snapshot.progress, snapshot.started
    if started is None:
        return []
    parts = []
    epochs = started.epochs if snapshot.experiment is None else snapshot.experiment.epochs
    if snapshot.finished is not None:
        parts += _end_parts(snapshot, snapshot.finished, epochs)
    elif progress is not None:
        parts.append(f"epoch {progress.epoch:,}/{progress.epochs:,}")
        if snapshot.phase == "paused":
            parts.append(f"step {progress.step:,}")
        elif progress.elapsed_s > 0 and progress.step:
            per_s = progress.step / progress.elapsed_s
            parts.append(rate(per_s, "steps"))
            parts.append(f"{duration((progress.steps - progress.step) / per_s)} left")
    elif snapshot.newest is not None:
        parts.append(f"epoch {snapshot.newest.epoch:,}/{epochs:,}")
    rate_now = _learning_rate(snapshot)
    if rate_now is not None:
        parts.append(f"lr {rate_now:.3g}")
    if snapshot.newest is not None and snapshot.newest.gradient_norm is not None:
        parts.append(f"gradient {metric(snapshot.newest.gradient_norm)}")
    parts.append(started.device)
    if progress is not None:
        parts.append(f"{progress.memory_bytes / 1e6:,.0f} MB")
    return parts


_WHY = {"patience": "patience ran out", "stop_below": "below stop_below"}
"""Why a training ended before its last epoch, where that is its end all the same."""


def _end_parts(snapshot: Snapshot, finished: RunFinished, epochs: int) -> list[str]:
    """What a run came to, and where its best weights are, if those are others."""
    best = snapshot.best
    if snapshot.kind == "best" and snapshot.newest is not None:
        return [f"best: epoch {snapshot.newest.epoch:,}/{epochs:,}", "B: the last"]
    parts = [f"epoch {finished.epochs:,}/{epochs:,}"]
    if finished.reason in _WHY:
        parts.append(_WHY[finished.reason])
    if best is not None and not snapshot.is_best_last:
        parts.append(f"B: best, of epoch {best.epoch:,}")
    return [*parts, f"took {duration(finished.elapsed_s)}"]


def _learning_rate(snapshot: Snapshot) -> float | None:
    """Of the next step; None where only the trainer knows the schedule's."""
    if snapshot.progress is not None:
        return snapshot.progress.learning_rate
    experiment = snapshot.experiment
    if experiment is None or experiment.schedule != Constant() or experiment.optimizer.lr is None:
        return None
    return experiment.optimizer.lr * snapshot.factor


class LossLine(SnapshotView):
    """The losses as sparklines, always in sight: training, and test where there is one."""

    DEFAULT_CSS = "LossLine { height: 1; }"

    def drawn_from(self, snapshot: Snapshot) -> tuple[object, ...]:
        return snapshot.series, snapshot.phase, snapshot.loading

    def make_rows(self, width: int, height: int) -> list[Text]:
        look = self.look
        series = [s for s in self.snapshot.series if s.name in ("train", "test")]
        if not series:
            return [Text(fit(f" {_hint(self.snapshot)}", width, look.ascii), style="dim")]
        each = width // len(series)
        line = Text()
        for one in series:
            newest = next((v for v in reversed(one.values) if v is not None), None)
            label = f" {one.name} {metric(newest)} "
            line.append(label, style="dim")
            room = max(0, each - len(label) - 1)
            for row in sparkline(list(one.values), room, look):
                line.append_text(row)
        return [crop(line, width, look.ascii)]


def _hint(snapshot: Snapshot) -> str:
    loading = snapshot.loading
    if loading and loading.done_bytes != loading.total_bytes:
        return _loading_text(loading, may_end=snapshot.phase == "preparing")
    match snapshot.phase:
        case "starting":
            return "the trainer is starting: space may be pressed already"
        case "preparing":
            return "preparing the first step"
        case "running" | "paused":
            return "loss: nothing is measured yet"
    return "loss: press space to train"


def _loading_text(loading: Loading, *, may_end: bool) -> str:
    far = how_far(loading.done_bytes, loading.total_bytes)
    return f"{loading.verb} {loading.name}: {far}{'; x calls it off' if may_end else ''}"


ROOMY = 9
"""Rows from which a curve has one to spare for what it is of."""


class LossCurve(SnapshotView, CurveCursor):
    """The curves of a metric over the epochs, the loss at first."""

    figure = Figure(
        "Learning curve",
        "Draws how a measure went over the epochs: where the training loss falls and the test loss "
        "rises, it learns by heart.",
        "Here it goes over {epochs} epochs of {batches} steps.",
    )

    metric: reactive[str] = reactive("loss", repaint=False)
    log_scale: reactive[bool] = reactive(False, repaint=False)
    smoothing: reactive[int] = reactive(0, repaint=False)
    """Epoch points that are averaged on either side."""

    def drawn_from(self, snapshot: Snapshot) -> tuple[object, ...]:
        return self._shown(snapshot), snapshot.started

    def __init__(self) -> None:
        super().__init__()
        self._drawn: Sequence[Text] = ()

    def chart_rows(self) -> Sequence[Text]:
        return self._drawn

    def redraw(self) -> None:
        self.remake()

    def step(self, by: int) -> None:
        """Move the cursor by an epoch that is drawn, of many a hundredth; past an end it goes."""
        known = {
            epoch
            for one in self._shown(self.snapshot)
            for epoch, value in zip(one.epochs, one.values, strict=False)
            if value is not None and finite(value)
        }
        epochs = sorted(known)
        if not epochs:
            return
        axis = Axis.around(epochs, whole=True)
        if self.at is None:
            place = len(epochs) - 1 if by < 0 else 0
        else:
            at, reach = self.at, max(1, len(epochs) // 100)
            here = min(range(len(epochs)), key=lambda n: abs(axis.place(epochs[n]) - at))
            place = here + by * reach
        self.at = axis.place(epochs[place]) if 0 <= place < len(epochs) else None

    def watch_metric(self) -> None:
        self.remake()

    def watch_log_scale(self) -> None:
        self.remake()

    def watch_smoothing(self) -> None:
        self.remake()

    def make_rows(self, width: int, height: int) -> list[Text]:
        series = [
            s._replace(values=smoothed(s.values, self.smoothing))
            for s in self._shown(self.snapshot)
        ]
        if not series:
            return sentence("The loss curve appears when training begins.", width, self.look)
        above = self._heading(width) if height >= ROOMY else []
        room = max(4, height - 2 - len(above))
        scale, at = self.log_scale, self.at
        rows = loss_chart(series, width, room, self.look, log=scale, title="", at=at)
        rows = [*above, *rows]
        if len(rows) > height:
            rows = [row for row in rows if row.plain.strip()]
        self._drawn = rows
        return rows

    def _heading(self, width: int) -> list[Text]:
        """What the curves are of, and of a loss in which scale, where that is not the target's."""
        what = METRICS[self.metric].title
        data = self.snapshot.experiment.data if self.snapshot.experiment is not None else None
        if self.metric == "loss" and data is not None:
            scaled = "logarithms" if data.scales_target == "log" else ""
            if data.standardizes_target:
                scaled = f"standardized {scaled}".rstrip()
            what = f"{what}, {scaled}," if scaled else what
        return target_heading(what, self.snapshot.target, width, self.look)

    def _shown(self, snapshot: Snapshot) -> tuple[LossSeries, ...]:
        return snapshot.curves.get(self.metric, snapshot.series)


def smoothed(values: Sequence[float | None], reach: int) -> list[float | None]:
    """Each value as the mean of its neighbours up to `reach` away; gaps are left out."""
    if reach == 0:
        return list(values)
    result: list[float | None] = []
    for index in range(len(values)):
        near = [v for v in values[max(0, index - reach) : index + reach + 1] if v is not None]
        result.append(sum(near) / len(near) if near else None)
    return result


class Scores(ScrolledView):
    """Accuracy overall and per class, or the errors of a regression, for each split."""

    figure = Figure(
        "Scores",
        "Tells how good the network is on each split: what it learned from, and what it never saw.",
        "Here {train} samples train, {validation} choose and {test} test.",
    )

    matrix: reactive[bool] = reactive(False, repaint=False)
    """Whether the confusion matrix comes before the classes, where not both have room."""

    def drawn_from(self, snapshot: Snapshot) -> tuple[object, ...]:
        evaluated = snapshot.evaluated
        splits = evaluated.get("test"), evaluated.get("train")
        return snapshot.newest, snapshot.started, *splits, snapshot.pictures

    def watch_matrix(self) -> None:
        self.remake()

    def all_rows(self, width: int, height: int) -> list[Text]:
        snapshot, look = self.snapshot, self.look
        if snapshot.newest is None or snapshot.started is None:
            return sentence("Accuracy appears with the first report.", width, look)
        samples = {
            "train": snapshot.started.num_train,
            "validation": snapshot.started.num_validation,
            "test": snapshot.started.num_test,
        }
        what = "Scores" if snapshot.started.facts.get("classes") else "Errors"
        rows = target_heading(what, snapshot.target, width, look)
        headlines = snapshot.started.headlines
        rows += score_rows(samples, snapshot.newest.metrics, width, look, headlines)
        told = baseline_sentence(snapshot.started, snapshot.newest.metrics)
        rows = [*rows, *sentence(told, width, look)] if told else rows
        classes = self._class_rows(width, height - len(rows))
        matrix = _matrix(snapshot, width, look)
        first, second = (matrix, classes) if self.matrix else (classes, matrix)
        if first:
            rows = [*rows, Text(), *first]
        if second and len(rows) + len(second) < height:
            rows = [*rows, Text(), *second]
        return rows

    def _class_rows(self, width: int, height: int) -> list[Text]:
        evaluated = _evaluated(self.snapshot)
        if evaluated is None or not evaluated.classes:
            return []
        return class_rows(evaluated, width, self.look, limit=max(1, height - 6))


def _evaluated(snapshot: Snapshot) -> Evaluated | None:
    """The split that tells most, once the training is over."""
    return snapshot.evaluated.get("test") or snapshot.evaluated.get("train")


def _matrix(snapshot: Snapshot, width: int, look: Look) -> list[Text]:
    """The confusion matrix: of the final weights, before that of the newest pictures."""
    evaluated, pictures = _evaluated(snapshot), snapshot.pictures
    if evaluated is not None and evaluated.confusion:
        return confusion_rows(evaluated, width, look)
    if pictures is not None and pictures.comparison.classes:
        return compared_rows(pictures.comparison, width, look)
    return []
