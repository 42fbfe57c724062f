"""The last layer against the loss: what the one gives and the other takes."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable

from engine.doctor.case import Case
from engine.doctor.rule import Changes, Remark, Remarks, rule
from engine.parts.layers.activation import LogSoftmax, Sigmoid
from engine.parts.layers.address import place
from engine.parts.layers.base import UNBOUNDED
from engine.parts.losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss
from engine.spec.rivalry import rival_place
from engine.spec.validator import misfit

MOST_BEYOND = 0.05
"""As a share of an output's range: so far beyond it the noise of targets may reach."""
LEAST_FLOOR = 0.01
"""A loss that can fall to this is held back by nothing: a sample is then 99 % sure."""
SURE = 0.99
"""How sure of the wrong class a sample is in the example of the squared error's gradient."""


def of_compared(function: Callable[[Case], Remarks]) -> Callable[[Case], Remarks]:
    """A rule about the network whose outputs the loss compares: where two are trained against each
    other, the one that tells points apart."""

    @functools.wraps(function)
    def asked(case: Case) -> Remarks:
        objective = case.experiment.objective
        if objective.rival is None:
            yield from function(case)
        elif case.facts is not None and case.facts.made:
            for remark in function(case.of_rival):
                changes = dict(remark.changes)
                if "layers" in changes:
                    share = objective.rival_share
                    changes["objective"] = objective.with_rival(changes.pop("layers"), share)
                place = rival_place(remark.place)
                yield dataclasses.replace(remark, place=place, changes=changes)

    return asked


@rule("double-softmax")
@of_compared
def double_softmax(case: Case) -> Remarks:
    """CrossEntropyLoss applies log_softmax itself (PyTorch's documentation of the loss)."""
    last, loss, width = case.output_layer, case.experiment.loss, case.num_outputs
    if loss.outputs != "logits" or case.output is None or not width:
        return
    where, changes = place(case.output), {"layers": case.without_output()}
    if case.output_meaning == "probabilities":
        floor = max(loss.floors(width, *case.output_range), default=0.0)
        yield Remark(
            "error",
            where,
            f"{loss.name} applies a softmax itself, so {last} is a second one: with "
            f"{width} classes the loss cannot fall below {floor:.3f}, and the gradients are damped",
            f"remove {last}",
            changes,
        )
    elif case.output_meaning == "log-probabilities":
        yield Remark(
            "info",
            where,
            f"{loss.name} applies a log-softmax itself; {last} before it changes nothing",
            f"remove {last}",
            changes,
        )


@rule("squashed-logits")
@of_compared
def squashed_logits(case: Case) -> Remarks:
    """Logits must be free to grow in both directions; an activation holds them back."""
    last, loss, width = case.output_layer, case.experiment.loss, case.num_outputs
    if last is None or case.output is None or not width or loss.outputs not in ("logits", "logit"):
        return
    if last.meaning in ("probabilities", "log-probabilities"):
        return  # those are double-softmax and double-sigmoid
    lowest, highest = last.output_range
    floors = loss.floors(width, lowest, highest)
    if lowest >= 0 and last.meaning == "value":
        message = f"{last} lets no output fall below 0, but {loss.name} needs logits of both signs"
        if last.dead_at is not None:
            message += "; outputs that begin below 0, about half of them, get no gradient at all"
    elif math.isinf(highest - lowest) or max(floors, default=0.0) < LEAST_FLOOR:
        return
    elif loss.outputs == "logits":
        message = (
            f"{last} keeps the logits within {highest - lowest:g} of each other: with {width} "
            f"classes the loss cannot fall below {max(floors):.3f}"
        )
    elif last.meaning == "value":
        message = f"{last} keeps the logits between {lowest:g} and {highest:g}: "
        if len(set(floors)) == 1:
            message += f"no sample's loss can fall below {floors[0]:.3f}"
        else:
            message += f"the loss cannot fall below {floors[0]:.3f} for class 0 and "
            message += f"{floors[1]:.3f} for class 1"
    else:
        return
    yield Remark(
        "error",
        place(case.output),
        message,
        f"remove {last}",
        {"layers": case.without_output()},
    )


@rule("double-sigmoid")
@of_compared
def double_sigmoid(case: Case) -> Remarks:
    """BCEWithLogitsLoss applies the sigmoid itself (PyTorch's documentation of the loss)."""
    last, loss = case.output_layer, case.experiment.loss
    if loss.outputs != "logit" or case.output_meaning not in ("probability", "probabilities"):
        return
    assert case.output is not None, "there is a last layer"
    negative, positive = loss.floors(case.num_outputs or 1, 0.0, 1.0)
    yield Remark(
        "error",
        place(case.output),
        f"{loss.name} applies a sigmoid itself, so after {last} its logits lie between 0 "
        f"and 1: the loss cannot fall below {positive:.3f} for class 1 and {negative:.3f} for "
        "class 0, and every sample is named class 1",
        f"remove {last}",
        {"layers": case.without_output()},
    )


@rule("missing-log-softmax")
@of_compared
def missing_log_softmax(case: Case) -> Remarks:
    """NLLLoss only picks out the target's output: it takes it for a log-probability."""
    last, loss = case.output_layer, case.experiment.loss
    if loss.outputs != "log-probabilities" or case.output_meaning == "log-probabilities":
        return
    if case.output is None:
        return
    if case.output_meaning == "probabilities":
        message = (
            f"{loss.name} takes log-probabilities, but {last} gives probabilities: the loss stays "
            "between -1 and 0, and a wrong sample that is sure of itself gets almost no gradient"
        )
        layers = case.with_layers(case.output, 1, LogSoftmax())
        repair = f"use LogSoftmax() instead of {last}"
    else:
        message = (
            f"{loss.name} takes log-probabilities, but nothing makes the outputs add up to one: "
            "the loss falls below 0 without end while they grow, and says nothing"
        )
        end = len(case.experiment.layers)
        layers, repair = case.with_layers((end,), 0, LogSoftmax()), "add LogSoftmax() at the end"
    yield Remark("error", place(case.output), message, repair, {"layers": layers})


@rule("missing-sigmoid")
@of_compared
def missing_sigmoid(case: Case) -> Remarks:
    """BCELoss takes probabilities; PyTorch refuses values outside 0 to 1."""
    last, index, loss = case.output_layer, case.output, case.experiment.loss
    if loss.outputs != "probability" or index is None:
        return
    lowest, highest = case.output_range
    if lowest >= 0 and highest <= 1:
        return
    if case.output_range != UNBOUNDED:  # logits must be free: behind it another loss is no repair
        changes: Changes = {"layers": case.with_layers(index, 1, Sigmoid())}
        repair = f"use Sigmoid() instead of {last}"
    else:
        changes, repair = {"loss": BCEWithLogitsLoss()}, "use BCEWithLogitsLoss()"
    yield Remark(
        "error",
        place(index),
        f"{loss.name} takes probabilities, but {case.output_text} gives values outside 0 to 1: the "
        "training stops at the first of them",
        repair,
        changes,
    )


@rule("output-width")
def output_width(case: Case) -> Remarks:
    """One output per class, or a single one for two classes."""
    experiment, facts = case.experiment, case.facts
    if facts is None or not case.chain or case.goes_on:
        return
    shape = case.chain[-1].output_shape
    wanted = len(facts.classes) if facts.classes else facts.num_targets
    single = facts.task == "classification" and wanted == 2 and not experiment.loss.class_targets
    last = case.network.weighted[-1] if case.network.weighted else None
    changes: Changes = {}
    repair = ""
    if last is not None and (dense := experiment.layers[last]).dense and dense.width_parameter:
        other = dense.with_values(**{dense.width_parameter: 1 if single else wanted})
        changes = {"layers": case.with_layers((last,), 1, other)}
        repair = f"use {other}"
    where = place((len(experiment.layers) - 1 if last is None else last,))
    if wrong := misfit(experiment.loss, shape, facts, experiment.objective):
        yield Remark("error", where, wrong, repair, changes)
    elif single and shape == (2,) and case.output_meaning != "probabilities":
        yield Remark(
            "info",
            where,
            f"two outputs for two classes under {experiment.loss.name}: one says the same, "
            "since the second class is whatever the first is not",
            repair,
            changes,
        )


@rule("constant-output")
@of_compared
def constant_output(case: Case) -> Remarks:
    """A softmax over one value divides it by itself."""
    always = {"probabilities": "1", "log-probabilities": "0"}.get(case.output_meaning)
    if always is None or case.num_outputs != 1:
        return
    assert case.output is not None, "there is a last layer"
    if case.is_classification:
        layers = case.with_layers(case.output, 1, Sigmoid())
        repair = f"use Sigmoid() instead of {case.output_layer}"
    else:
        layers, repair = case.without_output(), f"remove {case.output_layer}"
    yield Remark(
        "error",
        place(case.output),
        f"{case.output_layer} over a single output is always {always}: nothing can be learned",
        repair,
        {"layers": layers},
    )


@rule("relu-output")
def relu_output(case: Case) -> Remarks:
    """The gradient of a ReLU below 0 is 0: an output that begins there never comes back."""
    last, index = case.output_layer, case.output
    if case.is_classification or last is None or index is None or last.dead_at is None:
        return
    who = (
        "for about half of all seeds the output of its only sample begins"
        if case.num_train == 1
        else "about half of the outputs begin"
    )
    yield Remark(
        "error",
        place(index),
        f"{last} at the end of a regression makes every number below {last.dead_at:g} a "
        f"{last.dead_at:g} without a gradient: "
        f"{who} there, and what begins there is not learned",
        f"remove {last}",
        {"layers": case.without_output()},
    )


@rule("bounded-output")
def bounded_output(case: Case) -> Remarks:
    """A regression's output must reach its targets; a squashing one reaches -1 or 0 to 1."""
    last, index = case.output_layer, case.output
    if case.is_classification or last is None or index is None or last.dead_at is not None:
        return
    lowest, highest = last.output_range
    constant = case.num_outputs == 1 and last.meaning == "probabilities"
    if constant or math.isinf(highest - lowest):
        return
    beyond = _beyond(case, lowest, highest)
    if beyond is None:
        return
    name, least, most = beyond
    yield Remark(
        "warning",
        place(index),
        f"{last} at the end of a regression keeps every prediction between {lowest:g} and "
        f"{highest:g}, but {name} goes from {least:.3g} to {most:.3g}, and near both ends the "
        "gradient vanishes",
        f"remove {last}",
        {"layers": case.without_output()},
    )


def _beyond(case: Case, lowest: float, highest: float) -> tuple[str, float, float] | None:
    """A number to predict, as it is trained on, that outputs in this range do not reach."""
    data, room = case.experiment.data, MOST_BEYOND * (highest - lowest)
    for index, target in enumerate(case.statistics.targets if case.statistics else ()):
        ends = target.lowest, target.highest
        if data.scales_target == "log":
            if ends[0] <= 0:
                continue  # the data itself refuses it
            ends = math.log(ends[0]), math.log(ends[1])
        elif data.standardizes_target and target.deviation:
            mean, deviation = target.mean, target.deviation
            ends = (ends[0] - mean) / deviation, (ends[1] - mean) / deviation
        if ends[0] < lowest - room or ends[1] > highest + room:
            return case.target_name(index), *ends
    return None


@rule("regression-loss-for-classes")
def regression_loss(case: Case) -> Remarks:
    """Behind a sigmoid the squared error's gradient has the factor p(1-p): nil where wrong."""
    loss, facts, width = case.experiment.loss, case.facts, case.num_outputs
    if facts is None or facts.task != "classification" or loss.outputs != "value":
        return
    if case.output is None or width is None:
        return
    last, meaning = case.output_layer, case.output_meaning
    message = f"{loss.name} measures distances, not how likely a class is"
    if meaning in ("probability", "probabilities") and loss.grows_with_error:
        squared, entropy = 2 * SURE * SURE * (1 - SURE), SURE
        message += (
            f": behind {last} a sample that is {SURE:.0%} sure of the wrong class gets a gradient "
            f"of {squared:.3f}, with cross-entropy {entropy:.2f}, {entropy / squared:.0f} times "
            "as much"
        )
    plain = case.output_range == UNBOUNDED
    layers = case.experiment.layers if plain else case.without_output()
    changes: Changes
    if width == 1 and meaning == "probability":
        changes, repair = {"loss": BCELoss()}, "use BCELoss()"
    elif width == 1:
        changes, repair = {"loss": BCEWithLogitsLoss(), "layers": layers}, "use BCEWithLogitsLoss()"
    else:
        changes, repair = {"loss": CrossEntropyLoss(), "layers": layers}, "use CrossEntropyLoss()"
    if "layers" in changes and not plain:
        repair += f" and remove {last}"
    yield Remark("warning", "loss", message, repair, changes)


RULES = (
    double_softmax,
    squashed_logits,
    double_sigmoid,
    missing_log_softmax,
    missing_sigmoid,
    output_width,
    constant_output,
    relu_output,
    bounded_output,
    regression_loss,
)
