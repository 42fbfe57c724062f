"""The script's learning rate: warm-up, schedule, momentum."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field

from engine.parts.layers.base import torch_literal
from engine.parts.schedules import Formula
from engine.parts.schedules.base import constant_lr
from engine.runs.script.by_hand import constant_rate_lines, group_lines
from engine.runs.script.plan import Plan, function_lines


@dataclass
class Rate:
    """What moves the learning rate, by the place in the script where it stands."""

    definitions: list[str] = field(default_factory=list)
    before_epoch: list[str] = field(default_factory=list)
    before_step: list[str] = field(default_factory=list)
    counts_steps: bool = False
    """Whether before_step uses the variable `step`, the number of steps done."""
    plateau: bool = False
    """Whether `scheduler.step(loss)` is wanted after each epoch."""
    uses_math: bool = False


def make_rate(plan: Plan) -> Rate:
    """How the script moves the learning rate, as the experiment's schedule asks."""
    schedule, lr = plan.experiment.schedule, plan.experiment.optimizer.lr
    epochs = plan.experiment.epochs
    in_steps = schedule.counts == "steps"
    total = epochs * plan.steps_per_epoch if in_steps else epochs
    formula, momentum = schedule.formula(lr, total), schedule.momentum(total)
    rate = Rate()
    stands_in = schedule.watches_loss and bool(schedule.warmup_length or plan.shares or plan.rivals)
    if schedule.watches_loss:
        rate.plateau = True
        rate.definitions += _plateau(plan, stands_in)
    moves = formula.function is not constant_lr
    in_batches = not plan.full_batch or plan.draws_balanced
    rate.counts_steps = bool(plan.changes) and in_batches
    if not moves and not schedule.warmup_length and not stands_in:
        lines = constant_rate_lines(plan)
        (rate.before_step if rate.counts_steps else rate.before_epoch).extend(lines)
        return rate
    if moves:
        source = inspect.getsource(formula.function).rstrip()
        rate.definitions += ["", "", source, "", ""]
        rate.uses_math = "math." in source
    rate.definitions += _function(schedule.warmup_length, formula, in_steps, rate.plateau)
    unit_done = "epoch - 1"
    if in_steps and not plan.full_batch:
        unit_done, rate.counts_steps = "step", True
    more = [] if momentum is None else _momentum(plan, momentum, unit_done)
    lines = group_lines(plan, f"learning_rate({unit_done})", more)
    by_step = rate.counts_steps and (unit_done == "step" or plan.changes_rate)
    (rate.before_step if by_step else rate.before_epoch).extend(lines)
    return rate


def _plateau(plan: Plan, stands_in: bool) -> list[str]:
    """stands_in: whether the rate it reduces is not yet that of the groups."""
    schedule, lr, selecting = plan.experiment.schedule, plan.experiment.optimizer.lr, plan.selecting
    changed = {k: v for k, v in schedule.changed().items() if k != "warmup"}
    arguments = "".join(f", {name}={torch_literal(value)}" for name, value in changed.items())
    moves = "rises" if selecting.higher_is_better else "falls"
    what = selecting.name.replace("_", " ")
    lines = ["", f"# When the {what} no longer {moves}, the learning rate is reduced."]
    if selecting.higher_is_better:
        arguments = f', mode="max"{arguments}'
    of = "optimizer"
    if stands_in:
        of = "stand_in"
        what = "warm-up stays" if schedule.warmup_length else "layers' shares stay"
        lines += [
            f"# It reduces the rate of a stand-in, so that the {what} on top of it.",
            f"stand_in = torch.optim.SGD([torch.zeros(1)], lr={lr!r})",
        ]
    return [*lines, f"scheduler = torch.optim.lr_scheduler.{schedule.name}({of}{arguments})"]


def _function(warmup: int, formula: Formula, in_steps: bool, plateau: bool) -> list[str]:
    unit = "steps" if in_steps else "epochs"
    body = ['lr = stand_in.param_groups[0]["lr"]'] if plateau else []
    start, later = "done", _call(formula, "done", plateau)
    if warmup:
        start = _call(formula, "0", plateau)
        later = _call(formula, f"done - {warmup}", plateau)
        body += [
            f"if done < {warmup}:  # the linear warm-up",
            f"    return {start} * (done + 1) / {warmup + 1}",
        ]
    body.append(f"return {later}")
    return function_lines("learning_rate(done)", f"The learning rate after `done` {unit}.", body)


def _call(formula: Formula, done: str, plateau: bool) -> str:
    if formula.function is constant_lr:
        return "lr" if plateau else torch_literal(formula.arguments["lr"])
    arguments = ", ".join(f"{name}={torch_literal(v)}" for name, v in formula.arguments.items())
    return f"{formula.function.__name__}({done}, {arguments})"


def _momentum(plan: Plan, momentum: Formula, done: str) -> list[str]:
    """Where the optimizer has one: SGD and RMSprop a momentum, Adam its first beta."""
    names = plan.experiment.optimizer.parameters()
    call = _call(momentum, done, plateau=False)
    if "betas" in names:
        return [f'    group["betas"] = ({call}, group["betas"][1])']
    return [f'    group["momentum"] = {call}'] if "momentum" in names else []
