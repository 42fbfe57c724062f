"""What several networks make of the same data, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from tui.language import tr
from tui.renderables.images import Image, gallery
from tui.renderables.look import Look
from tui.renderables.painting import decibels
from tui.renderables.small_multiples import Small, small_multiples
from tui.renderables.table import heading

if TYPE_CHECKING:  # a renderable loads nothing of the engine but its limits
    from engine.runs.pictures import Painting, Pictures

Signed = tuple[str, "Pictures"]
"""What a network draws, and the letter that it has on this page."""


def compared_pictures(drawn: Sequence[Signed], width: int, height: int, look: Look) -> list[Text]:
    """How they divide the plane, or what they paint; nothing where fewer than two do."""
    planes = [Small(sign, one.boundary) for sign, one in drawn if one.boundary is not None]
    painted = [(sign, one.painting) for sign, one in drawn if one.painting is not None]
    rows: list[Text] = []
    if len(planes) > 1:
        rows += [heading("How they divide the plane", width, look)]
        rows += small_multiples(planes, width, height, look)
    if len(painted) > 1:
        rows += [heading("What they paint", width, look)]
        rows += gallery(_paintings(painted), width, look, columns=_columns(len(painted), width))
    return rows


def _paintings(painted: Sequence[tuple[str, Painting]]) -> list[Image]:
    """Each with its letter; behind them what it is of, where that is one picture for all."""
    images = [
        Image(one.width, one.height, one.channels, one.painted, f"{sign}{decibels(one)}")
        for sign, one in painted
    ]
    first = painted[0][1]
    if all(one.original == first.original for _, one in painted):
        size = first.width, first.height, first.channels
        images.append(Image(*size, first.original, tr("the original")))
    return images


def _columns(count: int, width: int) -> int:
    """As wide as lets them and the original stand in one row."""
    return max(12, width // (count + 1) - 2)
