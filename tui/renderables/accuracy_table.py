"""How good the predictions are: per split and per class, or the errors of a regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from tui.renderables.look import Look, class_hue
from tui.renderables.numbers import count, fraction, metric
from tui.renderables.sanitize import plain
from tui.renderables.table import Cell, Column, table


class SplitScore(NamedTuple):
    """What was measured on one split; None where it was not."""

    name: str
    samples: int
    loss: float | None
    accuracy: float | None


class ClassScore(NamedTuple):
    """What was measured for one class; None where it is not defined."""

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    """Samples of that class."""


class ErrorScore(NamedTuple):
    """How far a regression is off on one split; None where it was not measured."""

    name: str
    samples: int
    loss: float | None
    mae: float | None
    rmse: float | None
    r2: float | None


def split_table(splits: Sequence[SplitScore], width: int, look: Look) -> list[Text]:
    """Loss and accuracy of each split."""
    columns = (
        Column("Split", least=5),
        Column("Samples", right=True, drop=2),
        Column("Loss", right=True, drop=1),
        Column("Accuracy", right=True),
    )
    body = [(s.name, count(s.samples), metric(s.loss), fraction(s.accuracy)) for s in splits]
    return table(columns, body, width, look)


def class_table(
    classes: Sequence[ClassScore], width: int, look: Look, *, limit: int | None = None
) -> list[Text]:
    """Precision, recall and F1 of each class, at most `limit` of them, and their means."""
    columns = (
        Column("Class", least=6),
        Column("Precision", right=True, drop=2),
        Column("Recall", right=True, drop=1),
        Column("F1", right=True),
        Column("Samples", right=True, drop=3),
    )
    shown = classes if limit is None else classes[: max(limit, 0)]
    body: list[Sequence[Cell]] = [
        (
            _named(index, score.name, look),
            fraction(score.precision),
            fraction(score.recall),
            fraction(score.f1),
            count(score.support),
        )
        for index, score in enumerate(shown)
    ]
    left_out = len(classes) - len(shown)
    if left_out:
        body.append((Text(look.pick(f"… {left_out} more", f".. {left_out} more")), *[""] * 4))
    footer = (
        "Mean, total",
        fraction(_mean([score.precision for score in classes])),
        fraction(_mean([score.recall for score in classes])),
        fraction(_mean([score.f1 for score in classes])),
        count(sum(score.support for score in classes)),
    )
    return table(columns, body, width, look, footer=[footer] if classes else [])


def error_table(splits: Sequence[ErrorScore], width: int, look: Look) -> list[Text]:
    """Mean absolute error, root mean square error and R² of each split."""
    columns = (
        Column("Split", least=5),
        Column("Samples", right=True, drop=4),
        Column("Loss", right=True, drop=3),
        Column("MAE", right=True, drop=2),
        Column("RMSE", right=True),
        Column(look.pick("R²", "R2"), right=True, drop=1),
    )
    body = [
        (s.name, count(s.samples), metric(s.loss), metric(s.mae), metric(s.rmse), fraction(s.r2))
        for s in splits
    ]
    return table(columns, body, width, look)


def _named(index: int, name: str, look: Look) -> Text:
    glyph = (f"{look.glyph(index)} ", look.paint(class_hue(index), bold=True))
    return Text.assemble(glyph, plain(name, look.ascii))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
