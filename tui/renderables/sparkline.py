"""A series in one row."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from tui.renderables.look import Look
from tui.renderables.palette import PLAIN, Hue
from tui.renderables.series import buckets

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-=+*#@"


def sparkline(
    values: Sequence[float | None], width: int, look: Look, hue: Hue = PLAIN
) -> list[Text]:
    """One row as wide as the series, at most `width`; gaps where a value is not finite.

    Longer series are drawn by the mean of each stretch; a constant one is a flat line.
    """
    if width <= 0:
        return [Text()]
    heights = buckets(values, width)
    known = [height for height in heights if height is not None]
    if not known:
        return [Text()]
    low, high = min(known), max(known)
    signs = look.pick(_BLOCKS, _ASCII)
    row = "".join(" " if h is None else signs[_level(h, low, high, len(signs))] for h in heights)
    return [Text(row, style=look.paint(hue))]


def _level(value: float, low: float, high: float, levels: int) -> int:
    if high == low:
        return levels // 2 - 1
    # Halved before they are subtracted: the span of huge numbers overflows.
    share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return min(max(int(share * levels), 0), levels - 1)
