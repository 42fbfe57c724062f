"""What the optimizer does to each weight."""

from __future__ import annotations

from rich.text import Text

from engine.parts.arithmetic import Value
from engine.parts.layers.address import expression, module_name
from engine.runs.dissected_step import DissectedStep, ParameterStep, Update, WeightStep
from engine.runs.events import Figure
from tui.renderables.look import Look
from tui.renderables.microscope.figures import brief, glance, index_text, signed
from tui.renderables.microscope.formulas import indented, lines_rows, spelled_rows
from tui.renderables.table import Cell, Column, heading, sentence, table


def update_rows(step: DissectedStep, width: int, look: Look) -> list[Text]:
    """The arithmetic, one weight in full, then every weight that is told of."""
    update = step.update
    rows = [heading(update.text, width, look)]
    if update.lines:
        rows += lines_rows(update.lines, update.settings, width, look)
    else:
        text = "How it makes a step of a gradient is not told; each weight is, before and after."
        rows += sentence(text, width, look)
    if _stands_still(update):
        text = "Every gradient is zero, and nothing moves: this step changes no weight."
        rows += [Text(), *sentence(text, width, look, dim=False)]
    chosen = _most_moved(update)
    if chosen is not None and update.lines:
        rows += [Text(), *_in_full(update, *chosen, width, look)]
    for parameter in update.parameters:
        rows += [Text(), *_parameter(update, parameter, width, look)]
    before, after = brief(step.loss.loss), brief(update.loss_after)
    text = f"The same batch cost {before} before this step, and costs {after} after it."
    return [*rows, Text(), *sentence(text, width, look, dim=False)]


def _stands_still(update: Update) -> bool:
    return all(one.change.norm == 0 for one in update.parameters)


def _most_moved(update: Update) -> tuple[ParameterStep, WeightStep] | None:
    """The weight that is spelled out: the one that moves most."""
    told = [(one, weight) for one in update.parameters for weight in one.weights]
    known = [pair for pair in told if pair[1].used is not None]
    return max(known, key=lambda pair: abs(_moved(pair[1])), default=None)


def _moved(weight: WeightStep) -> float:
    if weight.before is None or weight.after is None:
        return 0.0
    return weight.after - weight.before


def _in_full(
    update: Update, parameter: ParameterStep, weight: WeightStep, width: int, look: Look
) -> list[Text]:
    """One weight with all its numbers."""
    known: dict[str, Value] = {
        **update.settings,
        "before": _one(weight.before),
        "gradient": _one(weight.used),
        **{name: _one(value) for name, value in zip(update.kept, weight.kept, strict=True)},
    }
    names = [line.name for line in update.lines]
    values: dict[str, Value] = {
        name: _one(value) for name, value in zip(names, [*weight.values, weight.after], strict=True)
    }
    title = f"{_name(parameter)}{index_text(weight.place)}, which moves most, in full:"
    rows = sentence(title, width, look, dim=False)
    return [*rows, *indented(spelled_rows(update.lines, known, values, width - 4, look))]


def _parameter(update: Update, parameter: ParameterStep, width: int, look: Look) -> list[Text]:
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
            index_text(weight.place),
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
