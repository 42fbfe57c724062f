"""One step of the script's loop, line by line: forward, loss, gradients, update."""

from __future__ import annotations

from dataclasses import dataclass

from engine.parts.component import literal
from engine.parts.layers.address import weight_names
from engine.runs.script.plan import Plan


@dataclass(frozen=True)
class StepLines:
    """The lines of one step by what they do, each with its comment."""

    batch: list[str]
    """Empty where all samples are the batch, as they are."""
    forward: list[str]
    loss: list[str]
    zero_grad: list[str]
    backward: list[str]
    clip: list[str]
    step: list[str]

    def aligned(self) -> list[str]:
        """All but the batch, with the comments below each other."""
        parts = (self.forward, self.loss, self.zero_grad, self.backward, self.clip, self.step)
        return _aligned([line for part in parts for line in part])


def step_lines(plan: Plan) -> StepLines:
    """How the script does a step of this experiment."""
    experiment = plan.experiment
    whole = plan.full_batch and not plan.draws_balanced
    inputs, targets = plan.inputs("train"), plan.loss_targets
    x, y = (inputs, targets) if whole else ("x", "y")
    penalty = _penalty(plan)
    objective = "(loss + penalty)" if penalty else "loss"
    clip: list[str] = []
    forward = f"outputs = {plan.forward}({_augmented(plan, x)})"
    compared = f"outputs, {y}"
    if plan.facts.positions:  # each position of a sequence counts as a sample
        compared = f"outputs.flatten(0, 1), {y}.flatten(0, 1)"
    if experiment.clip_norm is not None:
        clip.append(f"nn.utils.clip_grad_norm_(model.parameters(), {experiment.clip_norm!r})")
    batch = [] if whole else [f"x, y = {inputs}[index], {targets}[index]"]
    if plan.make:
        batch.append(f"x, y = {plan.made(x, y)}  # made anew each time")
        x, y = "x", "y"
        forward = f"outputs = {plan.forward}(x)"
        compared = "outputs, y"
    if plan.rivals:
        return _of_two(plan, batch, penalty, clip)
    return StepLines(
        batch=batch,
        forward=[f"{forward}  # forward: what the network says"],
        loss=[f"loss = criterion({compared})  # how wrong it is", *penalty],
        zero_grad=["optimizer.zero_grad()  # forget the gradients of the last step"],
        backward=[f"{objective}.backward()  # backward: how each weight changes the loss"],
        clip=clip,
        step=["optimizer.step()  # move the weights a little, against their gradients"],
    )


def _of_two(plan: Plan, batch: list[str], penalty: list[str], clip: list[str]) -> StepLines:
    """The step of two networks against each other: the discriminator learns first."""
    longest = plan.experiment.clip_norm
    others = [
        "made = model(x)  # forward: what the network makes",
        "# The discriminator learns first: of the data it is to say 1, and 0 of what was made.",
        "of_data, of_made = discriminator(y), discriminator(made.detach())",
        "other_loss = criterion(of_data, torch.ones_like(of_data))",
        "other_loss = other_loss + criterion(of_made, torch.zeros_like(of_made))",
        "discriminator_optimizer.zero_grad()",
        "other_loss.backward()",
    ]
    if longest is not None:
        others.append(f"nn.utils.clip_grad_norm_(discriminator.parameters(), {longest!r})")
    others += [
        "discriminator_optimizer.step()",
        "# Then the network learns to have it say 1.",
        "said = discriminator(made)",
    ]
    objective = "(loss + penalty)" if penalty else "loss"
    return StepLines(
        batch=batch,
        forward=others,
        loss=["loss = criterion(said, torch.ones_like(said))  # how far it is from that", *penalty],
        zero_grad=["optimizer.zero_grad()  # forget the gradients of the last step"],
        backward=[f"{objective}.backward()  # backward: how each weight changes the loss"],
        clip=clip,
        step=["optimizer.step()  # move the weights a little, against their gradients"],
    )


def penalized_lines(plan: Plan) -> list[str]:
    """Define what the penalties are about, where there are any."""
    if not _is_penalized(plan):
        return []
    return [
        "# What is pulled towards zero: matrices and filters, no biases.",
        "weights = [",
        *(
            f"    model.get_parameter({literal(name)}),"
            for name in weight_names(plan.experiment.network, plan.frozen)
        ),
        "]",
    ]


def _is_penalized(plan: Plan) -> bool:
    names = weight_names(plan.experiment.network, plan.frozen)
    return bool(plan.experiment.l1 or plan.experiment.l2) and bool(names)


def _penalty(plan: Plan) -> list[str]:
    experiment = plan.experiment
    if not _is_penalized(plan):
        return []
    terms = []
    if experiment.l1:
        terms.append(f"{experiment.l1!r} * torch.stack([w.abs().sum() for w in weights]).sum()")
    if experiment.l2:
        squares = "torch.stack([w.square().sum() for w in weights]).sum()"
        terms.append(f"{experiment.l2!r} * {squares}")
    return [f"penalty = {terms[0]}", *(f"penalty = penalty + {term}" for term in terms[1:])]


def _augmented(plan: Plan, inputs: str) -> str:
    if plan.pixels is None or not plan.pixels.augmentations:
        return inputs
    return f"prepare(torch.stack([augment(image) for image in {inputs}]))"


def _aligned(lines: list[str]) -> list[str]:
    """Lines with the comments at their ends below each other."""
    pairs = [line.partition("  # ") for line in lines]
    width = max(len(code) for code, _, comment in pairs if comment)
    return [f"{code:<{width}}  # {comment}" if comment else code for code, _, comment in pairs]
