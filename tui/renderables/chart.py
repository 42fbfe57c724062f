"""Curves and points on labeled axes: the only module that knows plotext.

plotext draws on a canvas of 0..1 in both directions; ranges, scales and ticks are worked out
here, so that no data can trouble it. The colors it is given only number the curves: they are
read back from its matrix and become the look's styles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.numbers import metric, short, tick_labels
from tui.renderables.palette import Hue
from tui.renderables.runs import Glyph, row_of
from tui.renderables.sanitize import plain
from tui.renderables.series import bucket_edges, finite, mean, ticks

_MARKS_PER_LINE = 4
_SIDES, _CORNERS = ("│", "┤", "|", "+"), ("└", "┴", "+")
"""What the left side of a chart consists of, and where it ends at the bottom."""
_TO_ASCII = str.maketrans("┌┐└┘├┤┬┴┼│─", "+++++++++|-")


@dataclass(frozen=True)
class Curve:
    """Numbers to draw: a line, or points on their own; what is not finite is a gap."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float | None]
    hue: Hue
    glyph: str
    """Marks the points, or a line here and there, so that color is never alone."""
    line: bool = True
    marks: bool = True
    """Whether a line beside others carries its glyph here and there."""
    note: str = ""
    """Said of it in the legend, after its last value."""


@dataclass(frozen=True)
class Axis:
    """The range of one direction, and how it is divided."""

    low: float
    high: float
    log: bool = False
    """Powers of ten are equally far apart; needs low > 0."""
    whole: bool = False
    """Ticks only at whole numbers, as epochs are."""

    @classmethod
    def around(cls, values: Sequence[float], *, log: bool = False, whole: bool = False) -> Axis:
        """The axis on which all these finite values lie; one value gets room around it."""
        low, high = min(values), max(values)
        if low == high:
            if log:
                low, high = low / 2 or low, min(high * 2, 1.7e308)
            else:
                room = abs(low) * 0.1 or 1.0
                low, high = max(low - room, -1.7e308), min(high + room, 1.7e308)
        return cls(low, high, log, whole)

    def place(self, value: float) -> float:
        """Where the value lies, 0 at the low end and 1 at the high end."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        span = high / 2 - low / 2  # halved: the span of huge numbers overflows
        return (value / 2 - low / 2) / span if span > 0 else 0.5

    def ticks(self, count: int) -> list[float]:
        """About `count` round numbers on the axis."""
        if not self.log:
            return ticks(self.low, self.high, count, whole=self.whole)
        low, high = math.log10(self.low), math.log10(self.high)
        if high - low < 1.5:
            return ticks(self.low, self.high, count)
        powers = ticks(low, high, count, whole=True)
        return [value for p in powers if self.low <= (value := 10.0**p) <= self.high * 1.000001]


def chart(
    curves: Sequence[Curve], x: Axis, y: Axis, width: int, height: int, look: Look
) -> list[Text]:
    """The curves in `height` rows, the tick labels counted in; needs at least 12×4."""
    from plotext import figure, marker, terminal

    if width < 12 or height < 4:
        return []
    terminal.limit(False, False)  # or plotext would cut to the size of its own stdout
    canvas = type(figure)(terminal)  # its shared figure keeps state between charts
    canvas.theme("colorless")
    canvas.canvas("default")
    canvas.plot_size(width, height)
    canvas.axes(False, axis="x", side="upper")
    canvas.axes(False, axis="y", side="right")
    for number, curve in sorted(enumerate(curves, start=1), key=_is_point):
        _draw(canvas, marker, curve, number, len(curves), x, y, width, look)
    for name, axis, number in (
        ("x", x, max(2, width // 8)),
        ("y", y, max(2, height // 2)),
    ):
        values = axis.ticks(number)
        labels = tick_labels(values)
        canvas.ruler(name).lim(0, 1).ticks([axis.place(value) for value in values], labels)
    return _rows(canvas.build(), curves, look)


def _is_point(numbered: tuple[int, Curve]) -> bool:
    """Whether a curve is one point, which is drawn last: a line would hide it."""
    return sum(finite(value) for value in numbered[1].ys) == 1


def _draw(
    canvas: Any,  # plotext publishes no types
    marker: Any,
    curve: Curve,
    number: int,
    num_curves: int,
    x: Axis,
    y: Axis,
    width: int,
    look: Look,
) -> None:
    pixel = (0, 0, number)
    points = _points(curve, x, y, limit=2 * width if curve.line else None)
    known = [point for point in points if point is not None]
    if not known:
        return
    sign = marker(curve.glyph, pixel=pixel)
    xs, ys = [px for px, _ in known], [py for _, py in known]
    if not curve.line:
        canvas.draw(canvas.signal(xs, ys, marker=sign))
        return
    pen = marker("." if look.ascii or look.console else "braille", pixel=pixel)
    line = canvas.signal(xs, ys, marker=pen).lines(True)
    index = 0
    for before, point in zip([None, *points], points, strict=False):
        if point is not None:
            if before is None:
                line.line(index, False)
            index += 1
    canvas.draw(line)
    if (num_curves == 1 or not curve.marks) and len(known) > 1:
        return
    # Each curve's marks lie elsewhere, so that curves on top of each other are told apart.
    offset = number / (num_curves + 1)
    marked = {int((k + offset) / _MARKS_PER_LINE * len(known)) for k in range(_MARKS_PER_LINE)}
    canvas.draw(
        canvas.signal(
            [xs[place] for place in sorted(marked)],
            [ys[place] for place in sorted(marked)],
            marker=sign,
        )
    )


def _points(curve: Curve, x: Axis, y: Axis, limit: int | None) -> list[tuple[float, float] | None]:
    """The curve's points on the canvas, None for a gap; long lines by the mean per stretch."""
    total = min(len(curve.xs), len(curve.ys))
    points: list[tuple[float, float] | None] = []
    for start, end in bucket_edges(total, total if limit is None else limit):
        middle, value = mean(curve.xs[start:end]), mean(curve.ys[start:end])
        if middle is None or value is None or (y.log and value <= 0):
            points.append(None)
        else:
            points.append((x.place(middle), y.place(value)))
    return points


def _rows(matrix: Any, curves: Sequence[Curve], look: Look) -> list[Text]:
    """The matrix as rows; each character in the style of the curve it belongs to."""
    frame = Style(dim=True)
    styles = [look.paint(curve.hue) for curve in curves]
    rows: list[Text] = []
    for place, line in enumerate(matrix.string(colorless=True).splitlines()):
        glyphs: list[Glyph] = []
        for column, character in enumerate(line.rstrip()):
            pixel = None if character == " " else matrix.get(place, column).foreground()
            style = styles[pixel[2] - 1] if pixel else frame
            if character == " " and glyphs:
                style = glyphs[-1][1]  # a space has no ink: it needs no run of its own
            glyphs.append((character.translate(_TO_ASCII) if look.ascii else character, style))
        rows.append(row_of(glyphs))
    return rows


def share_at(rows: Sequence[Text], column: int) -> float | None:
    """Where a column of drawn rows lies on their chart's x axis, 0 to 1; None beside the chart."""
    left, right = _frame(rows)
    if not left < column <= right:
        return None
    return (column - left - 1) / max(1, right - left - 1)


def with_cursor(rows: Sequence[Text], at: float, look: Look) -> list[Text]:
    """A chart's rows with a line down at a place of the x axis, 0 to 1, where they are empty."""
    left, right = _frame(rows)
    column = left + 1 + round(at * (right - left - 1))
    if left < 0:
        return [*rows]
    mark = (look.pick("┊", ":"), Style(dim=True))
    return [_marked(row, column, mark) if row.plain[left : left + 1] in _SIDES else row
            for row in rows]  # fmt: skip


def reading(curves: Sequence[Curve], x: Axis, at: float, look: Look, what: str) -> list[Text]:
    """What the curves' values are where they have any nearest to a place of the x axis, 0 to 1."""
    known = {
        place: (abs(x.place(place) - at), place)
        for curve in curves
        for place, value in zip(curve.xs, curve.ys, strict=False)
        if finite(value) and not (x.log and place <= 0)
    }
    if not known:
        return []
    _, nearest = min(known.values())
    parts = [Text(f"{tr(what)} {short(nearest)}", Style(bold=True))]
    for curve in curves:
        pairs = zip(curve.xs, curve.ys, strict=False)
        value = next((value for place, value in pairs if place == nearest), None)
        if finite(value):
            name = plain(tr(curve.name), look.ascii)
            glyph = (curve.glyph, look.paint(curve.hue))
            parts.append(Text.assemble(glyph, f" {name} {metric(value)}"))
    return parts


def _frame(rows: Sequence[Text]) -> tuple[int, int]:
    """The columns of a chart's left side and of its right end; (-1, -1) where there is none."""
    corner = next((row.plain for row in rows if row.plain.lstrip()[:1] in _CORNERS), "")
    left = len(corner) - len(corner.lstrip())
    return (left, len(corner) - 1) if corner.strip() else (-1, -1)


def _marked(row: Text, column: int, mark: Glyph) -> Text:
    if row.plain[column : column + 1].strip():
        return row
    before = row[:column] if column < len(row) else Text.assemble(row, " " * (column - len(row)))
    return Text.assemble(before, mark, row[column + 1 :])


def legend(curves: Sequence[Curve], look: Look) -> list[Text]:
    """Each curve's mark, name, last value and note; a line without any value has a dash."""
    parts = []
    for curve in curves:
        last = next((value for value in reversed(curve.ys) if finite(value)), None)
        ending = f" {'-' if last is None else short(last)}" if curve.line else ""
        ending += f" {curve.note}" if curve.note else ""
        name = (plain(tr(curve.name), look.ascii), Style(bold=True))
        parts.append(Text.assemble((curve.glyph, look.paint(curve.hue)), " ", name, ending))
    return parts
