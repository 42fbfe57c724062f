"""The chain of layers: what stands where it does nothing, or harm."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, layer_place, plural, rule
from engine.parts.layers.activation import ReLU

LEAST_SLOPE = 1 / 32
"""A chain that leaves less of the gradient than this starves its first layers: three sigmoids,
or seven tanh. (Glorot and Bengio 2010 on why deep chains saturate.)"""

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
        while position < second and layers[position].normalizes == "batch":
            position += 1
        message = (
            f"no activation stands between {layers[first]} and {layers[second]}: together they "
            "can do no more than one layer"
        )
        if case.chain and layers[first].dense and layers[second].dense:
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
        if layer.normalizes:
            slope, worst = 1.0, []
        elif layer.gradient_share < 1 and index != case.output:
            slope *= layer.gradient_share
            worst.append(index)
        if worst and slope < LEAST_SLOPE:
            break
    else:
        return
    changed = tuple(
        ReLU() if x.gradient_share < 1 and i != case.output else x for i, x in enumerate(layers)
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
    folds = any(x.kinks == 1 for x in layers[first + 1 : case.weighted[1]])
    if not folds or not layer.dense or not layer.width or layer.width >= LEAST_PLANAR_WIDTH:
        return
    wider = layer.with_values(**{layer.width_parameter: LEAST_PLANAR_WIDTH})
    yield Remark(
        "warning",
        layer_place(first),
        f"{plural(layer.width, 'ReLU unit')} can fold the boundary along "
        f"{plural(layer.width, 'line')} only, and about half of them begin where they are "
        "of no use: a curved boundary is found for some seeds only",
        f"use {wider}",
        {"layers": case.with_layers(first, first + 1, wider)},
    )


@rule("dropout-output")
def dropout_output(case: Case) -> Remarks:
    """Behind the last weights Dropout deletes answers, not features."""
    last = case.weighted[-1] if case.weighted else len(case.experiment.layers)
    for index, layer in enumerate(case.experiment.layers):
        if layer.drops and index > last:
            yield Remark(
                "warning",
                layer_place(index),
                f"{layer} after the last layer with weights sets {layer.drops:.0%} of the outputs "
                "themselves to 0 while training: the loss is then that of answers never given",
                f"remove {layer}",
                {"layers": case.with_layers(index, index + 1)},
            )


@rule("dropout-rate")
def dropout_rate(case: Case) -> Remarks:
    """A rate of 0 does nothing; one far above 0.5 leaves too little to learn from."""
    last = case.weighted[-1] if case.weighted else len(case.experiment.layers)
    for index, layer in enumerate(case.experiment.layers):
        if layer.drops is None:
            continue
        if layer.drops == 0:
            yield Remark(
                "info",
                layer_place(index),
                f"{layer} drops nothing",
                f"remove {layer}",
                {"layers": case.with_layers(index, index + 1)},
            )
        elif layer.drops > MOST_DROPOUT and index < last:
            kept = 1 - layer.drops
            usual = type(layer)()
            yield Remark(
                "warning",
                layer_place(index),
                f"{layer} keeps {kept:.0%} of the values and multiplies them by {1 / kept:.1f}: "
                "little is left to learn from",
                f"use {usual}",
                {"layers": case.with_layers(index, index + 1, usual)},
            )


RULES = (
    linear_collapse,
    saturating_chain,
    narrow_layer,
    dropout_output,
    dropout_rate,
)
