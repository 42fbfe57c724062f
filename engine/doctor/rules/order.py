"""Layers that are right by themselves and wrong where they stand."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, plural, rule
from engine.doctor.stretch import Stretch
from engine.parts.floors import logistic_floors, softmax_floor
from engine.parts.layers import Layer
from engine.parts.layers.address import Address, place, walk
from engine.parts.layers.base import UNBOUNDED
from engine.spec.chain import every

LEAST_FLOOR = 0.01
"""A loss that can fall to this is held back by nothing: a sample is then 99 % sure."""
LEAST_DROPPED = 0.1
"""A dropout whose change of the variance is worth a word."""


@rule("squashed-before-output")
def squashed_before_output(case: Case) -> Remarks:
    """What goes into the last sigmoid or softmax are logits, and they need both signs
    (pytorch/examples#117, stats.SE 257127, torch-residual-networks#1)."""
    last, address = case.output_layer, _before_output(case)
    if last is None or address is None or last.meaning == "value":
        return
    layer = case.experiment.layers[address[0]]
    lowest, highest = layer.output_range
    if last.meaning == "probability":
        if max(logistic_floors(lowest, highest)) < LEAST_FLOOR:
            return
        said = f"its outputs are never below {_sigmoid(lowest):.2g}"
        if not math.isinf(highest):
            said += f" and never above {_sigmoid(highest):.2g}"
    elif math.isinf(highest):
        if layer.dead_at is None:
            return  # only differences count, and those are as large as one likes
        said = "a class that begins below 0, about half of them, gets no gradient"
    else:
        if softmax_floor(case.num_outputs or 2, highest - lowest) < LEAST_FLOOR:
            return
        said = f"they are never more than {highest - lowest:g} apart, and it is never sure"
    yield Remark(
        "error",
        place(address),
        f"{layer} stands right before {last.brief}, which takes numbers of both signs: {said}",
        f"remove {layer}",
        {"layers": case.with_layers(address, 1)},
    )


def _before_output(case: Case) -> Address | None:
    """Where an activation is whose values, at most in another shape, go into the output layer."""
    layers, output = case.experiment.layers, case.output
    for index in reversed(range(output[0] if output else 0)):
        if not layers[index].passes_on:
            plain = layers[index].nonlinear and not layers[index].weights
            single = plain and not layers[index].inside and not layers[index].normalizes
            return (index,) if single and layers[index].output_range != UNBOUNDED else None
    return None


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@rule("normalized-away")
def normalized_away(case: Case) -> Remarks:
    """A value less its own mean is 0 (pytorch#108956, Transformers4Rec#151)."""
    for link in every(case.chain):
        if not link.layer.erases(link.input_shape):
            continue
        yield Remark(
            "error",
            place(link.address),
            f"{link.layer} gets a single value of each sample and subtracts its mean, which is "
            "that value: what comes out is the same for every sample",
            f"remove {link.layer}",
            {"layers": case.with_layers(link.address, 1)},
        )


@rule("no-bias-anywhere")
def no_bias_anywhere(case: Case) -> Remarks:
    """Without a bias every line goes through the origin, and 0 in is 0 out
    (stackoverflow 2480650)."""
    layers = [layer for _, layer in walk(case.experiment.layers)]
    weighted = [layer for layer in layers if layer.weights]
    if not case.bends or case.facts is None or len(case.facts.shape) != 1:
        return
    if any(layer.normalizes for layer in layers):
        return  # those shift, too
    bends = [layer for layer in layers if layer.nonlinear and not layer.weights]
    if not all(layer.values().get("bias") is False for layer in weighted):
        return
    if not all(layer.keeps_zero for layer in bends):
        return
    addresses = [address for address, layer in walk(case.experiment.layers) if layer.weights]
    other = case.experiment.layers
    for address in addresses:
        if len(address) > 1:
            return  # in a block, where sums of blocks have one bias too many
        layer = other[address[0]]
        other = (*other[: address[0]], layer.with_values(bias=True), *other[address[0] + 1 :])
    yield Remark(
        "warning",
        place(addresses[0]),
        f"none of {plural(len(weighted), 'layer')} with weights has a bias: the network gives 0 "
        "for 0, and all its lines go through the origin",
        "use bias=True",
        {"layers": other},
    )


@rule("dropout-before-batchnorm")
def dropout_before_batchnorm(case: Case) -> Remarks:
    """Dropout changes the variance between training and evaluation, and batch normalization keeps
    the training's (Li et al. 2019, Understanding the Disharmony; stackoverflow 39691902)."""
    if not case.is_classification:
        return  # there a dropout's own noise is the larger evil, and moving it mends little
    for stretch in case.stretches:
        found = list(_dropped_into_norm(stretch))
        if not found:
            continue
        layers = list(stretch.layers)
        for drop, norm in found:
            layers.insert(norm, layers.pop(drop))
        dropout, after = (stretch.layers[index] for index in found[0])
        others = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        yield Remark(
            "info",  # what following it brings is about a point
            place(stretch.at(found[0][0])),
            f"{dropout} before {after.brief} makes values vary more in training than later, "
            f"and {after.name} goes on dividing by the training's deviation{others}",
            f"put {after.brief} before {dropout}",
            {"layers": case.with_layers(stretch.at(0), len(layers), *layers)},
        )


def _dropped_into_norm(stretch: Stretch) -> Iterator[tuple[int, int]]:
    """Where a dropout is and the batch normalization that gets its values."""
    for drop, layer in enumerate(stretch.layers):
        if (layer.drops or 0) < LEAST_DROPPED:
            continue
        norm = drop + 1
        while norm < len(stretch.layers) and _hands_on(stretch.layers[norm]):
            norm += 1
        if norm < len(stretch.layers) and stretch.layers[norm].normalizes == "batch":
            yield drop, norm


def _hands_on(layer: Layer) -> bool:
    return layer.passes_on or (layer.nonlinear and not layer.weights and not layer.normalizes)


RULES = (squashed_before_output, normalized_away, no_bias_anywhere, dropout_before_batchnorm)
