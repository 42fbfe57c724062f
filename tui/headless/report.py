"""What is shown of a training when it is over: curve, tables, pictures, predictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.runs.events import Diverged, Evaluated, LiveFinding, Predicted, RunFinished, RunStarted
from engine.runs.pictures import Pictures
from tui.baseline import baseline_sentence
from tui.drawings import (
    FEW,
    Rows,
    boundary_rows,
    class_rows,
    comparison_rows,
    confusion_rows,
    curve_rows,
    mistakes_rows,
    sample_rows,
    score_rows,
    writing_rows,
)
from tui.language import tr
from tui.renderables import boundary as plane
from tui.renderables.cloud import cloud_rows
from tui.renderables.findings import findings as finding_rows
from tui.renderables.findings import live_finding
from tui.renderables.latent import decoded_rows, places_rows, returned_rows
from tui.renderables.look import Look
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.numbers import counted, duration
from tui.renderables.painting import painting_rows
from tui.renderables.predictions import class_prediction, value_prediction
from tui.renderables.sequence import sequence_rows
from tui.renderables.table import heading, sentence

CHART_HEIGHT = 14
MOST_LISTED = 200
"""Samples that are shown one after the other."""
FEW_SAMPLES = 5
MOST_CLASSES, FEWEST_CLASSES = 10, 3
"""Classes that are shown of each of a few samples, and of each of many."""
PICTURE_HEIGHT = 27
"""Rows of the boundary with its axes, at most."""


def grid(width: int, look: Look) -> tuple[int, int]:
    """The columns and rows of the boundary's matrix that fit the report."""
    return plane.grid_size(min(width, 100), PICTURE_HEIGHT, look)


def load_drawing() -> None:
    """Load the library that draws charts, which takes a tenth of a second, before one is drawn."""
    import plotext  # noqa: F401  # it is there then


class Report:
    """The rows of a finished training, section by section, none wider than `width`."""

    def __init__(
        self, width: int, look: Look, targets: Sequence[str] = (), units: Sequence[str] = ()
    ) -> None:
        """targets: what a regression predicts, as the data calls it; units: of these, as well."""
        self.width = width
        self.look = look
        self._targets, self._units = targets, units
        self._of = f" of {', '.join(targets)}" if targets else ""

    def loss_curve(self, losses: Sequence[LossSeries]) -> Rows:
        """The losses over the epochs; empty for a single epoch."""
        if max((len(series.values) for series in losses), default=0) < 2:
            return []
        return loss_chart(losses, min(self.width, 100), CHART_HEIGHT, self.look)

    def evaluation(
        self, splits: Sequence[Evaluated], started: RunStarted | None = None
    ) -> Iterator[Rows]:
        """Accuracy and scores per class, or the errors of a regression; confusion.

        started: knows what would be right without a network, and what stands for the training.
        """
        if not splits:
            return
        title = tr("Accuracy") if splits[0].classes else f"Errors{self._of}"
        samples: dict[str, int] = {split.split: split.samples for split in splits}
        metrics = {
            f"{split.split}_{name}": value
            for split in splits
            for name, value in split.metrics.items()
        }
        headlines = started.headlines if started is not None else ()
        rows = score_rows(samples, metrics, self.width, self.look, headlines)
        told = baseline_sentence(started, metrics) if started is not None else ""
        rows = [*rows, *sentence(told, self.width, self.look, dim=False)] if told else rows
        yield self._titled(title, rows)
        if not splits[0].classes:
            return
        shown = next((s for s in splits if s.split == "test"), splits[0])
        title = tr(f"Classes ({shown.split} split)")
        yield self._titled(title, class_rows(shown, self.width, self.look))
        title = tr(f"Confusion ({shown.split} split)")
        yield self._titled(title, confusion_rows(shown, self.width, self.look))

    def findings(self, standing: Sequence[LiveFinding]) -> Rows:
        """What the doctor found of the training and still holds at its end."""
        rows: Rows = []
        for one in standing:
            rows += finding_rows([live_finding(one)], min(self.width, 90), self.look, drawn=True)
        found = bool(rows)
        return self._titled(tr("The doctor says"), rows) if found else []

    def _given_back(self, pictures: Pictures) -> Iterator[Rows]:
        """The plane of places, and samples as they came in and were given back."""
        width, look, plane = min(self.width, 100), self.look, pictures.latent
        if plane is not None:
            rows = places_rows(plane, min(width, 72), CHART_HEIGHT + 12, look)
            yield self._titled(tr("Where samples lie in its narrowest place"), rows)
            if rows := decoded_rows(plane, width, CHART_HEIGHT + 16, look):
                yield self._titled(tr("What it makes of places there"), rows)
        if pictures.returned is not None:
            rows = returned_rows(pictures.returned, width, look)
            title = tr(f"What it gives back ({pictures.returned.split})")
            yield self._titled(title, rows)

    def pictures(self, pictures: Pictures) -> Iterator[Rows]:
        """Boundary, actual against predicted, fitted curve, mistakes: what the data asks for."""
        width, look = self.width, self.look
        if pictures.boundary is not None:
            rows = boundary_rows(pictures.boundary, min(width, 100), look)
            yield self._titled(tr("Decision boundary"), rows)
        if pictures.cloud is not None:
            rows = cloud_rows(pictures.cloud, min(width, 72), CHART_HEIGHT + 12, look)
            yield self._titled(tr("What it makes"), rows)
            return
        if pictures.painting is not None:
            rows = painting_rows(pictures.painting, min(width, 100), CHART_HEIGHT + 6, look)
            yield self._titled(tr("The picture"), rows)
            return
        if pictures.latent is not None or pictures.returned is not None:
            yield from self._given_back(pictures)
            if pictures.returned is not None:
                return
        if pictures.written:
            yield self._titled(tr("What it writes"), writing_rows(pictures, width, look))
            return
        if seen := sequence_rows(pictures.maps, pictures.plane, min(width, 100), look):
            yield seen
        if pictures.curve is not None:
            rows = curve_rows(pictures.curve, min(width, 100), CHART_HEIGHT + 4, look)
            yield self._titled(tr("Prediction over the input"), rows)
        compared = pictures.comparison
        if compared.num_samples <= FEW or not compared.classes:
            rows = comparison_rows(compared, min(width, 72), CHART_HEIGHT + 6, look)
            yield self._titled(tr(f"Actual against predicted{self._of} ({compared.split})"), rows)
        if len(compared.actual) == compared.num_samples <= MOST_LISTED:
            many = compared.num_samples > FEW  # few stand one by one above
            rows = sample_rows(compared, min(width, 72), CHART_HEIGHT + 6, look, labels=many)
            if rows:
                yield rows
        if pictures.mistakes:
            yield self._titled(tr("Mistakes"), mistakes_rows(pictures.mistakes, width, look))

    def predictions(self, event: Predicted) -> Rows:
        """What the network says of the samples that the experiment asks about."""
        rows: Rows = []
        limit = MOST_CLASSES if len(event.predictions) <= FEW_SAMPLES else FEWEST_CLASSES
        for one in event.predictions:
            if event.classes:
                rows += class_prediction(
                    one.values,
                    one.predicted,
                    one.probabilities,
                    event.classes,
                    self.width,
                    self.look,
                    limit=limit,
                    file=one.file,
                )
            else:
                rows += value_prediction(
                    one.values,
                    one.outputs,
                    self.width,
                    self.look,
                    names=self._targets,
                    units=self._units,
                    interval=(one.low, one.high),
                )
        title = tr("Prediction") if len(event.predictions) == 1 else tr("Predictions")
        return self._titled(f"{title}{self._of}", rows)

    def _titled(self, title: str, rows: Rows) -> Rows:
        return [heading(title, self.width, self.look), *rows]


def ending(finished: RunFinished, diverged: Diverged | None) -> str:
    """Why and when the training ended, in one sentence."""
    epochs = counted(finished.epochs, "epoch")
    after = f"{epochs}, {counted(finished.steps, 'step')}, {duration(finished.elapsed_s)}"
    if diverged is not None:
        return tr(f"Diverged: {diverged.message}.")
    words = {
        "completed": tr("Finished"),
        "stop_below": tr("Stopped: the training loss fell below stop_below"),
        "patience": tr("Stopped: patience ran out without a better epoch"),
        "stopped": tr("Stopped"),
        "interrupted": tr("Interrupted"),
    }
    return tr(f"{words.get(finished.reason, finished.reason.capitalize())} after {after}.")
