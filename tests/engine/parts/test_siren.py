"""Sine: the layer of SIREN, with the first weights that its authors give it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.parts.layers import Layer, modules
from engine.parts.layers.dense import Linear
from engine.parts.layers.siren import Sine
from engine.parts.shapes import Shape, ShapeError, Steps


@pytest.mark.parametrize("layer", [Sine(4), Sine(4, omega=3.0, first=True)], ids=str)
@pytest.mark.parametrize("shape", [(5,), Steps((2, 5))])
def test_it_is_the_sine_of_a_linear_layer(layer: Sine, shape: Shape) -> None:
    """omega times the sum goes into the sine; shape, parameters and printed code agree."""
    module = layer.build(shape)
    x = torch.randn(3, *shape)
    linear = nn.Linear(5, 4)
    linear.load_state_dict(module.state_dict())
    with torch.no_grad():
        assert torch.equal(module(x), torch.sin(layer.omega * linear(x)))
        assert module(x).shape[1:] == layer.output_shape(shape)
    assert sum(p.numel() for p in module.parameters()) == layer.num_parameters(shape) == 24
    printed = eval(layer.code(shape), vars(modules))
    assert repr(printed) == repr(module)
    assert printed.omega == layer.omega


def test_its_first_weights_are_those_of_the_paper() -> None:
    """Even between ±sqrt(6/n)/omega, of the first layer between ±1/n: Sitzmann et al. 2020."""
    for layer, most in (
        (Sine(500, omega=10.0), (6 / 24) ** 0.5 / 10),
        (Sine(500, first=True), 1 / 24),
    ):
        torch.manual_seed(0)
        weights = layer.build((24,)).get_parameter("weight")
        assert weights.abs().max().item() == pytest.approx(most, rel=1e-3)
        assert weights.abs().max().item() <= most
        assert weights.std().item() == pytest.approx(most / 3**0.5, rel=0.01)


def test_a_shape_that_does_not_fit_is_told() -> None:
    """Pictures are to be laid out first, as for Linear."""
    layer: Layer
    for layer in (Sine(3), Linear(3)):
        with pytest.raises(ShapeError, match="put Flatten"):
            layer.output_shape((3, 4, 4))
