"""What the optimizer does to each weight."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

from engine.parts.arithmetic import Value
from engine.parts.layers.address import expression, module_name
from engine.runs.dissected_step import DissectedStep, ParameterStep, Update, WeightStep
from engine.runs.events import Figure
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.microscope.figures import brief, glance, index_text, signed
from tui.renderables.microscope.formulas import indented, lines_rows, spelled_rows
from tui.renderables.table import Cell, Column, heading, sentence, table


def told_weights(step: DissectedStep) -> list[tuple[ParameterStep, WeightStep]]:
    """The weights that are told of, in order."""
    return [(one, weight) for one in step.update.parameters for weight in one.weights]


def update_rows(
    step: DissectedStep, width: int, look: Look, spelled_out: int | None = None
) -> list[Text]:
    """The arithmetic, one weight in full, then every weight that is told of.

    spelled_out: which of these that is; None for the one that moves most.
    """
    update = step.update
    rows = [heading(update.text, width, look)]
    if update.lines:
        rows += lines_rows(update.lines, update.settings, width, look)
    else:
        text = tr(
            "How it makes a step of a gradient is not told; each weight is, before and after."
        )
        rows += sentence(text, width, look)
    if _stands_still(update):
        text = tr("Every gradient is zero, and nothing moves: this step changes no weight.")
        rows += [Text(), *sentence(text, width, look, dim=False)]
    chosen, which = _most_moved(step), tr(", which moves most")
    if spelled_out is not None:
        chosen, which = told_weights(step)[spelled_out], ""
    if chosen is not None and chosen[1].used is not None and update.lines:
        rows += [Text(), *_in_full(update, *chosen, which, width, look)]
    for parameter in update.parameters:
        rows += [Text(), *_parameter(update, parameter, chosen and chosen[1], width, look)]
    before, after = brief(step.loss.loss), brief(update.loss_after)
    text = tr(f"The same batch cost {before} before this step, and costs {after} after it.")
    return [*rows, Text(), *sentence(text, width, look, dim=False)]


def _stands_still(update: Update) -> bool:
    return all(one.change.norm == 0 for one in update.parameters)


def _most_moved(step: DissectedStep) -> tuple[ParameterStep, WeightStep] | None:
    """The weight that moves most, of those that got a gradient."""
    known = [pair for pair in told_weights(step) if pair[1].used is not None]
    return max(known, key=lambda pair: abs(_moved(pair[1])), default=None)


def _moved(weight: WeightStep) -> float:
    if weight.before is None or weight.after is None:
        return 0.0
    return weight.after - weight.before


def _in_full(
    update: Update,
    parameter: ParameterStep,
    weight: WeightStep,
    which: str,
    width: int,
    look: Look,
) -> list[Text]:
    """One weight with all its numbers."""
    known: dict[str, Value] = {
        **update.settings,
        **({} if parameter.rate is None else {"lr": parameter.rate}),
        "before": _one(weight.before),
        "gradient": _one(weight.used),
        **{name: _one(value) for name, value in zip(update.kept, weight.kept, strict=True)},
    }
    names = [line.name for line in update.lines]
    values: dict[str, Value] = {
        name: _one(value) for name, value in zip(names, [*weight.values, weight.after], strict=True)
    }
    title = tr(f"{_name(parameter)}{index_text(weight.place)}{which}, in full:")
    rows = sentence(title, width, look, dim=False)
    return [*rows, *indented(spelled_rows(update.lines, known, values, width - 4, look))]


def _parameter(
    update: Update, parameter: ParameterStep, chosen: WeightStep | None, width: int, look: Look
) -> list[Text]:
    """A row for each weight; what the optimizer keeps is left out first where room is short."""
    names = [line.name for line in update.lines[:-1]]
    columns = [
        Column(_name(parameter)),
        Column("before", right=True),
        Column("gradient", right=True, drop=len(names) + 1),
        *(Column(name, right=True, drop=place) for place, name in enumerate(names, start=1)),
        Column("moves by", right=True),
        Column("after", right=True),
    ]
    body: list[list[Cell]] = [
        [
            Text(index_text(weight.place), Style(bold=weight is chosen or None)),
            signed(weight.before, look),
            signed(weight.used, look),
            *(signed(value, look) for value in weight.values),
            *([Text("")] * (len(names) - len(weight.values))),
            signed(_moved(weight), look),
            signed(weight.after, look),
        ]
        for weight in parameter.weights
    ]
    rows = table(columns, body, width, look)
    if parameter.rate is not None:
        rows += sentence(tr(f"Its learning rate is {brief(parameter.rate)}."), width, look)
    if not parameter.is_whole:
        rows += sentence("These move most.", width, look)
        rows += glance(parameter.change, width, look, " moves")
    return rows


def _name(parameter: ParameterStep) -> str:
    """As Python finds it: `model[0].weight`."""
    rest = parameter.name.removeprefix(f"{module_name(parameter.layer)}.")
    return f"{expression(parameter.layer, 'model')}.{rest}"


def _one(value: Figure) -> float:
    return float("nan") if value is None else value
