"""The loss over growing learning rates, as a range test measured it."""

from __future__ import annotations

import math

from rich.text import Text

from engine.runs.rate_test import FALL, RateTest
from tui.language import tr
from tui.renderables.chart import Axis, Curve, chart, legend, reading, with_cursor
from tui.renderables.look import Look
from tui.renderables.palette import ATTENTION, MEASURED, PLAIN
from tui.renderables.series import finite
from tui.renderables.table import heading, sentence, wrapped

_LEAST_WIDTH, _LEAST_HEIGHT = 24, 8
_ASCII_GLYPHS = ("*", "o", "x")


def rate_chart(
    test: RateTest, width: int, height: int, look: Look, *, at: float | None = None
) -> list[Text]:
    """The smoothed loss over the rate (log scale), the suggested rate marked on it.

    at: a place of the x axis, 0 to 1; the loss nearest to it stands in place of the legend.
    """
    points = _points(test)
    if width <= 0:
        return []
    if not points or width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return sentence("There is no room for the curve.", width, look) if points else []
    rates, losses = [rate for rate, _ in points], [loss for _, loss in points]
    first = _ASCII_GLYPHS if look.ascii else tuple(look.glyph(index) for index in range(3))
    curves = [Curve(tr("smoothed loss"), rates, losses, MEASURED, first[0], marks=False)]
    marks = (("suggested", test.suggested, ATTENTION), ("lowest", test.lowest, PLAIN))
    for number, (name, rate, hue) in enumerate(marks, start=1):
        if rate is not None:
            place = min(range(len(rates)), key=lambda n: abs(math.log(rates[n] / rate)))
            title = f"{tr(name)} {rate:.2g}"
            curves.append(
                Curve(title, [rates[place]], [losses[place]], hue, first[number], line=False)
            )
    x = Axis.around(rates, log=True)
    y = Axis.around(losses)
    top = heading("Loss over the learning rate (log scale)", width, look)
    below = wrapped(legend(curves, look), width, look)
    canvas = chart(curves, x, y, width, max(4, height - 1 - len(below)), look)
    if at is not None:
        canvas = with_cursor(canvas, at, look)
        below = wrapped(reading(curves, x, at, look, "rate"), width, look)
    return [top, *canvas, *below]


def _points(test: RateTest) -> list[tuple[float, float]]:
    """The curve up to where it has risen far above its beginning: what follows would flatten it."""
    points = [
        (rate, loss)
        for rate, loss in zip(test.rates, test.smoothed, strict=True)
        if loss is not None and finite(loss)
    ]
    if not points:
        return []
    first, lowest = points[0][1], min(loss for _, loss in points)
    highest = first + max(first - lowest, 0.1 * abs(first))
    end = next((n for n, (_, loss) in enumerate(points) if loss > highest), len(points))
    return points[: max(end, 2)]


def advice(test: RateTest, current: float) -> list[str]:
    """What the curve says, in a few sentences; without a suggestion why, and what to do."""
    steps = tr(f"{len(test.rates):,} steps from {test.rates[0]:.2g} to {test.rates[-1]:.2g}")
    if test.stands_still:
        return [
            tr(
                f"No learning rate is suggested: none of {steps} changed the loss, since no "
                "gradient reaches the weights."
            ),
            tr("`perceptui doctor` may say why; with another seed the network may begin better."),
        ]
    if test.suggested is None:
        return [
            tr(
                f"No learning rate is suggested: in {steps} the loss fell by less than {FALL:.0%} "
                "of its first level. The network begins on a plateau that it leaves more slowly, "
                "the batches are too small to tell, or nothing can be learned."
            ),
            tr(
                "A larger batch_size tells more, and so do more epochs: the test takes no more "
                f"steps than the training. The experiment has {current:g}."
            ),
        ]
    said = [
        tr(f"Suggested learning rate: {test.suggested:g} (the experiment has {current:g})."),
        tr(
            f"In {steps} the loss fell fastest at {test.steepest:.2g} and was lowest at "
            f"{test.lowest:.2g}."
        ),
    ]
    if test.tried is None:
        return [said[0], tr(f"{said[1][:-1]}; a tenth of that is the most that lasts.")]
    before, after = (0.0 if loss is None else loss for loss in test.tried)
    said.append(
        tr(
            f"Ten steps of a fresh network at {test.suggested:g} bring its loss from {before:.3g} "
            f"to {after:.3g}; larger rates were tried first, as far down as the first that lasts."
        )
    )
    return said
