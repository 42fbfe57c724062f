"""Takes every color out of what widgets draw, for NO_COLOR: bold, dim and reverse stay."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class Colorless(LineFilter):
    """Not even the terminal's default colors are named: nothing of color is sent at all."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.style is None else segment._replace(style=_bare(segment.style))
            for segment in segments
        ]


@lru_cache(maxsize=4096)
def _bare(style: Style) -> Style:
    """The style without colors; its meta data stays, by which clicks find their action."""
    return style.without_color + Style.from_meta(style.meta)
