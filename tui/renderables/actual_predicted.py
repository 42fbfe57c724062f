"""What was right against what was answered: per sample, as a scatter, or as a curve."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.chart import Axis, Curve, chart, legend, reading, with_cursor
from tui.renderables.look import Look
from tui.renderables.numbers import fraction, metric
from tui.renderables.palette import BROKEN, MODEL, PLAIN, SECONDARY, SPLITS, class_hue
from tui.renderables.sanitize import crop, plain
from tui.renderables.series import finite
from tui.renderables.table import Cell, Column, heading, sentence, table, wrapped

_LEAST_WIDTH, _LEAST_HEIGHT = 24, 8
_MOST_POINTS = 2000
_COLUMNS_PER_MARK = 3
"""Where there is so much room, every sample has its mark on the lines."""
_ROOMY = 36
"""Columns of a table from which on its probabilities have all their digits."""
_SHORT = 3
"""Columns of a label that is written out among all the others."""


class Outcome(NamedTuple):
    """One sample's class and the class that was predicted for it, as indices."""

    actual: int
    predicted: int


def class_outcomes(
    outcomes: Sequence[Outcome],
    classes: Sequence[str],
    width: int,
    look: Look,
    *,
    probabilities: Sequence[float | None] = (),
    limit: int = 20,
) -> list[Text]:
    """A row for each sample: its class, the predicted one, and whether they agree.

    probabilities: of the second class, one per sample, to be shown too; or none.
    """
    columns = [
        Column("#", right=True, drop=1),
        Column("Actual", least=5),
        Column("Predicted", least=5),
        Column(""),
    ]
    roomy = width >= _ROOMY
    if probabilities:
        columns.insert(3, Column(f"P({classes[1]})", right=True, least=4, drop=2))
    body: list[Sequence[Cell]] = []
    for index, (actual, predicted) in enumerate(outcomes[: max(limit, 0)]):
        right = actual == predicted
        verdict = look.pick("✓", "ok") if right else look.pick("✗", "wrong")
        style = look.paint(PLAIN) if right else look.paint(BROKEN, bold=True)
        names = [_class(actual, classes, look), _class(predicted, classes, look)]
        chance = [_chance(probabilities[index], roomy=roomy)] if probabilities else []
        body.append([str(index), *names, *chance, Text(verdict, style)])
    return table(columns, body, width, look) + _more(len(outcomes) - len(body), width, look)


def _chance(value: float | None, *, roomy: bool) -> str:
    """A probability, in fewer digits rather than cut."""
    return metric(value) if roomy else fraction(value, 2)


def value_outcomes(
    actual: Sequence[float | None],
    predicted: Sequence[float | None],
    width: int,
    look: Look,
    *,
    limit: int = 20,
) -> list[Text]:
    """A row for each sample of a regression: target, answer and the difference."""
    columns = (
        Column("#", right=True, drop=2),
        Column("Actual", right=True),
        Column("Predicted", right=True),
        Column("Error", right=True, drop=1),
    )
    body = [
        [str(index), metric(target), metric(answer), _error(target, answer)]
        for index, (target, answer) in enumerate(zip(actual, predicted, strict=False))
        if index < limit
    ]
    left_out = min(len(actual), len(predicted)) - len(body)
    return table(columns, body, width, look) + _more(left_out, width, look)


def scatter(
    actual: Sequence[float | None],
    predicted: Sequence[float | None],
    width: int,
    height: int,
    look: Look,
) -> list[Text]:
    """Predicted values over actual ones; on the diagonal they are equal.

    Of more than 2,000 samples, evenly chosen ones are drawn.
    """
    if width <= 0:
        return []
    pairs = _finite_pairs(actual, predicted)
    if not pairs:
        return sentence("No predictions to compare yet.", width, look)
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return value_outcomes(actual, predicted, width, look, limit=max(height - 3, 1))
    every = -(-len(pairs) // _MOST_POINTS)
    drawn = pairs[::every]
    both = Axis.around([value for pair in drawn for value in pair])
    steps = [both.low + (both.high - both.low) * (n / 200) for n in range(201)]
    steps = [step for step in steps if math.isfinite(step)]
    diagonal = Curve("equal", steps, steps, SECONDARY, look.pick("·", "."), line=False)
    points = Curve(
        "samples", [a for a, _ in drawn], [p for _, p in drawn], MODEL, look.pick("●", "o"), False
    )
    curves = [diagonal, points]
    below = wrapped(legend(curves, look), width, look)
    title = look.pick(tr("Predicted ↑ over actual →"), tr("Predicted (up) over actual (across)"))
    canvas = chart(curves, both, both, width, max(4, height - 1 - len(below)), look)
    return [heading(title, width, look), *canvas, *below]


def over_samples(
    actual: Sequence[float | None],
    predicted: Sequence[float | None],
    width: int,
    height: int,
    look: Look,
    *,
    of: str = "",
    at: float | None = None,
) -> list[Text]:
    """What is right and what was answered, two lines over the sample's number.

    of: what the numbers are. at: a place of the x axis, 0 to 1; the values nearest to it stand in
    place of the legend. Nothing where there is no room for a chart.
    """
    known = [value for value in (*actual, *predicted) if value is not None and finite(value)]
    if not known or width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return []
    numbers = [float(number) for number in range(1, len(actual) + 1)]
    curves = [
        Curve("actual", numbers, actual, PLAIN, look.pick("●", "o")),
        Curve("predicted", numbers, predicted, MODEL, look.pick("✕", "x")),
    ]
    x, y = Axis.around(numbers, whole=True), Axis.around(known)
    points = [dataclasses.replace(curve, line=False) for curve in curves]
    below = wrapped(legend(points, look), width, look)  # the last sample's number says nothing
    if len(numbers) * _COLUMNS_PER_MARK <= width:
        drawn = [*(dataclasses.replace(curve, marks=False) for curve in curves), *points]
    else:
        drawn = curves
    canvas = chart(drawn, x, y, width, max(4, height - 1 - len(below)), look)
    if at is not None:
        canvas = with_cursor(canvas, at, look)
        below = wrapped(reading(curves, x, at, look, "sample"), width, look)
    title = tr(f"{of or 'Actual and predicted'} over the sample's number")
    return [heading(title, width, look), *canvas, *below]


def predicted_labels(
    outcomes: Sequence[Outcome], classes: Sequence[str], width: int, look: Look
) -> list[Text]:
    """The predicted label of every sample in turn, a wrong one underlined.

    Labels longer than three columns are written as their numbers, told below.
    """
    names = [plain(name, look.ascii) for name in classes]
    is_short = all(cell_len(name) <= _SHORT for name in names)
    labels = names if is_short else [str(index) for index in range(len(names))]
    widest = max(map(cell_len, labels), default=1)
    if not labels or width < widest:
        return []
    fitting = max(1, (width + 1) // (widest + 1))
    each = fitting - fitting % 10 or fitting  # tens are easy to count
    rows = []
    for start in range(0, len(outcomes), each):
        row = Text()
        for actual, predicted in outcomes[start : start + each]:
            label = labels[min(predicted, len(labels) - 1)]
            row.append(" " * (widest - cell_len(label)))
            row.append(label, _right_or_wrong(actual == predicted, look))
            row.append(" ")
        row.rstrip()
        rows.append(row)
    key = [Text(f"{label} {name}") for label, name in zip(labels, names, strict=True)]
    told = [] if is_short else wrapped(key, width, look)
    return [*rows, *(crop(row, width, look.ascii) for row in told)]


def _right_or_wrong(is_right: bool, look: Look) -> Style:
    return look.paint(PLAIN) if is_right else look.paint(BROKEN, bold=True) + Style(underline=True)


def fitted_curve(
    line: tuple[Sequence[float], Sequence[float | None]],
    train: Sequence[tuple[float, float]],
    test: Sequence[tuple[float, float]],
    width: int,
    height: int,
    look: Look,
    *,
    at: float | None = None,
) -> list[Text]:
    """The answers over a single input, as a line, with the samples (input, target) around it.

    at: a place of the x axis, 0 to 1; the answer nearest to it stands in place of the legend.
    """
    if width <= 0:
        return []
    xs, ys = line
    known = _finite_pairs(xs, ys)
    samples = [
        (name, _finite_pairs([x for x, _ in pairs], [y for _, y in pairs]), glyph)
        for name, pairs, glyph in (
            ("train", train, look.pick("●", "o")),
            ("test", test, look.pick("○", "x")),
        )
        if pairs
    ]
    everything = known + [pair for _, pairs, _ in samples for pair in pairs]
    if not everything or width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        words = (
            tr("Too small to draw the curve.") if everything else tr("No predictions to draw yet.")
        )
        return sentence(words, width, look)
    curves = [
        Curve(name, [x for x, _ in pairs], [y for _, y in pairs], SPLITS[name], glyph, False)
        for name, pairs, glyph in samples
    ]
    curves.append(Curve("predicted", xs, ys, MODEL, look.pick("■", "#"), marks=False))
    parts = legend(curves[:-1], look)
    # A line alone has no marks: its sample in the legend is a piece of it.
    pen = (look.pick("━", "."), look.paint(MODEL))
    parts.append(Text.assemble(pen, " ", ("predicted", Style(bold=True))))
    below = wrapped(parts, width, look)
    x = Axis.around([pair[0] for pair in everything])
    y = Axis.around([pair[1] for pair in everything])
    canvas = chart(curves, x, y, width, max(4, height - 1 - len(below)), look)
    if at is not None:
        canvas = with_cursor(canvas, at, look)
        below = wrapped(reading(curves[-1:], x, at, look, "input"), width, look)
    return [heading("Prediction over the input", width, look), *canvas, *below]


def _class(index: int, classes: Sequence[str], look: Look) -> Text:
    name = classes[index] if 0 <= index < len(classes) else str(index)
    glyph = (f"{look.glyph(index)} ", look.paint(class_hue(index)))
    return Text.assemble(glyph, plain(name, look.ascii))


def _error(target: float | None, answer: float | None) -> str:
    return "-" if target is None or answer is None else metric(answer - target)


def _finite_pairs(
    first: Sequence[float | None], second: Sequence[float | None]
) -> list[tuple[float, float]]:
    return [
        (a, b)
        for a, b in zip(first, second, strict=False)
        if a is not None and b is not None and math.isfinite(a) and math.isfinite(b)
    ]


def _more(left_out: int, width: int, look: Look) -> list[Text]:
    if left_out <= 0:
        return []
    return sentence(look.pick(f"… and {left_out:,} more", f".. and {left_out:,} more"), width, look)
