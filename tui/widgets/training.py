"""The views of a training: its curves and its scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.binding import Binding
from textual.reactive import reactive

from engine.explanation.explanation import Figure
from engine.parts.metrics import METRICS
from tui.baseline import baseline_sentence
from tui.drawings import class_rows, compared_rows, confusion_rows, draws_confusion, score_rows
from tui.language import tr
from tui.live.snapshot import Snapshot
from tui.renderables.chart import Axis
from tui.renderables.look import Look
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.series import finite
from tui.renderables.table import sentence
from tui.renderables.targets import target_heading
from tui.widgets.curve_cursor import CurveCursor
from tui.widgets.scrolled import ScrolledView
from tui.widgets.snapshot_view import SnapshotView

if TYPE_CHECKING:
    from engine.runs.events import Evaluated

MOST_CLASSES = 100
"""Rows of classes in the scores; what is longer than the pane scrolls."""
ROOMY = 9
"""Rows from which a curve has one to spare for what it is of."""


class LossCurve(SnapshotView, CurveCursor, can_focus=True):
    """The curves of a metric over the epochs, the loss at first."""

    figure = Figure(
        "Learning curve",
        "Draws how a measure went over the epochs: where the training loss falls and the test loss "
        "rises, it learns by heart.",
        "Here it goes over {epochs} epochs of {batches} steps.",
    )

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("left", "read(-1)", "Value of the epoch before", show=False),
        Binding("right", "read(1)", "Value of the next epoch", show=False),
    ]

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

    def action_read(self, by: int) -> None:
        """Move a cursor over the curve's epochs: what the curves are there stands below."""
        self.step(by)

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
        room = max(4, height - len(above))
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
                scaled = tr(f"standardized {scaled}").rstrip()
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


class Scores(ScrolledView, can_focus=True):
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
            return sentence("The scores appear with the first report.", width, look)
        samples = {
            "train": snapshot.started.num_train,
            "validation": snapshot.started.num_validation,
            "test": snapshot.started.num_test,
        }
        what = tr("Scores") if snapshot.started.facts.get("classes") else tr("Errors")
        rows = target_heading(what, snapshot.target, width, look)
        headlines = snapshot.started.headlines
        rows += score_rows(samples, snapshot.newest.metrics, width, look, headlines)
        told = baseline_sentence(snapshot.started, snapshot.newest.metrics)
        rows = [*rows, *sentence(told, width, look)] if told else rows
        classes = self._class_rows(width)
        matrix = _matrix(snapshot, width, look)
        if draws_confusion(snapshot.pictures, _evaluated(snapshot)) and not self.matrix:
            matrix = []  # it is the picture already
        first, second = (matrix, classes) if self.matrix else (classes, matrix)
        for more in (first, second):
            rows = [*rows, Text(), *more] if more else rows
        return rows

    def _class_rows(self, width: int) -> list[Text]:
        evaluated = _evaluated(self.snapshot)
        if evaluated is None or not evaluated.classes:
            return []
        return class_rows(evaluated, width, self.look, limit=MOST_CLASSES)


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
