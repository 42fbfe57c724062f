"""Convolutions: whether their arguments stand where they were meant to."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.misfit_steps import meant_with_inputs
from engine.doctor.rule import Remark, Remarks, plural, rule
from engine.parts.layers.address import place
from engine.spec.chain import every

LEAST_STRIDE = 3
"""Steps from which nobody takes a filter that gives as many channels as come in: steps of 2 halve a
picture in many a network, and 3 is the filter that PyTorch's third argument mostly asks for."""


@rule("input-channels-first")
def input_channels_first(case: Case) -> Remarks:
    """PyTorch's Conv2d begins with the channels that come in; here they follow from the data
    (pytorch.org/docs/stable/generated/torch.nn.Conv2d.html)."""
    for link in every(case.chain):
        meant = meant_with_inputs(link.layer, link.input_shape)
        if meant is None or link.layer.values()["stride"] < LEAST_STRIDE:
            continue
        values = link.layer.values()
        yield Remark(
            "warning",
            place(link.address),
            f"{link.layer.brief} is {plural(values['out_channels'], 'filter')} of size "
            f"{values['kernel_size']} in steps of {values['stride']}; it looks like PyTorch's "
            "order, which begins with the channels that come in: here they follow from the data",
            f"use {meant}",
            {"layers": case.with_layers(link.address, 1, meant)},
        )


RULES = (input_channels_first,)
