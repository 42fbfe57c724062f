"""The script's third part: the training loop."""

from __future__ import annotations

import inspect

from engine.parts.component import literal
from engine.parts.layers.address import weight_names
from engine.runs.script.by_hand import by_hand_lines
from engine.runs.script.ending import told
from engine.runs.script.plan import Piece, Plan
from engine.runs.script.rate import Rate, make_rate

_VALIDATION = "measured = evaluate(validation_inputs, validation_targets)"


def loop_piece(plan: Plan) -> Piece:
    """Train epoch by epoch and print the reported ones."""
    experiment = plan.experiment
    rate = make_rate(plan)
    weights = weight_names(experiment.layers)
    penalized = bool(experiment.l1 or experiment.l2) and bool(weights)
    piece = Piece(["", "# The training.", *rate.definitions])
    if rate.uses_math:
        piece.imports.add("import math")
    piece.lines += _drawing(plan)
    if penalized:
        piece.lines += [
            "# What is pulled towards zero: matrices and filters, no biases.",
            "weights = [",
            *(f"    model.get_parameter({literal(name)})," for name in weights),
            "]",
        ]
    if rate.counts_steps:
        piece.lines.append("step = 0")
    piece.lines += by_hand_lines(plan)
    if experiment.patience is not None:
        worst = "-inf" if plan.selecting.higher_is_better else "inf"
        piece.lines.append(f'best_{_noun(plan)}, best_epoch = float("{worst}"), 0')
    piece.lines += [f"epochs = {experiment.epochs}", "for epoch in range(1, epochs + 1):"]
    first = ["by_hand(epoch - 1)"] if plan.changes and not rate.counts_steps else []
    body = [*first, *rate.before_epoch, *_epoch(plan, rate, penalized), *_end_of_epoch(plan, rate)]
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


def _epoch(plan: Plan, rate: Rate, penalized: bool) -> list[str]:
    inputs, targets = plan.inputs("train"), plan.loss_targets
    if plan.full_batch and not plan.draws_balanced:
        lines = _step(plan, _augmented(plan, inputs), targets, penalized)
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
        f"x, y = {inputs}[index], {targets}[index]",
        *_step(plan, _augmented(plan, "x"), "y", penalized),
        "losses.append(loss.item())",
        *(["step += 1"] if rate.counts_steps else []),
    ]
    return [
        "losses = []",
        f"for index in {order}{plan.to_device}.split({plan.batch_size}):{why}",
        *(f"    {line}" for line in batch),
        "train_loss = sum(losses) / len(losses)",
    ]


def _augmented(plan: Plan, inputs: str) -> str:
    if plan.pixels is None or not plan.pixels.augmentations:
        return inputs
    return f"prepare(torch.stack([augment(image) for image in {inputs}]))"


def _step(plan: Plan, inputs: str, targets: str, penalized: bool) -> list[str]:
    """One step: forward, loss, gradients, update; commented where there is room."""
    experiment = plan.experiment
    objective = "loss"
    penalty: list[str] = []
    if penalized:
        objective = "(loss + penalty)"
        terms = []
        if experiment.l1:
            terms.append(f"{experiment.l1!r} * torch.stack([w.abs().sum() for w in weights]).sum()")
        if experiment.l2:
            squares = "torch.stack([w.square().sum() for w in weights]).sum()"
            terms.append(f"{experiment.l2!r} * {squares}")
        penalty.append(f"penalty = {terms[0]}")
        penalty += [f"penalty = penalty + {term}" for term in terms[1:]]
    clipping: list[str] = []
    if experiment.clip_norm is not None:
        clipping.append(f"nn.utils.clip_grad_norm_(model.parameters(), {experiment.clip_norm!r})")
    return [
        *_aligned(
            f"outputs = {plan.forward}({inputs})  # forward: what the network says",
            f"loss = criterion(outputs, {targets})  # how wrong it is",
            *penalty,
            "optimizer.zero_grad()  # forget the gradients of the last step",
            f"{objective}.backward()  # backward: how each weight changes the loss",
            *clipping,
            "optimizer.step()  # move the weights a little, against their gradients",
        ),
        "if not loss.isfinite():",
        '    raise SystemExit(f"epoch {epoch}: the loss became {loss.item()}")',
    ]


def _aligned(*lines: str) -> list[str]:
    """Lines with the comments at their ends below each other."""
    pairs = [line.partition("  # ") for line in lines]
    width = max(len(code) for code, _, comment in pairs if comment)
    return [f"{code:<{width}}  # {comment}" if comment else code for code, _, comment in pairs]


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
