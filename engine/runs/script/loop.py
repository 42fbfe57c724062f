"""The script's third part: the training loop."""

from __future__ import annotations

import inspect

from engine.runs.script.by_hand import by_hand_lines
from engine.runs.script.ending import told
from engine.runs.script.plan import Piece, Plan
from engine.runs.script.rate import Rate, make_rate
from engine.runs.script.step import penalized_lines, step_lines

_ENDS_UNLESS_FINITE = (
    "if not loss.isfinite():",
    '    raise SystemExit(f"epoch {epoch}: the loss became {loss.item()}")',
)
_VALIDATION = "measured = evaluate(validation_inputs, validation_targets)"


def loop_piece(plan: Plan) -> Piece:
    """Train epoch by epoch and print the reported ones."""
    experiment = plan.experiment
    rate = make_rate(plan)
    piece = Piece(["", "# The training.", *rate.definitions])
    if rate.uses_math:
        piece.imports.add("import math")
    piece.lines += _drawing(plan)
    piece.lines += penalized_lines(plan)
    if rate.counts_steps:
        piece.lines.append("step = 0")
    piece.lines += by_hand_lines(plan)
    if experiment.patience is not None:
        worst = "-inf" if plan.selecting.higher_is_better else "inf"
        piece.lines.append(f'best_{_noun(plan)}, best_epoch = float("{worst}"), 0')
    piece.lines += [f"epochs = {experiment.epochs}", "for epoch in range(1, epochs + 1):"]
    first = ["by_hand(epoch - 1)"] if plan.changes and not rate.counts_steps else []
    body = [*first, *rate.before_epoch, *_epoch(plan, rate), *_end_of_epoch(plan, rate)]
    piece.lines += [f"    {line}" for line in body]
    return piece


def _drawing(plan: Plan) -> list[str]:
    """The function that draws an epoch's samples, where that takes more than a call."""
    from engine.parts.data.generators.sampling import balanced_order, buffered_order

    if plan.draws_balanced:
        return ["", "", *inspect.getsource(balanced_order).splitlines(), "", ""]
    if plan.buffer is not None and plan.experiment.shuffle and not plan.full_batch:
        return ["", "", *inspect.getsource(buffered_order).splitlines(), "", ""]
    return []


def _epoch(plan: Plan, rate: Rate) -> list[str]:
    step = step_lines(plan)
    lines = [*step.aligned(), *_ENDS_UNLESS_FINITE]
    if plan.full_batch and not plan.draws_balanced:
        lines = [*step.batch, *lines]
    if plan.full_batch and not plan.draws_balanced:
        return [*lines, "train_loss = loss.item()"]
    if plan.draws_balanced:
        order, why = "balanced_order(classes)", "  # each class as often"
    elif plan.experiment.shuffle and plan.buffer is not None:
        order, why = f"buffered_order({plan.num_train}, {plan.buffer})", "  # in a buffer"
    elif plan.experiment.shuffle:
        order, why = f"torch.randperm({plan.num_train})", "  # a new order each epoch"
    else:
        order, why = f"torch.arange({plan.num_train})", ""
    batch = [
        *(["by_hand(step)"] if plan.changes else []),
        *rate.before_step,
        *step.batch,
        *lines,
        "losses.append(loss.item())",
        *(["step += 1"] if rate.counts_steps else []),
    ]
    return [
        "losses = []",
        f"for index in {order}{plan.to_device}.split({plan.batch_size}):{why}",
        *(f"    {line}" for line in batch),
        "train_loss = sum(losses) / len(losses)",
    ]


def _end_of_epoch(plan: Plan, rate: Rate) -> list[str]:
    experiment = plan.experiment
    watches = plan.watches
    validates = "validation" in plan.splits
    measure = [_VALIDATION] if validates else _training(plan)
    selecting, best = f'measured["{plan.selecting.name}"]', f"best_{_noun(plan)}"
    lines = list(measure) if watches else []
    if watches and not plan.selecting.is_always_defined:
        lines.append(f'score = float("nan") if {selecting} is None else {selecting}')
        selecting = "score"
    stops = []
    if experiment.stop_below is not None:
        stops.append(f"train_loss < {experiment.stop_below!r}")
    if experiment.patience is not None:
        lines += [
            f"if {selecting} {'>' if plan.selecting.higher_is_better else '<'} {best}:",
            f"    {best}, best_epoch = {selecting}, epoch",
        ]
        stops.append(f"epoch - best_epoch >= {experiment.patience}")
    if stops:
        lines.append(f"finished = epoch == epochs or {' or '.join(stops)}")
    report = ([] if watches else measure) + _report(plan)
    condition = _reported(experiment.epochs, experiment.report_every, bool(stops))
    if condition:
        lines += [f"if {condition}:", *(f"    {line}" for line in report)]
    else:
        lines += report
    if stops:
        lines += ["if finished:", "    break"]
    if rate.plateau:
        lines.append(f"scheduler.step({selecting})")
    return lines


def _noun(plan: Plan) -> str:
    """What the variables are called that hold what selects."""
    return "score" if plan.selecting.formula else "loss"


def _training(plan: Plan) -> list[str]:
    """Measure the training split with the weights that the epoch ends with, if that decides."""
    if not plan.looks_at_training:
        return []
    every = "" if plan.stride == 1 else f"[::{plan.stride}]"
    inputs, targets = (f"{name}{every}" for name in (plan.inputs("train"), plan.targets("train")))
    if plan.make:
        inputs, targets = f"looked_inputs{every}", f"looked_targets{every}"
    if plan.pixels is not None and plan.pixels.augmentations:
        inputs = f"prepare({inputs})"
    return [f"measured = evaluate({inputs}, {targets})"]


def _report(plan: Plan) -> list[str]:
    if "validation" not in plan.splits:
        return ['print(f"epoch {epoch}  train_loss {train_loss}")']
    return [
        "print(",
        '    f"epoch {epoch}  train_loss {train_loss}",',
        f"    {told('validation')},",
        '    sep="  ",',
        ")",
    ]


def _reported(epochs: int, every: int, may_finish: bool) -> str:
    """The condition under which an epoch is printed; empty for always."""
    if every == 1:
        return ""
    terms = ["epoch == 1"]
    if every <= epochs:
        terms.append(f"epoch % {every} == 0")
    if may_finish:
        terms.append("finished")
    elif epochs > 1 and epochs % every:
        terms.append("epoch == epochs")
    return " or ".join(terms)
