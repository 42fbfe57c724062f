"""Facts on the parts: what they declare is true, and one that declares nothing is welcome."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn, optim

from engine.doctor.examination import examine, wants_statistics
from engine.parts.component import Component
from engine.parts.layers import Layer
from engine.parts.layers.address import weight_names
from engine.parts.layers.base import UNBOUNDED
from engine.parts.layers.convolution import Conv2d
from engine.parts.layers.dense import Linear
from engine.parts.losses import Loss
from engine.parts.optimizers import Optimizer
from engine.training.model import build_model
from tests.engine.doctor.cases import experiment, layers
from tests.engine.spec.strategies import components, fits, members, shapes
from tests.engine.training.tiny import small, trained
from tests.thoroughness import examples

_SATURATING = [
    cls
    for cls in Layer.members().values()
    if issubclass(cls, Layer) and cls.slope is not Layer.slope
]


def _outputs(layer: Layer, inputs: torch.Tensor) -> torch.Tensor:
    module = layer.build(tuple(inputs.shape[1:])).eval()
    outputs: torch.Tensor = module(inputs)
    return outputs


@settings(max_examples=examples(200), deadline=None)
@given(layer=components(Layer), shape=shapes(), seed=st.integers(0, 1000))
def test_outputs_lie_in_the_declared_range(layer: Layer, shape: tuple[int, ...], seed: int) -> None:
    """Whatever goes in, large and small numbers among it."""
    assume(fits(layer, shape))
    torch.manual_seed(seed)
    outputs = _outputs(layer, torch.randn(4, *shape) * 10 ** torch.empty(4, *shape).uniform_(-2, 2))
    assume(not outputs.isnan().any())  # of a norm over one value, where eps is 0 in float32
    lowest, highest = layer.output_range
    assert bool((outputs >= lowest - 1e-4).all())
    assert bool((outputs <= highest + 1e-4).all())


@pytest.mark.parametrize("name", list(Layer.members()))
def test_a_declared_range_is_no_wider_than_it_must_be(name: str) -> None:
    """An activation reaches every finite end of its range, or comes as close as one likes."""
    layer = Layer.members()[name]
    assert issubclass(layer, Layer)
    if any(declaration.required for _, declaration in layer.parameters().values()):
        return
    lowest, highest = layer().output_range
    if (lowest, highest) == UNBOUNDED:
        return
    points = torch.linspace(-1000, 1000, 400_001)[:, None]
    if layer().meaning in ("probabilities", "log-probabilities"):
        points = torch.cat([points, torch.zeros_like(points)], 1)
    outputs = _outputs(layer(), points)
    for end, reached in ((lowest, outputs.min().item()), (highest, outputs.max().item())):
        assert math.isinf(end) or reached == pytest.approx(end, abs=2e-3)


@settings(max_examples=examples(60), deadline=None)
@given(layer=st.sampled_from(_SATURATING).flatmap(members))
def test_a_slope_is_that_of_the_curve(layer: Layer) -> None:
    """Where a layer says how steep it is, autograd says the same, up to one factor."""
    points = torch.linspace(-4, 4, 41)[:, None].double().requires_grad_()
    outputs = layer.build((1,)).double()(points)
    (true,) = torch.autograd.grad(outputs.sum(), points)
    steepest = layer_steepest(layer)
    assume(true.max() > 0 and steepest > 0)  # else its range lies between two points of a grid
    said = layer.slope(outputs.detach())
    assert said is not None
    kinked = (outputs == layer.output_range[0]) | (outputs == layer.output_range[1])
    inside = ~kinked[:, 0]
    assert torch.allclose(said[inside], (true / steepest)[inside], atol=1e-6)
    assert bool((said[~inside].abs() <= 1e-6).all())


def layer_steepest(layer: Layer) -> float:
    """The steepest slope, found on a fine grid about 0."""
    points = torch.linspace(-4, 4, 8001)[:, None].double().requires_grad_()
    (slopes,) = torch.autograd.grad(layer.build((1,)).double()(points).sum(), points)
    return slopes.max().item()


@settings(max_examples=examples(100), deadline=None)
@given(layer=components(Layer), shape=shapes())
def test_weights_are_parameters_of_the_module(layer: Layer, shape: tuple[int, ...]) -> None:
    """Each name is one of the module's, with two dimensions or more, and the width its first."""
    assume(fits(layer, shape))
    module = layer.build(shape)
    for name in layer.weights:
        assert module.get_parameter(name).dim() >= 2
    if layer.width is not None:
        assert layer.output_shape(shape)[0] == layer.width


def test_weights_are_named_as_in_the_network() -> None:
    """The names lead to the network's own parameters, whatever stands between them."""
    chain = (Conv2d(3, 2), Layer.members()["Flatten"](), Linear(4), Linear(2))
    assert all(isinstance(layer, Layer) for layer in chain)
    names = weight_names([layer for layer in chain if isinstance(layer, Layer)])
    assert names == ("0.weight", "2.weight", "3.weight")
    model = build_model([layer for layer in chain if isinstance(layer, Layer)], (1, 4, 4))
    assert [tuple(model.get_parameter(name).shape) for name in names] == [
        (3, 1, 2, 2),
        (4, 27),
        (2, 4),
    ]


class _Forgotten:
    """Takes parts out of the catalogue that only a test puts there."""

    def __init__(self, *parts: type[Component]) -> None:
        self._parts = parts

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        for part in self._parts:
            Component._registry[part.family].pop(part.name, None)


@pytest.fixture
def strangers() -> Iterator[None]:
    """A layer, a loss and an optimizer that declare nothing but how they are built."""

    class Cube(Layer):
        """The third power."""

        def build(self, shape: tuple[int, ...]) -> nn.Module:
            return nn.Hardshrink()

    class QuarticLoss(Loss):
        """An unheard-of loss."""

        def build(self, class_weights: torch.Tensor | None = None) -> nn.Module:
            return nn.SmoothL1Loss()

    class Rprop(Optimizer):
        """Steps that only the signs of the gradients decide."""

        def build(self, parameters: Iterable[nn.Parameter]) -> optim.Optimizer:
            return optim.Rprop(parameters, lr=self.lr)

    with _Forgotten(Cube, QuarticLoss, Rprop):
        yield


@pytest.mark.usefixtures("strangers")
def test_a_part_that_declares_nothing_trains_and_is_examined() -> None:
    """Neither the doctor nor a training knows of such parts, and both do what they can."""
    one = {"loss": "QuarticLoss()", "optimizer": "Rprop(lr=50.0)"}
    sick = experiment(one, layers("Linear(8)", "Cube()", "Linear(1)", "Cube()"))
    assert not any(found.code == "rule-failed" for found in examine(sick))
    assert not any(found.place.startswith("optimizer") for found in examine(sick))
    assert wants_statistics(sick) is False
    trainer, _ = trained(small(**one, layers=["Linear(3)", "Cube()", "Linear(1)"], epochs=2))
    assert trainer.reason == "completed"
