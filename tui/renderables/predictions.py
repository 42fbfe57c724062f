"""What the network answers for given values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.numbers import fraction, metric
from tui.renderables.palette import class_hue
from tui.renderables.sanitize import crop, fit, padded, plain
from tui.renderables.series import finite
from tui.renderables.table import wrapped

Values = Sequence[float | str | None]
"""A sample's cells: None for a missing one."""
_BAR = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_MOST_VALUES = 8


def class_prediction(
    values: Values,
    predicted: str,
    probabilities: Sequence[float | None],
    classes: Sequence[str],
    width: int,
    look: Look,
    *,
    limit: int = 10,
    file: str = "",
    asked: Sequence[str] = (),
) -> list[Text]:
    """The values, the predicted class, and a bar with the probability of each class.

    One row where it fits; of more than `limit` classes, the likeliest are shown. file: the picture
    that takes the values' place. asked: what each value is called.
    """
    if width <= 0:
        return []
    answer = _answer(values, predicted, look, file, asked)
    order = list(range(min(len(classes), len(probabilities))))
    if len(order) > limit:
        order = sorted(order, key=lambda index: -(_known(probabilities[index])))[: max(limit, 0)]
    bars = [_bar(index, probabilities[index], classes[index], look) for index in order]
    if answer.cell_len + sum(3 + bar.cell_len for bar in bars) <= width:
        return [Text("   ").join([answer, *bars])]
    if any(bar.cell_len > width for bar in bars):
        bars = [
            _figure(index, probabilities[index], classes[index], width, look) for index in order
        ]
    return [crop(answer, width, look.ascii), *wrapped(bars, width, look)]


def probability_rows(
    predicted: str,
    probabilities: Sequence[float | None],
    classes: Sequence[str],
    width: int,
    look: Look,
    *,
    limit: int = 10,
) -> list[Text]:
    """The predicted class, and below it a row with a bar for each, in their own order.

    Of more than `limit` classes the likeliest.
    """
    if width <= 0:
        return []
    order = list(range(min(len(classes), len(probabilities))))
    if len(order) > limit:
        order = sorted(order, key=lambda index: -_known(probabilities[index]))[:limit]
    answer = Text.assemble(tr("It is "), (plain(predicted, look.ascii), Style(bold=True)))
    names = [plain(classes[index], look.ascii) for index in order]
    longest = max(map(cell_len, names), default=0)
    rows = []
    for index, name in zip(order, names, strict=True):
        bar = _bar(index, probabilities[index], padded(name, longest), look)
        if classes[index] == predicted:
            bar.stylize(Style(bold=True))
        rows.append(crop(bar, width, look.ascii))
    return [crop(answer, width, look.ascii), *rows]


def value_prediction(
    values: Values,
    outputs: Sequence[float | None],
    width: int,
    look: Look,
    *,
    names: Sequence[str] = (),
    units: Sequence[str] = (),
    interval: tuple[Sequence[float | None], Sequence[float | None]] = ((), ()),
    asked: Sequence[str] = (),
) -> list[Text]:
    """The values and the numbers that a regression answers, each with its name and unit.

    interval: from where to where nine of ten lie, if that is known. asked: what each value is
    called.
    """
    if width <= 0:
        return []
    low, high = interval
    told = zip_longest(outputs, names[: len(outputs)], units[: len(outputs)])
    words = [f"{name or ''} {_number(value)} {unit or ''}".strip() for value, name, unit in told]
    ranges = [
        tr(f" (9 of 10 from {_number(a)} to {_number(b)})") for a, b in zip(low, high, strict=True)
    ]
    if len(ranges) == len(words):
        words = [word + more for word, more in zip(words, ranges, strict=True)]
    return [crop(_answer(values, ", ".join(words), look, asked=asked), width, look.ascii)]


def _number(value: float | None) -> str:
    """A number in the unit of the data; large ones are no powers of ten to people."""
    if value is None or not 1e5 <= abs(value) < 1e15:
        return metric(value)
    return f"{value:,.0f}"


def _answer(
    values: Values, answer: str, look: Look, file: str = "", asked: Sequence[str] = ()
) -> Text:
    cells = [_cell(value, look) for value in values[:_MOST_VALUES]]
    if len(asked) == len(values):
        cells = [f"{plain(n, look.ascii)} {one}" for n, one in zip(asked, cells, strict=False)]
    shown = ", ".join(cells)
    more = f", {look.pick('…', '..')}" if len(values) > _MOST_VALUES else ""
    arrow = look.pick("→", "->")
    whole = plain(file, look.ascii) if file else f"({shown}{more})" if values else ""
    return Text.assemble(
        f"{whole} {arrow} ".lstrip(), (plain(answer, look.ascii), Style(bold=True))
    )


def _cell(value: float | str | None, look: Look) -> str:
    if isinstance(value, str):
        return plain(value, look.ascii) or "''"
    return "missing" if value is None else f"{value + 0.0:.7g}"


def _bar(index: int, probability: float | None, name: str, look: Look) -> Text:
    share = min(max(_known(probability), 0.0), 1.0)
    if look.ascii:
        filled = "#" * round(share * _BAR)
    else:
        eighths = round(share * _BAR * 8)
        filled = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
    return Text.assemble(
        (f"{look.glyph(index)} ", look.paint(class_hue(index))),
        f"{plain(name, look.ascii)} ",
        (filled, look.paint(class_hue(index))),
        (look.pick("░", ".") * (_BAR - len(filled)), Style(dim=True)),
        f" {fraction(probability)}",
    )


def _figure(index: int, probability: float | None, name: str, width: int, look: Look) -> Text:
    """A class and its probability without a bar, the name cut so that the number stays."""
    ending = f" {fraction(probability)}"
    start = fit(f"{look.glyph(index)} {name}", max(width - len(ending), 0), look.ascii)
    return Text.assemble(start, ending)


def _known(probability: float | None) -> float:
    return probability if probability is not None and finite(probability) else 0.0
