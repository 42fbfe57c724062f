"""The loss over growing learning rates, as a range test measured it."""

from __future__ import annotations

import math

from rich.text import Text

from engine.runs.rate_test import RateTest
from tui.renderables.chart import Axis, Curve, chart, legend
from tui.renderables.look import BLUE, ORANGE, RED, Look
from tui.renderables.series import finite
from tui.renderables.table import heading, sentence, wrapped

_LEAST_WIDTH, _LEAST_HEIGHT = 24, 8
_ASCII_GLYPHS = ("*", "o", "x")


def rate_chart(test: RateTest, width: int, height: int, look: Look) -> list[Text]:
    """The smoothed loss over the rate (log scale), the suggested rate marked on it."""
    points = [
        (rate, loss)
        for rate, loss in zip(test.rates, test.smoothed, strict=True)
        if loss is not None and finite(loss)
    ]
    if width <= 0:
        return []
    if not points or width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return sentence("There is no room for the curve.", width, look) if points else []
    rates, losses = [rate for rate, _ in points], [loss for _, loss in points]
    first = _ASCII_GLYPHS if look.ascii else tuple(look.glyph(index) for index in range(3))
    curves = [Curve("smoothed loss", rates, losses, BLUE, first[0], marks=False)]
    marks = (("suggested", test.suggested, ORANGE), ("lowest", test.lowest, RED))
    for number, (name, rate, hue) in enumerate(marks, start=1):
        if rate is not None:
            at = min(range(len(rates)), key=lambda n: abs(math.log(rates[n] / rate)))
            title = f"{name} {rate:.2g}"
            curves.append(Curve(title, [rates[at]], [losses[at]], hue, first[number], line=False))
    x = Axis.around(rates, log=True)
    y = Axis.around(losses)
    top = heading("Loss over the learning rate (log scale)", width, look)
    below = wrapped(legend(curves, look), width, look)
    return [top, *chart(curves, x, y, width, max(4, height - 1 - len(below)), look), *below]
