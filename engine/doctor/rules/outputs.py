"""The last layer against the loss: what the one gives and the other takes."""

from __future__ import annotations

import dataclasses

from engine.doctor.case import Case
from engine.doctor.floors import logistic_floors, softmax_floor
from engine.doctor.rule import Changes, Remark, Remarks, layer_place, rule
from engine.parts.layers.activation import LogSoftmax, ReLU, Sigmoid, Softmax, Softplus, Tanh
from engine.parts.layers.dense import Linear
from engine.parts.losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, MSELoss, NLLLoss

SURE = 0.99
"""How sure of the wrong class a sample is in the example of the squared error's gradient."""


@rule("double-softmax")
def double_softmax(case: Case) -> Remarks:
    """CrossEntropyLoss applies log_softmax itself (PyTorch's documentation of the loss)."""
    last, loss, width = case.output_layer, case.experiment.loss, case.num_outputs
    if not isinstance(loss, CrossEntropyLoss) or case.output is None or not width:
        return
    place, changes = layer_place(case.output), {"layers": case.without_output()}
    if isinstance(last, Softmax):
        floor = softmax_floor(width, 1.0, loss.label_smoothing)
        yield Remark(
            "error",
            place,
            f"CrossEntropyLoss applies a softmax itself, so {last} is a second one: with "
            f"{width} classes the loss cannot fall below {floor:.3f}, and the gradients are damped",
            f"remove {last}",
            changes,
        )
    elif isinstance(last, LogSoftmax):
        yield Remark(
            "info",
            place,
            f"CrossEntropyLoss applies a log-softmax itself; {last} before it changes nothing",
            f"remove {last}",
            changes,
        )


@rule("squashed-logits")
def squashed_logits(case: Case) -> Remarks:
    """Logits must be free to grow in both directions; an activation holds them back."""
    last, loss, width = case.output_layer, case.experiment.loss, case.num_outputs
    if case.output is None or not width or loss.outputs not in ("logits", "logit"):
        return
    place, changes = layer_place(case.output), {"layers": case.without_output()}
    if isinstance(last, ReLU | Softplus):
        message = f"{last} lets no output fall below 0, but {loss.name} needs logits of both signs"
        if isinstance(last, ReLU):
            message += "; outputs that begin below 0, about half of them, get no gradient at all"
    elif isinstance(loss, CrossEntropyLoss) and isinstance(last, Sigmoid | Tanh):
        span = 1.0 if isinstance(last, Sigmoid) else 2.0
        floor = softmax_floor(width, span, loss.label_smoothing)
        message = (
            f"{last} keeps the logits within {span:g} of each other: with {width} classes "
            f"the loss cannot fall below {floor:.3f}"
        )
    elif isinstance(loss, BCEWithLogitsLoss) and isinstance(last, Tanh):
        floor = logistic_floors(-1.0, 1.0)[0]
        message = (
            f"{last} keeps the logits between -1 and 1: no sample's loss can fall below {floor:.3f}"
        )
    else:
        return
    yield Remark("error", place, message, f"remove {last}", changes)


@rule("double-sigmoid")
def double_sigmoid(case: Case) -> Remarks:
    """BCEWithLogitsLoss applies the sigmoid itself (PyTorch's documentation of the loss)."""
    last, loss = case.output_layer, case.experiment.loss
    if not isinstance(loss, BCEWithLogitsLoss) or not isinstance(last, Sigmoid | Softmax):
        return
    assert case.output is not None, "there is a last layer"
    positive, negative = logistic_floors(0.0, 1.0)
    yield Remark(
        "error",
        layer_place(case.output),
        f"BCEWithLogitsLoss applies a sigmoid itself, so after {last} its logits lie between 0 "
        f"and 1: the loss cannot fall below {positive:.3f} for class 1 and {negative:.3f} for "
        "class 0, and every sample is named class 1",
        f"remove {last}",
        {"layers": case.without_output()},
    )


@rule("missing-log-softmax")
def missing_log_softmax(case: Case) -> Remarks:
    """NLLLoss only picks out the target's output: it takes it for a log-probability."""
    last = case.output_layer
    if not isinstance(case.experiment.loss, NLLLoss) or isinstance(last, LogSoftmax):
        return
    if case.output is None:
        return
    if isinstance(last, Softmax):
        message = (
            f"NLLLoss takes log-probabilities, but {last} gives probabilities: the loss stays "
            "between -1 and 0, and a wrong sample that is sure of itself gets almost no gradient"
        )
        layers = case.with_layers(case.output, case.output + 1, LogSoftmax())
        repair = f"use LogSoftmax() instead of {last}"
    else:
        message = (
            "NLLLoss takes log-probabilities, but nothing makes the outputs add up to one: the "
            "loss falls below 0 without end while they grow, and says nothing"
        )
        end = len(case.experiment.layers)
        layers, repair = case.with_layers(end, end, LogSoftmax()), "add LogSoftmax() at the end"
    yield Remark("error", layer_place(case.output), message, repair, {"layers": layers})


@rule("missing-sigmoid")
def missing_sigmoid(case: Case) -> Remarks:
    """BCELoss takes probabilities; PyTorch refuses values outside 0 to 1."""
    last, index = case.output_layer, case.output
    if not isinstance(case.experiment.loss, BCELoss) or index is None:
        return
    if isinstance(last, Sigmoid | Softmax):
        return
    if isinstance(last, LogSoftmax | ReLU | Tanh | Softplus):
        changes: Changes = {"layers": case.with_layers(index, index + 1, Sigmoid())}
        repair = f"use Sigmoid() instead of {last}"
    else:
        changes, repair = {"loss": BCEWithLogitsLoss()}, "use BCEWithLogitsLoss()"
    yield Remark(
        "error",
        layer_place(index),
        f"BCELoss takes probabilities, but {last} gives values outside 0 to 1: the training "
        "stops at the first of them",
        repair,
        changes,
    )


@rule("output-width")
def output_width(case: Case) -> Remarks:
    """One output per class, or a single one for two classes."""
    experiment, facts = case.experiment, case.facts
    if facts is None or not case.chain:
        return
    shape = case.chain[-1].output_shape
    wanted = len(facts.classes) if facts.classes else facts.num_targets
    single = facts.task == "classification" and wanted == 2 and not experiment.loss.class_targets
    last = case.weighted[-1] if case.weighted else None
    changes: Changes = {}
    repair = ""
    if last is not None and isinstance(linear := experiment.layers[last], Linear):
        other = dataclasses.replace(linear, out_features=1 if single else wanted)
        changes = {"layers": case.with_layers(last, last + 1, other)}
        repair = f"use {other}"
    place = layer_place(len(experiment.layers) - 1 if last is None else last)
    if misfit := experiment.loss.misfit(shape, facts):
        yield Remark("error", place, misfit, repair, changes)
    elif single and shape == (2,) and not isinstance(case.output_layer, Softmax):
        yield Remark(
            "info",
            place,
            f"two outputs for two classes under {experiment.loss.name}: one says the same, "
            "since the second class is whatever the first is not",
            repair,
            changes,
        )


@rule("constant-output")
def constant_output(case: Case) -> Remarks:
    """A softmax over one value divides it by itself."""
    if not isinstance(case.output_layer, Softmax | LogSoftmax) or case.num_outputs != 1:
        return
    assert case.output is not None, "there is a last layer"
    always = "1" if isinstance(case.output_layer, Softmax) else "0"
    if case.is_classification:
        layers = case.with_layers(case.output, case.output + 1, Sigmoid())
        repair = f"use Sigmoid() instead of {case.output_layer}"
    else:
        layers, repair = case.without_output(), f"remove {case.output_layer}"
    yield Remark(
        "error",
        layer_place(case.output),
        f"{case.output_layer} over a single output is always {always}: nothing can be learned",
        repair,
        {"layers": layers},
    )


@rule("relu-output")
def relu_output(case: Case) -> Remarks:
    """The gradient of a ReLU below 0 is 0: an output that begins there never comes back."""
    last, index = case.output_layer, case.output
    if case.is_classification or not isinstance(last, ReLU) or index is None:
        return
    who = (
        "for about half of all seeds the output of its only sample begins"
        if case.num_train == 1
        else "about half of the outputs begin"
    )
    yield Remark(
        "error",
        layer_place(index),
        f"{last} at the end of a regression makes every number below 0 a 0 without a gradient: "
        f"{who} there, and what begins there is not learned",
        f"remove {last}",
        {"layers": case.without_output()},
    )


@rule("bounded-output")
def bounded_output(case: Case) -> Remarks:
    """A regression's output must reach its targets; a squashing one reaches -1 or 0 to 1."""
    last, index = case.output_layer, case.output
    if (
        case.is_classification
        or index is None
        or (case.num_outputs == 1 and isinstance(last, Softmax))
    ):
        return
    if not isinstance(last, Sigmoid | Tanh | Softmax):
        return
    lowest = -1 if isinstance(last, Tanh) else 0
    yield Remark(
        "warning",
        layer_place(index),
        f"{last} at the end of a regression keeps every prediction between {lowest} and 1, "
        "whatever the targets are, and near both ends its gradient vanishes",
        f"remove {last}",
        {"layers": case.without_output()},
    )


@rule("regression-loss-for-classes")
def regression_loss(case: Case) -> Remarks:
    """Behind a sigmoid the squared error's gradient has the factor p(1-p): nil where wrong."""
    loss, facts, width = case.experiment.loss, case.facts, case.num_outputs
    if facts is None or facts.task != "classification" or loss.outputs != "value":
        return
    if case.output is None or width is None:
        return
    last = case.output_layer
    message = f"{loss.name} measures distances, not how likely a class is"
    if isinstance(last, Sigmoid | Softmax) and isinstance(loss, MSELoss):
        squared, entropy = 2 * SURE * SURE * (1 - SURE), SURE
        message += (
            f": behind {last} a sample that is {SURE:.0%} sure of the wrong class gets a gradient "
            f"of {squared:.3f}, with cross-entropy {entropy:.2f}, {entropy / squared:.0f} times "
            "as much"
        )
    plain = not isinstance(last, Sigmoid | Softmax | LogSoftmax | ReLU | Tanh | Softplus)
    layers = case.experiment.layers if plain else case.without_output()
    changes: Changes
    if width == 1 and isinstance(last, Sigmoid):
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
