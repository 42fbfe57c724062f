"""Places where so few numbers pass that what is behind them has nothing to learn from."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, figure, plural, rule
from engine.parts.layers.address import place, walk
from engine.spec.chain import every

WIDENED = 32
"""Units that a repair gives a layer at most, where those behind it are wider."""
LEAST_LEFT = 4.0
"""Units that must be left on the mean: of fewer, now and then none is."""
MOST_OF_INPUTS = 0.5
"""Share of few inputs that may not be dropped: of the moons' two, 0.2 costs nothing, 0.5 much."""


@rule("one-unit-bottleneck")
def one_unit_bottleneck(case: Case) -> Remarks:
    """What passes through one unit is one number: the layers behind it can only bend a line.

    Behind a ReLU it is zero for half of the samples, and those cannot be told from one another
    (blog.51cto.com/u_87851/7627358). What goes around it in a block is not lost.
    """
    layers, dense = case.experiment.layers, case.network.weighted
    for position, index in enumerate(dense):
        layer = layers[index]
        behind = [one for one in dense[position + 1 :] if (layers[one].width or 0) > 1]
        if not layer.dense or layer.width != 1 or not behind:
            continue
        wide = layers[behind[0]]
        width = min(wide.width or 0, WIDENED)
        other = layer.with_values(**{layer.width_parameter: width})
        yield Remark(
            "warning",
            place((index,)),
            f"{layer} lets one number of each sample pass: {plural(wide.width or 0, 'unit')} of "
            f"{wide} behind it have nothing else to tell samples apart by",
            f"use {other}",
            {"layers": case.with_layers((index,), 1, other)},
        )


@rule("dropout-leaves-few")
def dropout_leaves_few(case: Case) -> Remarks:
    """Dropout thins out a crowd; of a handful too little is left in some steps, or nothing.

    Its authors give layers n/p units for that reason (Srivastava et al. 2014, appendix A.1).
    """
    first = next((at for at, layer in walk(case.experiment.layers) if layer.weights), ())
    for link in every(case.chain):
        layer, count = link.layer, link.layer.num_dropped(link.input_shape)
        left = count * (1 - (layer.drops or 0.0))
        if not layer.drops or left >= LEAST_LEFT or link.address > case.last_weights:
            continue
        if link.address < first and layer.drops < MOST_OF_INPUTS:
            continue
        yield Remark(
            "warning",
            place(link.address),
            f"{layer} leaves {figure(left)} of {plural(count, 'value')} on the mean, and none at "
            f"all in {layer.drops**count:.0%} of cases: what is behind it learns from gaps",
            f"remove {layer}",
            {"layers": case.with_layers(link.address, 1)},
        )


RULES = (one_unit_bottleneck, dropout_leaves_few)
