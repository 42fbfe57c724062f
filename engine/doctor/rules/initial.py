"""What the weights are before the first step."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, plural, rule
from engine.parts.layers.address import place


@rule("equal-weights")
def equal_weights(case: Case) -> Remarks:
    """Units that begin alike get the same gradient and stay alike (Goodfellow et al. 2016, 8.4;
    stats.SE 294332, community.deeplearning.ai 121049). The last layer of a network or a block may:
    its units have targets of their own."""
    for stretch in case.stretches:
        for index in stretch.weighted[:-1]:
            layer = stretch.layers[index]
            if not layer.starts_equal or (layer.width or 0) < 2:
                continue
            other = layer.with_values(init="default", init_scale=None)
            yield Remark(
                "error",
                place(stretch.at(index)),
                f"all weights of {layer} begin as the same number, so its "
                f"{plural(layer.width or 0, 'unit')} begin alike and learn alike: they do no more "
                "than one",
                f"use {other}",
                {"layers": case.with_layers(stretch.at(index), 1, other)},
            )


RULES = (equal_weights,)
