"""The loss over the epochs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from tui.language import tr
from tui.renderables.chart import Axis, Curve, chart, legend, reading, with_cursor
from tui.renderables.look import Look
from tui.renderables.numbers import metric
from tui.renderables.palette import PLAIN, SPLITS, class_hue
from tui.renderables.sanitize import fit
from tui.renderables.series import finite
from tui.renderables.sparkline import sparkline
from tui.renderables.table import heading, sentence, wrapped

_LEAST_WIDTH, _LEAST_HEIGHT = 24, 6
_ASCII_GLYPHS = "*o+x#"


class LossSeries(NamedTuple):
    """One curve: train, validation or test."""

    name: str
    epochs: Sequence[float]
    values: Sequence[float | None]
    """As many as epochs; what is None or not finite is a gap."""


def loss_chart(
    series: Sequence[LossSeries],
    width: int,
    height: int,
    look: Look,
    *,
    log: bool = False,
    title: str = "Loss",
    at: float | None = None,
) -> list[Text]:
    """The curves with axes and a legend in about `height` rows.

    at: a place of the x axis, 0 to 1; the values nearest to it stand in place of the legend.

    Below 24×6 each curve is one row: its name, first and last value and a sparkline. A log
    scale leaves out what is not above zero and says so.
    """
    if width <= 0:
        return []
    points = [
        (epoch, value)
        for one in series
        for epoch, value in zip(one.epochs, one.values, strict=False)
        if value is not None and finite(value) and finite(epoch)
    ]
    if not points:
        return sentence("No loss to draw yet.", width, look)
    notes: list[str] = []
    if log:
        kept = [point for point in points if point[1] > 0]
        left_out = len(points) - len(kept)
        if not kept:
            log = False
            notes.append(tr("Linear scale: no value is above zero."))
        elif left_out:
            points = kept
            things = tr("1 value that is") if left_out == 1 else tr(f"{left_out} values that are")
            notes.append(tr(f"The log scale leaves out {things} not above zero."))
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return [row for one in series for row in _summary(one, width, look)]
    several = len({epoch for epoch, _ in points}) > 1
    curves = [
        Curve(
            one.name,
            one.epochs,
            one.values,
            SPLITS.get(one.name) or class_hue(index),
            _ASCII_GLYPHS[index % 5] if look.ascii else look.glyph(index),
            note=_only_epoch(one) if several else "",
        )
        for index, one in enumerate(series)
    ]
    x = Axis.around([epoch for epoch, _ in points], whole=True)
    y = Axis.around([value for _, value in points], log=log)
    titled = f"{title} (log scale)".strip() if log else title
    above = [heading(titled, width, look)] if titled else []
    below = wrapped(legend(curves, look), width, look)
    canvas = chart(curves, x, y, width, max(4, height - len(above) - len(below)), look)
    if at is not None:
        canvas = with_cursor(canvas, at, look)
        below = wrapped(reading(curves, x, at, look, "epoch"), width, look)
    rows = [*above, *canvas, *below]
    for note in notes:
        rows += sentence(note, width, look)
    return rows


def _only_epoch(series: LossSeries) -> str:
    """Which epoch a curve of one point is, for a point among curves says little; else nothing."""
    pairs = zip(series.epochs, series.values, strict=False)
    known = [epoch for epoch, value in pairs if finite(value)]
    return tr(f"(epoch {known[0]:g} only)") if len(known) == 1 else ""


def _summary(series: LossSeries, width: int, look: Look) -> list[Text]:
    known = [value for value in series.values if finite(value)]
    if not known:
        return [Text(fit(f"{series.name} -", width, look.ascii))]
    hue = SPLITS.get(series.name) or PLAIN
    arrow = look.pick("→", "->")
    row = Text(
        fit(f"{series.name} {metric(known[0])} {arrow} {metric(known[-1])}", width, look.ascii)
    )
    room = width - row.cell_len - 1
    if room >= 8:
        return [Text.assemble(row, " ", *sparkline(series.values, room, look, hue))]
    ending = Text(fit(f"{series.name} {metric(known[-1])}", width, look.ascii))
    return [ending, *sparkline(series.values, width, look, hue)]
