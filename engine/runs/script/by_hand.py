"""The script's repetition of what a person did by hand while the run was trained."""

from __future__ import annotations

from engine.parts.layers.address import module_name
from engine.parts.layers.base import torch_literal
from engine.parts.shapes import Steps
from engine.runs.changes import Change
from engine.runs.events import (
    LayerRedrawn,
    LearningRateChanged,
    ParameterSet,
    UnitSilenced,
    UnitWoken,
)
from engine.runs.script.plan import Plan, function_lines
from engine.spec.chain import Link, every
from engine.spec.columns import column_at, columns_of


def by_hand_lines(plan: Plan) -> list[str]:
    """Define `by_hand`, where something was done; the loop calls it before each step."""
    if not plan.changes:
        return []
    lines = ["", "# What a person did by hand while the run was trained."]
    if plan.changes_rate:
        lines.append("factor = 1.0  # on top of the learning rate's schedule")
    asleep: dict[str, list[int]] = {}
    body = ["global factor"] if plan.changes_rate else []
    steps = sorted({change.step for change in plan.changes})
    for step in steps:
        body.append(f"if step == {step}:")
        for change in plan.changes:
            if change.step == step:
                body += [f"    {line}" for line in _change(plan, change, asleep)]
    if any(isinstance(change, UnitSilenced | UnitWoken) for change in plan.changes):
        lines += _silence(plan)
    help = "Repeat what was done after so many steps."
    return [*lines, *function_lines("by_hand(step)", help, body)]


def _change(plan: Plan, change: Change, asleep: dict[str, list[int]]) -> list[str]:
    """The lines that repeat it; asleep: what is silenced before it, and then after it."""
    match change:
        case LearningRateChanged():
            return [f"factor = {change.factor!r}"]
        case ParameterSet():
            parameter = f'model.get_parameter("{module_name(change.layer)}.{change.parameter}")'
            place = ", ".join(map(str, change.place))
            return ["with torch.no_grad():", f"    {parameter}[{place}] = {change.value!r}"]
        case LayerRedrawn():
            return _redraw(plan, change)
        case UnitSilenced() | UnitWoken():
            name = _silencing_module(plan, change.layer)
            units = asleep.setdefault(name, [])
            if isinstance(change, UnitSilenced):
                units.append(change.unit)
            else:
                units.remove(change.unit)
            return [f'silence("{name}", {sorted(units)})']


def _redraw(plan: Plan, change: LayerRedrawn) -> list[str]:
    link = _link(plan, change.layer)
    expression = link.layer.code(link.input_shape).splitlines()
    threads = plan.experiment.threads
    one = [] if threads == 1 else ["torch.set_num_threads(1)"]
    again = [] if threads == 1 else [f"torch.set_num_threads({threads})"]
    module = f'model.get_submodule("{module_name(change.layer)}")'
    fresh = "fresh"
    if link.layer.inside:  # only what the block itself learns
        owner = link.layer.weights[0].rpartition(".")[0]
        module, fresh = f"{module}.{owner}", f"fresh.{owner}"
    return [
        *one,
        "with torch.random.fork_rng():",
        f"    torch.manual_seed({change.seed})",
        f"    fresh = {expression[0]}",
        *(f"    {line}" for line in expression[1:]),
        *(f"    {filling.code('fresh')}" for filling in link.layer.fillings),
        *again,
        f"{module}.load_state_dict({fresh}.state_dict())",
    ]


def _silence(plan: Plan) -> list[str]:
    device = "" if plan.on_cpu else ", device=device"
    last = [
        module_name(link.address)
        for link in every(plan.chain)
        if isinstance(link.output_shape, Steps)
    ]
    dim = f"-1 if name in {last!r} else 1" if last else "1"
    body = [
        "if name in silenced:",
        "    silenced.pop(name).remove()",
        "if units:",
        f"    index = torch.tensor(units{device})",
        "    silenced[name] = model.get_submodule(name).register_forward_hook(",
        f"        lambda module, inputs, outputs: outputs.index_fill({dim}, index, 0.0)",
        "    )",
    ]
    help = "Fix these outputs of a layer to zero, and no others."
    return ["silenced = {}", *function_lines("silence(name, units)", help, body)]


def _silencing_module(plan: Plan, layer: tuple[int, ...]) -> str:
    columns = columns_of(plan.chain)
    index = column_at(columns, layer)
    assert index is not None, "the run has such a layer"
    return module_name(columns[index].last.address)


def _link(plan: Plan, layer: tuple[int, ...]) -> Link:
    return next(link for link in every(plan.chain) if link.address == layer)


def rate_of_group(plan: Plan, rate: str) -> str:
    """The expression of a group's learning rate, with what was set by hand and its own share."""
    rate = f"{rate} * factor" if plan.changes_rate else rate
    return f'{rate} * group["share"]' if plan.shares else rate


def constant_rate_lines(plan: Plan) -> list[str]:
    """Set the rate of a schedule that never moves, where a person moved it."""
    if not plan.changes_rate:
        return []
    return group_lines(plan, torch_literal(plan.experiment.optimizer.lr), [])


def group_lines(plan: Plan, rate: str, more: list[str]) -> list[str]:
    """Set the rate of every group, an expression, and do more with each `group`."""
    lines = [
        "for group in optimizer.param_groups:",
        f'    group["lr"] = {rate_of_group(plan, rate)}',
        *more,
    ]
    if plan.rivals:
        own = f"{rate} * factor" if plan.changes_rate else rate
        share = plan.experiment.objective.rival_share
        lines += [
            "for group in discriminator_optimizer.param_groups:",
            f'    group["lr"] = {own}{"" if share == 1 else f" * {share!r}"}',
            *more,
        ]
    return lines
