"""From the pictures a worker computes to rows of text; for the app and the headless report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace
from rich.text import Text

from engine.parts.metrics import METRICS
from engine.runs.events import Evaluated, Figure
from engine.runs.pictures import Boundary, Comparison, Curve, Picture, Pictures
from tui.language import tr
from tui.measured import shown, shown_title
from tui.renderables import boundary as plane
from tui.renderables.accuracy_table import (
    ClassScore,
    Score,
    SplitScore,
    class_table,
    split_table,
)
from tui.renderables.actual_predicted import (
    Outcome,
    class_outcomes,
    fitted_curve,
    over_samples,
    predicted_labels,
    scatter,
    value_outcomes,
)
from tui.renderables.confusion import confusion
from tui.renderables.images import Image, fitting_columns, gallery
from tui.renderables.look import Look
from tui.renderables.sequence import following_rows, invented_rows, sequence_rows
from tui.renderables.table import heading
from tui.renderables.written import written_rows

Rows = list[Text]

FEW = 20
"""Up to so many samples are shown one by one."""


def boundary_rows(
    picture: Boundary, width: int, look: Look, *, discrete: bool = False, test_points: bool = True
) -> Rows:
    """The decision boundary with the points on it; discrete: classes without confidence."""
    cells, points, levels = picture.cells, picture.points, picture.levels
    if discrete and picture.classes:
        cells = bytes(code - code % levels + levels - 1 for code in cells)
    if not test_points:
        points = [point for point in points if not point.is_test]
    return plane.boundary(replace(picture, cells=cells, points=points), width, look)


def curve_rows(
    picture: Curve, width: int, height: int, look: Look, *, at: float | None = None
) -> Rows:
    """A regression of one input: the network's curve and the samples; at: of a cursor, 0 to 1."""
    line = picture.x, picture.y
    return fitted_curve(line, picture.train, picture.test, width, height, look, at=at)


def comparison_rows(picture: Comparison, width: int, height: int, look: Look) -> Rows:
    """Actual against predicted: one by one for few samples, else as a scatter."""
    if picture.classes:
        pairs = zip(picture.actual, picture.predicted, strict=True)
        outcomes = [Outcome(int(a), int(p or 0)) for a, p in pairs]
        return class_outcomes(
            outcomes,
            picture.classes,
            width,
            look,
            probabilities=picture.probabilities,
            limit=min(FEW, max(1, height - 3)),
        )
    if picture.num_samples <= FEW:
        limit = max(1, height - 3)
        return value_outcomes(picture.actual, picture.predicted, width, look, limit=limit)
    return scatter(picture.actual, picture.predicted, width, height, look)


def writing_rows(pictures: Pictures, width: int, look: Look) -> Rows:
    """What a network writes, how much of it is its own, what comes next, and how it came to it."""
    seen = sequence_rows(pictures.maps, pictures.plane, width, look)
    return [
        *written_rows(pictures.written, width, look),
        *invented_rows(pictures.invented, width, look),
        Text(),
        *following_rows(pictures.following, width, look),
        *([Text(), *seen] if seen else []),
    ]


def sample_rows(
    picture: Comparison,
    width: int,
    height: int,
    look: Look,
    *,
    labels: bool = True,
    at: float | None = None,
) -> Rows:
    """Every sample in turn: its predicted label, and the numbers as lines over its number.

    Of two classes the numbers are the second one's probability. at: of a cursor, 0 to 1.
    """
    actual: list[float | None] = [*picture.actual]
    if not picture.classes:
        return over_samples(actual, picture.predicted, width, height, look, at=at)
    rows: Rows = []
    if labels:
        pairs = zip(picture.actual, picture.predicted, strict=True)
        outcomes = [Outcome(int(a), int(p or 0)) for a, p in pairs]
        rows = [
            heading(labels_title(picture), width, look),
            *predicted_labels(outcomes, picture.classes, width, look),
            Text(),
        ]
    if picture.probabilities:
        of = f"P({picture.classes[1]})"
        rest = height - len(rows)
        rows += over_samples(actual, picture.probabilities, width, rest, look, of=of, at=at)
    return rows


def labels_title(picture: Comparison) -> str:
    """Whose labels are listed, all of them or the first."""
    listed, total = len(picture.actual), picture.num_samples
    which = f"{listed:,}" if listed == total else tr(f"first {listed:,} of {total:,}")
    return tr(f"Predicted labels of the {which} samples ({picture.split})")


def score_rows(
    samples: Mapping[str, int],
    metrics: Mapping[str, Figure],
    width: int,
    look: Look,
    headlines: Collection[str] = (),
) -> Rows:
    """What was measured of each split: loss and accuracy, or the errors of a regression.

    samples: by split; metrics: by names like `train_loss`; headlines: those that always have room.
    """
    splits = [split for split in samples if f"{split}_loss" in metrics]
    told = [
        one for one in METRICS.values() if any(f"{split}_{one.name}" in metrics for split in splits)
    ]
    drops = [0 if one.name in headlines else one.weight for one in told]
    columns = [Score(shown_title(one, look), drop) for one, drop in zip(told, drops, strict=True)]
    scores = [
        SplitScore(s, samples[s], [shown(one, metrics.get(f"{s}_{one.name}")) for one in told])
        for s in splits
    ]
    return split_table(columns, scores, width, look)


def draws_confusion(pictures: Pictures | None, split: Evaluated | None) -> bool:
    """Whether what is drawn of a training is its confusion matrix: more tells nothing else."""
    return (
        pictures is not None
        and pictures.boundary is None
        and pictures.curve is None
        and split is not None
        and bool(split.confusion)
        and pictures.comparison.num_samples > FEW
    )


def class_rows(split: Evaluated, width: int, look: Look, *, limit: int | None = None) -> Rows:
    """Precision, recall and F1 of each class of a split."""
    classes = [ClassScore(c.name, c.precision, c.recall, c.f1, c.support) for c in split.classes]
    return class_table(classes, width, look, limit=limit)


def confusion_rows(split: Evaluated, width: int, look: Look) -> Rows:
    """The confusion matrix of a split."""
    return confusion(split.confusion, [score.name for score in split.classes], width, look)


def compared_rows(picture: Comparison, width: int, look: Look) -> Rows:
    """The confusion matrix of the samples that are compared while it trains."""
    counts = [[0] * len(picture.classes) for _ in picture.classes]
    for actual, predicted in zip(picture.actual, picture.predicted, strict=True):
        counts[int(actual)][int(predicted or 0)] += 1
    return confusion(counts, picture.classes, width, look)


def mistakes_rows(
    pictures: Sequence[Picture], width: int, look: Look, *, height: int | None = None
) -> Rows:
    """Wrongly classified images side by side, of a size that has room with what they are below.

    height: the rows that there are; None for as many as they take.
    """
    images = [
        Image(
            columns=p.width,
            rows=p.height,
            channels=p.channels,
            pixels=p.pixels,
            caption=f"{p.actual} as {p.predicted}",
        )
        for p in pictures
    ]
    if height is None:
        return gallery(images, width, look)
    return gallery(images, width, look, columns=fitting_columns(images, width, height))
