"""The chain of layers: what stands where it does nothing, or harm."""

from __future__ import annotations

import dataclasses

from engine.doctor.case import BATCH_NORMS, NORMS, Case
from engine.doctor.rule import Remark, Remarks, layer_place, plural, rule
from engine.parts.layers import Layer
from engine.parts.layers.activation import LeakyReLU, ReLU, Sigmoid, Tanh
from engine.parts.layers.dense import Dropout, Linear

SLOPES: dict[type[Layer], float] = {Sigmoid: 0.25, Tanh: 0.605}
"""By what an activation multiplies a gradient: the sigmoid at best, at 0; tanh in the mean over
a standard normal input, 1 - E[tanh²]. (Glorot and Bengio 2010 on why deep chains saturate.)"""
LEAST_SLOPE = 1 / 32
"""A chain that leaves less of the gradient than this starves its first layers: three sigmoids,
or seven tanh."""

MOST_DROPOUT = 0.8
"""Srivastava et al. 2014 found 0.5 near the best for hidden units; above 0.8 little is left."""

LEAST_PLANAR_WIDTH = 8
"""ReLU units that reliably close a boundary in the plane: three lines suffice for a triangle,
but about half of the units begin where they are of no use."""


@rule("linear-collapse")
def linear_collapse(case: Case) -> Remarks:
    """A linear map of a linear map is a linear map."""
    layers = case.experiment.layers
    for first, second in case.neighbors():
        if case.bend_between(first, second):
            continue
        position = first + 1
        while position < second and isinstance(layers[position], BATCH_NORMS):
            position += 1
        message = (
            f"no activation stands between {layers[first]} and {layers[second]}: together they "
            "can do no more than one layer"
        )
        if case.chain and all(isinstance(layers[i], Linear) for i in (first, second)):
            single = layers[second].num_parameters(case.chain[first].input_shape)
            both = sum(case.chain[i].num_parameters for i in (first, second))
            message += f" ({plural(both, 'parameter')} do the work of {single:,})"
        yield Remark(
            "warning",
            layer_place(second),
            message,
            f"put ReLU() after {layers[position - 1]}",
            {"layers": case.with_layers(position, position, ReLU())},
        )


@rule("saturating-chain")
def saturating_chain(case: Case) -> Remarks:
    """Each sigmoid passes on a quarter of the gradient at most; in a deep chain none is left."""
    layers, slope = case.experiment.layers, 1.0
    worst: list[int] = []
    for index, layer in enumerate(layers):
        if isinstance(layer, NORMS):
            slope, worst = 1.0, []
        elif type(layer) in SLOPES and index != case.output:
            slope *= SLOPES[type(layer)]
            worst.append(index)
        if worst and slope < LEAST_SLOPE:
            break
    else:
        return
    changed = tuple(
        ReLU() if type(x) in SLOPES and i != case.output else x for i, x in enumerate(layers)
    )
    names = " and ".join(sorted({layers[index].name for index in worst}))
    yield Remark(
        "warning",
        layer_place(worst[0]),
        f"{len(worst)} saturating activations ({names}) in a row leave about {slope:.2g} of the "
        "gradient for the first layer, less where they saturate: it hardly learns",
        "use ReLU() instead",
        {"layers": changed},
    )


@rule("narrow-layer")
def narrow_layer(case: Case) -> Remarks:
    """The boundary of one ReLU layer in the plane is made of one straight piece per unit."""
    facts, layers = case.facts, case.experiment.layers
    if facts is None or not facts.planar or not facts.classes or facts.shape != (2,):
        return
    if len(case.weighted) != 2 or not case.bends:
        return
    first = case.weighted[0]
    layer = layers[first]
    relu = any(isinstance(x, ReLU | LeakyReLU) for x in layers[first + 1 : case.weighted[1]])
    if not relu or not isinstance(layer, Linear) or layer.out_features >= LEAST_PLANAR_WIDTH:
        return
    wider = dataclasses.replace(layer, out_features=LEAST_PLANAR_WIDTH)
    yield Remark(
        "warning",
        layer_place(first),
        f"{plural(layer.out_features, 'ReLU unit')} can fold the boundary along "
        f"{plural(layer.out_features, 'line')} only, and about half of them begin where they are "
        "of no use: a curved boundary is found for some seeds only",
        f"use {wider}",
        {"layers": case.with_layers(first, first + 1, wider)},
    )


@rule("dropout-output")
def dropout_output(case: Case) -> Remarks:
    """Behind the last weights Dropout deletes answers, not features."""
    last = case.weighted[-1] if case.weighted else len(case.experiment.layers)
    for index, layer in enumerate(case.experiment.layers):
        if isinstance(layer, Dropout) and layer.p > 0 and index > last:
            yield Remark(
                "warning",
                layer_place(index),
                f"{layer} after the last layer with weights sets {layer.p:.0%} of the outputs "
                "themselves to 0 while training: the loss is then that of answers never given",
                f"remove {layer}",
                {"layers": case.with_layers(index, index + 1)},
            )


@rule("dropout-rate")
def dropout_rate(case: Case) -> Remarks:
    """A rate of 0 does nothing; one far above 0.5 leaves too little to learn from."""
    last = case.weighted[-1] if case.weighted else len(case.experiment.layers)
    for index, layer in enumerate(case.experiment.layers):
        if not isinstance(layer, Dropout):
            continue
        if layer.p == 0:
            yield Remark(
                "info",
                layer_place(index),
                f"{layer} drops nothing",
                f"remove {layer}",
                {"layers": case.with_layers(index, index + 1)},
            )
        elif layer.p > MOST_DROPOUT and index < last:
            kept = 1 - layer.p
            yield Remark(
                "warning",
                layer_place(index),
                f"{layer} keeps {kept:.0%} of the values and multiplies them by {1 / kept:.1f}: "
                "little is left to learn from",
                "use Dropout()",
                {"layers": case.with_layers(index, index + 1, Dropout())},
            )


RULES = (
    linear_collapse,
    saturating_chain,
    narrow_layer,
    dropout_output,
    dropout_rate,
)
