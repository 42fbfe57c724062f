"""What a finding rests on, drawn: curves, a histogram, a number for each layer, ranges."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.style import Style
from rich.text import Text

from engine.doctor.evidence import Bars, Curves, Evidence, Histogram, Ranges
from tui.language import tr
from tui.renderables.chart import Axis, with_cursor
from tui.renderables.look import Look
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.numbers import short
from tui.renderables.palette import ATTENTION, MEASURED
from tui.renderables.sanitize import fit
from tui.renderables.table import sentence

LEAST_WIDTH = 24
"""Below it there is no room for a drawing."""
_CHART_HEIGHT, _HISTOGRAM_HEIGHT = 10, 5
_MOST_WIDTH = 72
_EIGHTHS = "▁▂▃▄▅▆▇█"
_NAME_WIDTH = 28


def evidence_rows(evidence: Evidence, width: int, look: Look) -> list[Text]:
    """The drawing, at most so wide; nothing where there is no room for one."""
    if width < LEAST_WIDTH:
        return []
    width = min(width, _MOST_WIDTH)
    match evidence:
        case Curves():
            return _curves(evidence, width, look)
        case Histogram():
            return _histogram(evidence, width, look)
        case Bars():
            return _bars(evidence, width, look)
        case Ranges():
            return _ranges(evidence, width, look)


def _curves(curves: Curves, width: int, look: Look) -> list[Text]:
    series = [LossSeries(one.name, one.epochs, one.values) for one in curves.lines]
    rows = loss_chart(series, width, _CHART_HEIGHT, look)
    if curves.marked is None:
        return rows
    x = Axis.around([epoch for one in curves.lines for epoch in one.epochs], whole=True)
    name = curves.lines[-1].name
    said = tr(f"{look.pick('┊', ':')} epoch {curves.marked:,}: the lowest {name} loss")
    return [*with_cursor(rows, x.place(curves.marked), look), Text(fit(said, width, look.ascii))]


def _histogram(histogram: Histogram, width: int, look: Look) -> list[Text]:
    counts, total = histogram.counts, sum(histogram.counts)
    rows = [_title(histogram.of, width, look)]
    if not total or not counts:
        return rows
    if histogram.low == histogram.high:
        return [*rows, Text(fit(tr(f"every one is {short(histogram.low)}"), width, look.ascii))]
    each = max(1, min(3, (width - 6) // len(counts)))
    top = max(counts)
    ink = look.paint(MEASURED)
    for level in reversed(range(_HISTOGRAM_HEIGHT)):
        label = f"{top / total:4.0%}" if level == _HISTOGRAM_HEIGHT - 1 else "    "
        cells = "".join(_cell(count / top, level, look) * each for count in counts)
        rows.append(Text.assemble(label, look.pick("│", "|"), (cells, ink)))
    rows.append(Text("    " + look.pick("└", "+") + look.pick("─", "-") * (each * len(counts))))
    low, high = short(histogram.low), short(histogram.high)
    room = each * len(counts) - len(low) - len(high)
    if room > 0:
        rows.append(Text(f"     {low}{' ' * room}{high}"))
    return [Text(fit(row.plain, width, look.ascii)) if row.cell_len > width else row
            for row in rows]  # fmt: skip


def _cell(share: float, level: int, look: Look) -> str:
    """What of a column stands in a row of so many; the least that there is, is seen."""
    filled = share * _HISTOGRAM_HEIGHT - level
    if level == 0 and share > 0:
        filled = max(filled, 1 / len(_EIGHTHS))
    if filled <= 0:
        return " "
    if look.ascii or look.console:
        return "#" if filled >= 0.5 else "."
    return _EIGHTHS[min(len(_EIGHTHS) - 1, math.ceil(filled * len(_EIGHTHS)) - 1)]


def _bars(bars: Bars, width: int, look: Look) -> list[Text]:
    rows = [_title(f"{bars.of}{' (log scale)' if bars.log else ''}", width, look)]
    numbers = [_number(value) for value in bars.values]
    named = min(_NAME_WIDTH, max(map(len, bars.names), default=0), width // 2)
    digits = max(map(len, numbers), default=0)
    room = width - named - digits - 4
    if room < 1:
        return rows
    shares = _shares(bars.values, log=bars.log)
    for n, (name, number, share) in enumerate(zip(bars.names, numbers, shares, strict=True)):
        is_marked = n in bars.marked
        ink = look.paint(ATTENTION if is_marked else MEASURED, bold=is_marked)
        sign = look.pick("►", ">") if is_marked else " "
        length = round(share * room) if share is not None else 0
        length = max(1, length) if share is not None else 0
        label = fit(name, named, look.ascii)
        rows.append(
            Text.assemble(
                (f"{sign} ", ink),
                label + " " * (named - Text(label).cell_len),
                f" {number:>{digits}} ",
                (look.pick("█", "#") * length, ink),
            )
        )
    return rows


def _shares(values: Sequence[float], *, log: bool) -> list[float | None]:
    """How long each bar is, of the longest; None for what has no place on a log scale."""
    known = [value for value in values if value > 0]
    if not known:
        return [None] * len(values)
    if not log:
        return [value / max(known) for value in values]
    low = math.log10(min(known)) - 1  # so that the shortest is seen
    span = math.log10(max(known)) - low
    return [(math.log10(value) - low) / span if value > 0 else None for value in values]


def _ranges(ranges: Ranges, width: int, look: Look) -> list[Text]:
    rows = [_title(tr(f"{ranges.of}: lowest, mean and highest on one scale"), width, look)]
    numbers = [f"{short(r.low)} to {short(r.high)}" for r in ranges.rows]
    named = min(_NAME_WIDTH // 2, max((len(r.name) for r in ranges.rows), default=0))
    digits = min(max(map(len, numbers), default=0), width - named - 10)
    room = width - named - digits - 4
    if room < 1 or not ranges.rows:
        return rows
    axis = Axis.around([edge for r in ranges.rows for edge in (r.low, r.high)])
    line, left, right, dot = (look.pick(*pair) for pair in ("─-", "├|", "┤|", "●o"))
    for row, number in zip(ranges.rows, numbers, strict=True):
        low, mean, high = (round(axis.place(v) * (room - 1)) for v in (row.low, row.mean, row.high))
        cells = [" "] * room
        cells[low : high + 1] = [line] * (high + 1 - low)
        if high > low:
            cells[low], cells[high] = left, right
        cells[min(max(mean, low), high)] = dot
        label = fit(row.name, named, look.ascii)
        label += " " * (named - Text(label).cell_len)
        figure = fit(number, digits, look.ascii)
        ink = look.paint(MEASURED)
        rows.append(
            Text.assemble("  ", label, f" {figure:<{digits}} ", ("".join(cells).rstrip(), ink))
        )
    if ranges.unnamed:
        rows += sentence(f"and {ranges.unnamed:,} more {ranges.of}", width, look)
    return rows


def _title(text: str, width: int, look: Look) -> Text:
    return Text(fit(text, width, look.ascii), Style(dim=True))


def _number(value: float) -> str:
    """A number beside its bar."""
    return f"{value:,.0f}" if value >= 100 and value.is_integer() else short(float(f"{value:.2g}"))
