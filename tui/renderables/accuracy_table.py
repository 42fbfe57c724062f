"""How good the predictions are: per split and per class, or the errors of a regression."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.numbers import count, fraction
from tui.renderables.palette import class_hue
from tui.renderables.sanitize import plain
from tui.renderables.table import Cell, Column, table

_TOTAL = "Mean, total"
_GLYPH, _FIGURES = 2, 26
"""Columns of a class's glyph, and of three scores of it with their gaps."""
SAMPLES_DROP = 5
"""Columns of scores with a higher number are left out before the number of samples is."""


class Score(NamedTuple):
    """A column of what is measured."""

    title: str
    drop: int
    """Left out from the highest number down where there is little room; 0: never."""


class SplitScore(NamedTuple):
    """What was measured on one split."""

    name: str
    samples: int
    figures: Sequence[str]
    """One for each column."""


class ClassScore(NamedTuple):
    """What was measured for one class; None where it is not defined."""

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    """Samples of that class."""


def split_table(
    scores: Sequence[Score], splits: Sequence[SplitScore], width: int, look: Look
) -> list[Text]:
    """What was measured of each split."""
    columns = (
        Column("Split", least=5),
        Column("Samples", right=True, drop=SAMPLES_DROP),
        *(Column(score.title, right=True, drop=score.drop) for score in scores),
    )
    body = [(tr(split.name), count(split.samples), *split.figures) for split in splits]
    return table(columns, body, width, look)


def class_table(
    classes: Sequence[ClassScore], width: int, look: Look, *, limit: int | None = None
) -> list[Text]:
    """Precision, recall and F1 of each class, at most `limit` of them, and their means."""
    named = max((cell_len(plain(score.name)) for score in classes), default=0) + _GLYPH
    roomy = width >= max(named, cell_len(tr(_TOTAL))) + _FIGURES
    columns = (
        Column("Class", least=6),
        Column("Precision" if roomy else "Prec.", right=True, drop=2),
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
        tr(_TOTAL) if roomy else tr("Mean"),
        fraction(_mean([score.precision for score in classes])),
        fraction(_mean([score.recall for score in classes])),
        fraction(_mean([score.f1 for score in classes])),
        count(sum(score.support for score in classes)),
    )
    return table(columns, body, width, look, footer=[footer] if classes else [])


def _named(index: int, name: str, look: Look) -> Text:
    glyph = (f"{look.glyph(index)} ", look.paint(class_hue(index), bold=True))
    return Text.assemble(glyph, plain(name, look.ascii))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
