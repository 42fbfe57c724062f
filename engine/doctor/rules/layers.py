"""The chain of layers: what stands where it does nothing, or harm."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, plural, rule
from engine.doctor.stretch import Stretch
from engine.parts.layers.activation import ReLU, Tanh
from engine.parts.layers.address import Address, place, walk
from engine.parts.shapes import product

LEAST_SLOPE = 1 / 32
"""A chain that leaves less of the gradient than this starves its first layers: three sigmoids,
or seven tanh. (Glorot and Bengio 2010 on why deep chains saturate.)"""

MOST_DROPOUT = 0.8
"""Srivastava et al. 2014 found 0.5 near the best for hidden units; above 0.8 little is left."""

LEAST_TIED = 3
"""Inputs from which a softmax between layers is worse than another bend."""
LEAST_PLANAR_WIDTH = 8
"""ReLU units that reliably close a boundary in the plane: three lines suffice for a triangle,
but about half of the units begin where they are of no use."""
LEAST_SMOOTH_WIDTH = 4
"""Units without such a dead side that do: of Sigmoid or Tanh three miss a circle for one seed in
six, two for all, four for hardly any."""


@rule("linear-collapse")
def linear_collapse(case: Case) -> Remarks:
    """A linear map of a linear map is a linear map."""
    for stretch in case.stretches:
        for first, second in stretch.neighbors():
            weighted = stretch.layers[first], stretch.layers[second]
            if not all(layer.connects for layer in weighted):
                continue  # what is looked up, or looks at others, is no map of its inputs alone
            if not stretch.bend_between(first, second) and not _is_code(case, stretch, first):
                yield _collapse(case, stretch, first, second)


def _is_code(case: Case, stretch: Stretch, first: int) -> bool:
    """Whether it is the narrow place of a network that gives back what comes in: there the layer
    behind reads a code, and a bend would only take room away."""
    widths = [stretch.layers[index].width for index in stretch.weighted]
    own = stretch.layers[first].width
    returned = case.facts is not None and bool(case.facts.returned)
    return returned and own is not None and all(w is None or own <= w for w in widths)


def _collapse(case: Case, stretch: Stretch, first: int, second: int) -> Remark:
    layers = stretch.layers
    position = first + 1
    while position < second and layers[position].normalizes == "batch":
        position += 1
    one, other = layers[first], layers[second]
    message = (
        f"no activation stands between {one.brief} and {other.brief}: together they can do no "
        "more than one layer"
    )
    if stretch.links and one.dense and other.dense:
        single = other.num_parameters(stretch.links[first].input_shape)
        both = sum(stretch.links[i].num_parameters for i in (first, second))
        message += f" ({plural(both, 'parameter')} do the work of {single:,})"
    return Remark(
        "warning",
        place(stretch.at(second)),
        message,
        f"put ReLU() after {layers[position - 1].brief}",
        {"layers": case.with_layers(stretch.at(position), 0, ReLU())},
    )


@rule("hidden-softmax")
def hidden_softmax(case: Case) -> Remarks:
    """A softmax belongs at the end: between layers it ties units that should be free.

    n units that share a sum of one begin near 1/n, hardly differ from sample to sample, and get
    about 1/n of the gradient (stackoverflow.com/q/75378819).
    """
    first = next((at for at, layer in walk(case.experiment.layers) if layer.weights), ())
    for address, layer in walk(case.experiment.layers):
        tied = _TIED.get(layer.meaning)
        if tied is None or address > case.last_weights:
            continue
        stretch = next(x for x in case.stretches if x.block == address[:-1])
        instead = ReLU() if case.is_classification else Tanh()
        bend = () if address < first or _bends_beside(stretch, address[-1]) else (instead,)
        yield Remark(
            "info" if layer.meaning == "probabilities" and _parts_a_line(case) else "warning",
            place(address),
            f"{layer} before layers with weights {tied}",
            f"use {bend[0]} instead of {layer}" if bend else f"remove {layer}",
            {"layers": case.with_layers(address, 1, *bend)},
        )


_TIED = {
    "probabilities": "makes what it passes on share a sum of 1: each number begins near an equal "
    "part of it, hardly differs from sample to sample, and gets as small a part of the gradient",
    "log-probabilities": "takes one and the same number off all that it passes on: that number is "
    "all that bends, so it can do little more than a linear layer",
}
"""What becomes of numbers on their way, by the meaning of what a layer gives."""


def _parts_a_line(case: Case) -> bool:
    """Whether few measured numbers make another one: there a softmax is as good as any bend.

    It parts the line or the plane softly, and a sine is learned better (R² 0.93) than by as many
    ReLU units (0.80) or Tanh (0.91). Of ten features it loses 3 points to Tanh.
    """
    few = case.facts is not None and product(case.facts.shape) < LEAST_TIED
    return few and not case.is_classification


def _bends_beside(stretch: Stretch, index: int) -> bool:
    """Whether something else bends between the weights before a layer and those behind it."""
    before = max((one for one in stretch.weighted if one < index), default=-1)
    behind = min((one for one in stretch.weighted if one > index), default=len(stretch.layers))
    others = (*stretch.layers[before + 1 : index], *stretch.layers[index + 1 : behind])
    return any(layer.nonlinear and layer.meaning not in _TIED for layer in others)


@rule("saturating-chain")
def saturating_chain(case: Case) -> Remarks:
    """Each sigmoid passes on a quarter of the gradient at most; in a deep chain none is left."""
    for stretch in case.stretches:
        worst, slope = _starving(case, stretch)
        if not worst:
            continue
        layers = stretch.layers
        changed = [ReLU() if _squashes(case, stretch, i) else x for i, x in enumerate(layers)]
        names = " and ".join(sorted({layers[index].name for index in worst}))
        yield Remark(
            "warning",
            place(stretch.at(worst[0])),
            f"{len(worst)} saturating activations ({names}) in a row leave about {slope:.2g} of "
            "the gradient for the first layer, less where they saturate: it hardly learns",
            "use ReLU() instead",
            {"layers": case.with_layers(stretch.at(0), len(layers), *changed)},
        )


def _starving(case: Case, stretch: Stretch) -> tuple[list[int], float]:
    """Activations in a row that leave too little of a gradient, and how much; none if they do not.

    A block's shortcut passes the whole gradient on, so each stretch is a row of its own.
    """
    slope = 1.0
    worst: list[int] = []
    for index, layer in enumerate(stretch.layers):
        if layer.normalizes:
            slope, worst = 1.0, []
        elif _squashes(case, stretch, index):
            slope *= layer.gradient_share
            worst.append(index)
        if worst and slope < LEAST_SLOPE:
            return worst, slope
    return [], slope


def _squashes(case: Case, stretch: Stretch, index: int) -> bool:
    """Whether a layer takes some of the gradient, as no output layer is meant to be changed."""
    return stretch.layers[index].gradient_share < 1 and stretch.at(index) != case.output


@rule("narrow-layer")
def narrow_layer(case: Case) -> Remarks:
    """The boundary of one layer in the plane is made of one straight or soft piece per unit."""
    facts, layers = case.facts, case.experiment.layers
    if facts is None or not facts.planar or not facts.classes or facts.shape != (2,):
        return
    if len(case.stretches) > 1 or len(case.network.weighted) != 2 or not case.bends:
        return
    first, second = case.network.weighted
    layer = layers[first]
    bends = [x for x in layers[first + 1 : second] if x.nonlinear and not x.normalizes]
    if not bends or not layer.dense or not layer.width:
        return
    least = LEAST_PLANAR_WIDTH if bends[0].kinks == 1 else LEAST_SMOOTH_WIDTH
    if layer.width >= least:
        return
    wider = layer.with_values(**{layer.width_parameter: LEAST_PLANAR_WIDTH})
    lines = plural(layer.width, "line")
    how = f"can fold the boundary along {lines} only, and about half of them begin where they are "
    how += "of no use"
    if bends[0].kinks != 1:
        how = (
            f"can bend the boundary along {lines} only, and round a region it takes three at least"
        )
    yield Remark(
        "warning",
        place((first,)),
        f"{plural(layer.width, f'{bends[0].name} unit')} {how}: a curved boundary is found for "
        "some seeds only",
        f"use {wider}",
        {"layers": case.with_layers((first,), 1, wider)},
    )


@rule("dropout-output")
def dropout_output(case: Case) -> Remarks:
    """Behind the last weights Dropout deletes answers, not features."""
    for address, layer in walk(case.experiment.layers):
        if layer.drops and len(address) == 1 and address > _last_weights(case):
            yield Remark(
                "warning",
                place(address),
                f"{layer} after the last layer with weights sets {layer.drops:.0%} of the outputs "
                "themselves to 0 while training: the loss is then that of answers never given",
                f"remove {layer}",
                {"layers": case.with_layers(address, 1)},
            )


@rule("dropout-rate")
def dropout_rate(case: Case) -> Remarks:
    """A rate of 0 does nothing; one far above 0.5 leaves too little to learn from."""
    for address, layer in walk(case.experiment.layers):
        if layer.drops is None:
            continue
        if layer.drops == 0:
            yield Remark(
                "info",
                place(address),
                f"{layer} drops nothing",
                f"remove {layer}",
                {"layers": case.with_layers(address, 1)},
            )
        elif layer.drops > MOST_DROPOUT and address < _last_weights(case):
            kept = 1 - layer.drops
            usual = type(layer)()
            yield Remark(
                "warning",
                place(address),
                f"{layer} keeps {kept:.0%} of the values and multiplies them by {1 / kept:.1f}: "
                "little is left to learn from",
                f"use {usual}",
                {"layers": case.with_layers(address, 1, usual)},
            )


def _last_weights(case: Case) -> Address:
    """Where the last layer with weights is, of those inside of no block; behind all without one."""
    weighted = case.network.weighted
    return (weighted[-1] if weighted else len(case.experiment.layers),)


RULES = (
    linear_collapse,
    hidden_softmax,
    saturating_chain,
    narrow_layer,
    dropout_output,
    dropout_rate,
)
