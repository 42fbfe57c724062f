"""What a finding rests on, as numbers: kept with it, so that it is drawn the same whenever."""

from __future__ import annotations

import msgspec

MOST_POINTS = 60
"""Of a curve; a longer one keeps its first, its last and its best."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One curve over the epochs."""

    name: str
    epochs: list[int]
    values: list[float]
    """As many as epochs."""


class Curves(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="curves"):
    """Losses over the epochs."""

    lines: list[Line]
    marked: int | None = None
    """The epoch that the finding is about."""


class Histogram(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="histogram"):
    """How often values lie where: of a layer's outputs."""

    of: str
    low: float
    high: float
    counts: list[int]
    """Of equally wide bins from low to high."""


class Bars(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="bars"):
    """A number for each of several things: the gradient of each layer."""

    of: str
    names: list[str]
    values: list[float]
    """As many as names; none is negative."""
    marked: list[int] = []
    """Those that the finding is about."""
    log: bool = False
    """Whether they are compared by their powers of ten."""


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """From where to where numbers go."""

    name: str
    low: float
    mean: float
    high: float


class Ranges(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="ranges"):
    """The ranges of columns on one scale."""

    of: str
    rows: list[Reach]
    unnamed: int = 0
    """So many more are not among them."""


Evidence = Curves | Histogram | Bars | Ranges
