"""A page before it is written in any format: sections of prose, tables, drawings and code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.runs.events import Figure
from engine.runs.pictures import (
    Boundary,
    Comparison,
    Curve,
    LatentPlane,
    Painting,
    Picture,
    Returned,
)

Matrix = Sequence[Sequence[float | None]]


@dataclass(frozen=True)
class Line:
    """A curve; None is a gap."""

    name: str
    x: Sequence[float]
    y: Sequence[Figure]
    split: str = ""
    """Whose curve it is, where splits are drawn: each has its color."""


@dataclass(frozen=True)
class Lines:
    """Curves over the same x."""

    lines: Sequence[Line]
    x_title: str
    y_title: str


@dataclass(frozen=True)
class Confusion:
    """Counts: rows are the actual classes, columns the predicted ones."""

    counts: Sequence[Sequence[int]]
    classes: Sequence[str]


@dataclass(frozen=True)
class HeatMap:
    """A number for each pair of two axes' values; None where there is none."""

    cells: Matrix
    titles: tuple[str, str]
    """Of what goes down, and of what goes across."""
    values: tuple[Sequence[str], Sequence[str]]
    higher_is_better: bool


@dataclass(frozen=True)
class Decoded:
    """What is made of places all over a plane."""

    plane: LatentPlane


Drawing = (
    Lines
    | Confusion
    | HeatMap
    | Boundary
    | Curve
    | Painting
    | LatentPlane
    | Decoded
    | Returned
    | Comparison
)
"""What can be drawn. A Comparison is one of numbers."""


@dataclass(frozen=True)
class Chart:
    """A drawing under its title."""

    title: str
    drawing: Drawing
    says: str
    """What is to be seen on it, for who does not see it."""


@dataclass(frozen=True)
class Table:
    """Cells of text."""

    titles: Sequence[str]
    rows: Sequence[Sequence[str]]
    best: frozenset[tuple[int, int]] = frozenset()
    """Row and column of the cells that stand out."""
    names: int = 1
    """So many columns at the left hold names; the others hold numbers, if `numbers` is set."""
    numbers: bool = True


@dataclass(frozen=True)
class Prose:
    """A paragraph; strong: the first thing to read."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Code:
    """Lines that are to be copied."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Gallery:
    """Samples that are images, each with what it is and what it was taken for."""

    pictures: Sequence[Picture]


@dataclass(frozen=True)
class Remark:
    """A finding of the doctor."""

    severity: str
    head: str
    message: str
    repair: str = ""


Block = Chart | Table | Prose | Code | Gallery | Remark


@dataclass(frozen=True)
class Section:
    """Blocks under a title."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A page."""

    title: str
    lead: Sequence[Block] = ()
    """What stands before the first section."""
    sections: Sequence[Section] = field(default_factory=tuple)

    def blocks(self) -> list[Block]:
        """All of them, in their order."""
        return [*self.lead, *(block for section in self.sections for block in section.blocks)]

    def charts(self) -> list[Chart]:
        """Everything that is drawn."""
        return [block for block in self.blocks() if isinstance(block, Chart)]
