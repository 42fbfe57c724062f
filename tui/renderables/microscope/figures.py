"""The numbers of a step: one, several, a matrix of them, and many at a glance."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from engine.parts.arithmetic import Value
from engine.runs.dissected_step import Numbers, Spread
from engine.runs.events import Figure
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.numbers import count
from tui.renderables.palette import NEGATIVE, POSITIVE
from tui.renderables.sanitize import crop, fit, padded
from tui.renderables.sparkline import sparkline
from tui.renderables.table import sentence

MOST_TOLD = 4
"""Numbers of several that are written out in a formula."""
_GAP = 2


def number(value: Figure) -> str:
    """A number as it is calculated with: four decimals, or as many digits."""
    if value is None:
        return "nan"
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < 1e5:
        return f"{value:.0f}"
    if 1e-3 <= abs(value) < 1e4:
        return f"{value:.4f}"
    return f"{value:.3e}"


def brief(value: Figure) -> str:
    """A number inside of a sentence or a formula: four digits that count, and no empty ones."""
    if value is None or not math.isfinite(value):
        return number(value)
    return f"{value + 0.0:.4g}"


def in_brackets(value: Figure) -> str:
    """The same, as it stands behind a sign."""
    text = brief(value)
    return f"({text})" if text.startswith("-") else text


def several(value: Value) -> str:
    """One number, or the first of several in brackets."""
    if not isinstance(value, tuple):
        return brief(value)
    if len(value) == 1:
        return brief(value[0])
    told = [brief(one) for one in value[:MOST_TOLD]]
    more = [".."] if len(value) > MOST_TOLD else []
    return f"[{', '.join([*told, *more])}]"


def signed(value: Figure, look: Look) -> Text:
    """A number in the color of its sign; zero steps back."""
    text = number(value)
    if value is None or value == 0:
        return Text(text, Style(dim=True))
    return Text(text, look.paint(NEGATIVE if value < 0 else POSITIVE))


def index_text(place: Sequence[int]) -> str:
    """An index as Python has it: `[0, 3]`."""
    return f"[{', '.join(map(str, place))}]"


def matrix(
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[Figure]],
    width: int,
    look: Look,
) -> list[Text]:
    """A matrix with its names; columns that have no room go on below."""
    if width <= 0 or not values:
        return []
    label = min(max(map(cell_len, rows), default=0), max(0, width // 3))
    cells = [[signed(value, look) for value in row] for row in values]
    heads = [fit(name, 14, look.ascii) for name in columns]
    size = max(
        [cell_len(head) for head in heads] + [cell.cell_len for row in cells for cell in row],
        default=0,
    )
    fits = max(1, (width - label) // (size + _GAP))
    found: list[Text] = []
    for start in range(0, len(heads), fits):
        part = slice(start, start + fits)
        head = Text(" " * label)
        for name in heads[part]:
            head.append(" " * (size + _GAP - cell_len(name)) + name, Style(dim=True))
        found.append(crop(head, width, look.ascii))
        for name, row in zip(rows, cells, strict=True):
            line = Text(padded(fit(name, label, look.ascii), label), Style(dim=True))
            line = Text.assemble(line)
            for cell in row[part]:
                line.append(" " * (size + _GAP - cell.cell_len))
                line.append_text(cell)
            found.append(crop(line, width, look.ascii))
    return found


def numbers_rows(numbers: Numbers, names: Sequence[str], width: int, look: Look) -> list[Text]:
    """What is told of a tensor: samples below each other; names: of the places."""
    heads = list(names) or [index_text(place) for place in numbers.places]
    rows = matrix([tr(f"sample {row}") for row in numbers.rows], heads, numbers.values, width, look)
    if not numbers.is_whole:
        rows += glance(numbers.spread, width, look)
    return rows


def glance(spread: Spread, width: int, look: Look, what: str = "") -> list[Text]:
    """All numbers of a tensor: how many, how large, and where they lie."""
    zeros = tr(f", {spread.zeros / spread.count:.0%} zero") if spread.zeros else ""
    text = tr(
        f"all {count(spread.count)}{what}: norm {number(spread.norm)}, "
        f"{number(spread.lowest)} to {number(spread.highest)}{zeros}"
    )
    rows = sentence(text, width, look)
    if spread.bins and spread.lowest != spread.highest:
        drawn = sparkline([float(one) for one in spread.bins], 16, look)
        if rows and rows[-1].cell_len + 3 + 16 <= width:
            rows[-1] = Text.assemble(rows[-1], "  ", drawn[0])
        elif width >= 16:
            rows += drawn
    return rows


def hanging(text: str, width: int, look: Look, indent: int) -> list[Text]:
    """A line that goes on below, indented, where the width ends."""
    if width <= indent + 8:
        return sentence(text, width, look, dim=False)
    first, *rest = sentence(text, width, look, dim=False) or [Text()]
    if not rest:
        return [first]
    left = sentence(text[len(first.plain) :], width - indent, look, dim=False)
    return [first, *(Text(" " * indent + row.plain) for row in left)]
