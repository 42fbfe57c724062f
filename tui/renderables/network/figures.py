"""One unit in numbers: what it gives, what leads to it and on from it, what excites it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.network.lines import SHADES, line_style
from tui.renderables.network.names import column_name
from tui.renderables.numbers import fraction, metric, short
from tui.renderables.palette import ATTENTION, SECONDARY
from tui.renderables.sanitize import crop, fit, plain
from tui.renderables.table import wrapped

if TYPE_CHECKING:
    from engine.runs.events import Figure
    from engine.runs.inside import Effect, Exciting, Inside, UnitFigures, Weight

LONGEST_NAME = 14
_NUMBER = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_MOST_VALUES = 4


class FigureLine(NamedTuple):
    """A row, and the weight that it shows."""

    text: Text
    weight: Weight | None = None


class Done(NamedTuple):
    """A change by hand, and what it did."""

    words: str
    effect: Effect


def weights_of(figures: UnitFigures) -> list[Weight]:
    """What can be set of a unit, in the order of the rows."""
    bias = [] if figures.bias is None else [figures.bias]
    return [*bias, *figures.incoming, *figures.outgoing]


def unit_lines(
    inside: Inside, width: int, look: Look, *, done: Done | None = None
) -> list[FigureLine]:
    """Everything that is told of the unit that is looked at; done: the newest touch of it."""
    figures = inside.unit
    if figures is None or width < 1:
        return []
    lines = [FigureLine(row) for row in _over_data(figures, width, look)]
    if done is not None:
        lines += [FigureLine(row) for row in done_rows(done, width, look)]
    every = weights_of(figures)
    wide = min(max((cell_len(weight.name) for weight in every), default=0), LONGEST_NAME, width)
    most = max((abs(weight.value or 0.0) for weight in every), default=0.0) or 1.0
    for title, weights in _groups(inside, figures):
        lines.append(FigureLine(Text(fit(title, width, look.ascii), look.paint(SECONDARY))))
        lines += [
            FigureLine(_weight_row(weight, wide, most, width, look), weight) for weight in weights
        ]
    if figures.exciting:
        title = tr("excited most by")
        lines.append(FigureLine(Text(fit(title, width, look.ascii), look.paint(SECONDARY))))
        names = [unit.name for unit in inside.columns[0].units]
        lines += [FigureLine(_exciting(one, names, width, look)) for one in figures.exciting]
    return lines


def done_rows(done: Done, width: int, look: Look) -> list[Text]:
    """What was changed, and what that did."""
    style = look.paint(ATTENTION)
    parts = [Text(text, style) for text in (f"{done.words}:", *effect_texts(done.effect, look))]
    return [crop(row, width, look.ascii) for row in wrapped(parts, width, look)]


def effect_texts(effect: Effect, look: Look) -> list[str]:
    """`test accuracy 1.000 → 0.712`, then the loss."""
    split = "test" if "test_loss" in effect.after else "train"
    arrow = look.pick("→", "->")
    texts = []
    for name, told in (("accuracy", fraction), ("loss", metric)):
        before, after = (side.get(f"{split}_{name}") for side in (effect.before, effect.after))
        if before is not None or after is not None:
            of = f"{tr(split)} {tr(name)}"
            texts.append(f"{of} {told(_number(before))} {arrow} {told(_number(after))}")
    return texts


def signed(value: Figure) -> str:
    """A weight in seven characters or so."""
    number = _number(value)
    if number is None:
        return "nan"
    if not math.isfinite(number):
        return short(number)
    if number and not 1e-3 <= abs(number) < 1e3:
        return f"{number:+.1e}"
    return f"{number:+.3f}"


def _number(value: Figure) -> float | None:
    return None if value is None else float(value)


def _over_data(figures: UnitFigures, width: int, look: Look) -> list[Text]:
    told = [
        ("mean", signed(figures.mean)),
        ("spread", short3(figures.spread)),
        ("dead", _share(figures.dead)),
        ("saturated", _share(figures.saturated)),
        ("gradient", short3(figures.gradient)),
    ]
    grey = look.paint(SECONDARY)
    parts = [Text.assemble((f"{tr(name)} ", grey), text) for name, text in told if text]
    return [crop(row, width, look.ascii) for row in wrapped(parts, width, look)]


def short3(value: Figure) -> str:
    """Three significant digits; empty where there is no number."""
    number = _number(value)
    return "" if number is None else f"{number:.3g}"


def _share(value: Figure) -> str:
    number = _number(value)
    return "" if number is None else f"{number:.0%}"


def _groups(inside: Inside, figures: UnitFigures) -> Iterator[tuple[str, list[Weight]]]:
    """What leads in, with the bias, and what leads out to each layer."""
    bias = [] if figures.bias is None else [figures.bias]
    if bias or figures.incoming:
        told, many = len(figures.incoming), figures.num_incoming
        title = tr(f"in, largest {told} of {many:,}") if many > told else tr("in")
        yield title, [*bias, *figures.incoming]
    if figures.outgoing:
        names = {column.layer: column_name(column) for column in inside.columns}
        target = names.get(figures.outgoing[0].layer, "")
        told, many = len(figures.outgoing), figures.num_outgoing
        title = tr(f"out to {target}")
        if many > told:
            title = tr(f"out, largest {told} of {many:,} to {target}")
        yield title, list(figures.outgoing)


def _weight_row(weight: Weight, wide: int, most: float, width: int, look: Look) -> Text:
    """A weight's name, its number, and a bar as long as it is heavy."""
    value = _number(weight.value)
    name = fit(weight.name, wide, look.ascii)
    told = f" {' ' * (wide - cell_len(name))}{name} {signed(weight.value):>{_NUMBER}} "
    row = Text(told)
    room = width - row.cell_len - 1
    if value is not None and math.isfinite(value) and room > 1:
        step = SHADES if value > 0 else -SHADES
        row.append(_bar(abs(value) / most, room, look), line_style(step, look))
    return crop(row, width, look.ascii)


def _bar(share: float, room: int, look: Look) -> str:
    if look.ascii or look.console:
        return "#" * round(share * room)
    whole, rest = divmod(round(share * room * 8), 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")


def _exciting(one: Exciting, names: list[str], width: int, look: Look) -> Text:
    """How much it gives, for which sample."""
    sample = one.sample
    values = [
        f"{plain(name, look.ascii)} {short3(value)}" if name else short3(value)
        for name, value in zip(names, sample.values, strict=False)
    ][:_MOST_VALUES]
    what = plain(sample.actual, look.ascii)
    said = plain(sample.predicted, look.ascii)
    is_class = sample.picture is not None or not _is_number(sample.actual)
    if is_class and said != what:
        what += tr(f", taken for {said}")
    of = f": {', '.join(values)}" if values else ""
    return Text(fit(f" {signed(one.value):>{_NUMBER}} {what}{of}", width, look.ascii), Style())


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
