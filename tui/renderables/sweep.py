"""A sweep's configurations: as a table, best first, and as a heat map over two axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.numbers import metric
from tui.renderables.palette import ATTENTION, MEASURED, NIGHT, Hue, blend
from tui.renderables.sanitize import crop, fit, plain
from tui.renderables.table import Column, Sheet

_INK = Hue((245, 245, 245), "bright_white")


@dataclass(frozen=True)
class Line:
    """A configuration as it is shown."""

    values: tuple[str, ...]
    mean: float | None
    deviation: float | None
    remark: str = ""
    """`2 diverged`, `pruned`, `3 of 5`."""
    is_best: bool = False
    is_tied: bool = False
    """Whether it can't be told apart from the best."""


def sheet(axes: Sequence[str], objective: str, lines: Sequence[Line], look: Look) -> Sheet:
    """A row for each configuration; axes: what they are called."""
    columns = [
        Column("", least=1),
        *(
            Column(axis, least=4, right=_are_numbers(lines, index))
            for index, axis in enumerate(axes)
        ),
        Column(objective, right=True),
        Column(look.pick("±", "+-"), right=True),
        Column("", least=0, drop=1),
    ]
    return Sheet(columns, [_cells(line, look) for line in lines], look)


def _are_numbers(lines: Sequence[Line], index: int) -> bool:
    return all(_number(line.values[index]) is not None for line in lines)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _cells(line: Line, look: Look) -> list[str | Text]:
    mark = look.pick("★", "*") if line.is_best else look.pick("≈", "~") if line.is_tied else ""
    style = Style(bold=True) if line.is_best else Style()
    return [
        Text(mark, look.paint(ATTENTION)),
        *(Text(plain(value, look.ascii), style) for value in line.values),
        Text(metric(line.mean), style),
        "" if line.deviation is None else metric(line.deviation),
        Text(plain(line.remark, look.ascii), Style(dim=True)),
    ]


def heat_map(
    axes: tuple[str, str],
    values: tuple[Sequence[str], Sequence[str]],
    cells: Mapping[tuple[str, str], Line],
    width: int,
    look: Look,
    *,
    higher_is_better: bool = False,
    cursor: tuple[str, str] | None = None,
) -> list[Text]:
    """The mean of each pair of values, the better the brighter; what is missing stays empty.

    axes: what they are called; values: theirs; each down, then across. Columns that have no room
    are left out at the end, and it says so.
    """
    if width <= 0:
        return []
    down_values, across_values = values
    gutter = max((cell_len(plain(value, look.ascii)) for value in down_values), default=0)
    gutter = min(max(gutter, 3), max(3, width // 3))
    texts = {key: _in_cell(line, look) for key, line in cells.items()}
    lengths = [*map(len, texts.values()), *map(len, across_values), 5]
    room = min(max(lengths) + 2, _WIDEST)
    shown = list(across_values)[: max(0, (width - gutter - 1) // room)]
    shades = _shades(cells, higher_is_better=higher_is_better)
    arrows = look.pick("↓", "down"), look.pick("→", "across")
    title = ", ".join(f"{axis} {arrow}" for axis, arrow in zip(axes, arrows, strict=True))
    head = Text(" " * (gutter + 1))
    for value in shown:
        head.append(_right(value, room - 1, look) + " ", Style(bold=True))
    rows = [Text(fit(title, width, look.ascii), Style(dim=True)), head]
    for one in down_values:
        row = Text(_right(one, gutter, look) + " ", Style(bold=True))
        for key in ((one, other) for other in shown):
            style = _paint(shades.get(key), cells.get(key), look)
            row.append(_right(texts.get(key, ""), room - 1, look), style + _reversed(key == cursor))
            row.append(" ")
        row.rstrip()
        rows.append(row)
    if len(shown) < len(across_values):
        more = tr(f"{len(across_values) - len(shown):,} more to the right have no room")
        rows.append(Text(fit(more, width, look.ascii), Style(dim=True)))
    return [crop(row, width, look.ascii) for row in rows]


_WIDEST = 12


def _right(text: str, width: int, look: Look) -> str:
    cut = fit(plain(text, look.ascii), width, look.ascii)
    return " " * (width - cell_len(cut)) + cut


def _reversed(is_reversed: bool) -> Style:
    return Style(reverse=True) if is_reversed else Style()


def _in_cell(line: Line, look: Look) -> str:
    mark = look.pick("★", "*") if line.is_best else look.pick("≈", "~") if line.is_tied else ""
    if line.mean is None:
        return plain(line.remark or "-", look.ascii)[:10]
    return f"{mark}{metric(line.mean)}"


def _shades(
    cells: Mapping[tuple[str, str], Line], *, higher_is_better: bool
) -> dict[tuple[str, str], float]:
    """How good each is among all, by rank: 1 the best, so that one bad value hides no others."""
    known = {key: line.mean for key, line in cells.items() if line.mean is not None}
    order = sorted(known, key=lambda key: known[key], reverse=not higher_is_better)
    most = max(1, len(order) - 1)
    return {key: index / most for index, key in enumerate(order)}


def _paint(shade: float | None, line: Line | None, look: Look) -> Style:
    style = Style(bold=line.is_best or None) if line is not None else Style()
    if shade is None or look.color not in ("256", "truecolor"):
        return style
    paper = Hue(blend(NIGHT, MEASURED.rgb, _DIMMEST + (_BRIGHTEST - _DIMMEST) * shade), "cyan")
    return style + look.paint(_INK, paper)


_DIMMEST, _BRIGHTEST = 0.1, 0.65
