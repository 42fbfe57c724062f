"""Residual: the input added to what its layers make of it, as PyTorch would compute it."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engine.errors import BadExperiment
from engine.parts.layers import Layer, modules
from engine.parts.layers.activation import ReLU
from engine.parts.layers.address import (
    at,
    module_name,
    outermost,
    place,
    spliced,
    walk,
    weight_names,
)
from engine.parts.layers.convolution import Conv2d
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.layers.normalization import BatchNorm2d
from engine.parts.layers.residual import Residual
from engine.parts.shapes import Shape, ShapeError
from engine.spec.chain import every, links
from engine.spec.experiment_reader import from_raw
from engine.training.model import build_model
from tests.engine.spec.strategies import blocks, shapes
from tests.thoroughness import examples

RAW: dict[str, object] = {
    "data": "circle(samples=20)",
    "layers": ["Linear(16)", "Residual([Linear(16), ReLU(), Linear(16)])", "Linear(1)"],
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "SGD(lr=0.1)",
}
NESTED = (
    Linear(4),
    Residual((Linear(4), Residual((ReLU(), Linear(2)), shortcut="projection"), Linear(4))),
)


def test_the_input_is_added() -> None:
    """x + f(x), the layers in order; with a projection Px + f(x)."""
    x = torch.randn(3, 4)
    plain = Residual((Linear(4), ReLU())).build((4,))
    assert torch.equal(plain(x), x + plain.get_submodule("layers")(x))
    projected = Residual((Linear(2),), shortcut="projection").build((4,))
    weight = projected.get_parameter("shortcut.weight")
    linear = projected.get_submodule("layers.0")
    assert torch.equal(projected(x), linear(x) + nn.functional.linear(x, weight))


@pytest.mark.parametrize(
    ("shape", "block", "stride"),
    [
        ((2, 8, 8), Conv2d(4, 3, stride=2, padding=1), (2, 2)),
        ((2, 7, 9), Conv2d(4, 3, stride=(1, 2), padding=1), (1, 2)),
        ((2, 5, 5), Conv2d(4, 5), (5, 5)),
        ((2, 1, 3), Conv2d(2, 1), (1, 1)),
    ],
)
def test_a_projection_of_images_steps_as_far_as_the_layers(
    shape: Shape, block: Layer, stride: tuple[int, int]
) -> None:
    """It is a 1×1 convolution that meets as many places as the layers inside give."""
    layer = Residual((block,), shortcut="projection")
    shortcut = layer.build(shape).get_submodule("shortcut")
    assert isinstance(shortcut, nn.Conv2d)
    assert (shortcut.kernel_size, shortcut.stride, shortcut.bias) == ((1, 1), stride, None)
    assert layer.output_shape(shape) == block.output_shape(shape)


@settings(max_examples=examples(80), deadline=None)
@given(data=st.data(), shape=shapes())
def test_shape_parameters_and_code_are_those_of_the_module(
    data: st.DataObject, shape: Shape
) -> None:
    """Whatever is inside, blocks too, and the printed expression builds the same module."""
    block = data.draw(blocks(shape))
    module = block.build(shape)
    printed = eval(block.code(shape), vars(modules))
    assert repr(printed) == repr(module)
    assert sum(p.numel() for p in module.parameters()) == block.num_parameters(shape)
    with torch.no_grad():
        assert tuple(module(torch.zeros(2, *shape)).shape[1:]) == block.output_shape(shape)


def test_addresses_name_modules() -> None:
    """A layer's address leads to its module in the network, and to its weights by name."""
    model = build_model(NESTED, (3,))
    found = {address: str(layer) for address, layer in walk(NESTED)}
    assert list(found) == [(0,), (1,), (1, 0), (1, 1), (1, 1, 0), (1, 1, 1), (1, 2)]
    assert place((1, 1, 0)) == "layers[1][1][0]"
    assert [outermost(address) for address in ((1, 1, 0), (0,), ())] == ["1", "0", ""]
    assert isinstance(model.get_submodule(module_name((1, 1, 0))), nn.ReLU)
    assert weight_names(NESTED) == (
        "0.weight",
        "1.layers.0.weight",
        "1.layers.1.shortcut.weight",
        "1.layers.1.layers.1.weight",
        "1.layers.2.weight",
    )
    assert all(model.get_parameter(name).dim() == 2 for name in weight_names(NESTED))


def test_layers_inside_are_replaced() -> None:
    """What is changed is one layer; what it was changed in is left as it was."""
    changed = spliced(NESTED, (1, 1, 0), 1, Linear(3), ReLU())
    assert [str(at(changed, (1, 1, index))) for index in range(3)] == [
        "Linear(3)",
        "ReLU()",
        "Linear(2)",
    ]
    assert len(NESTED[1].inside[1].inside) == 2
    assert spliced(changed, (1, 1, 0), 2, ReLU()) == NESTED


def test_links_inside_of_blocks() -> None:
    """Each has its address and shapes; a block's parameters are all that it holds."""
    problems: list[object] = []
    chain = links(NESTED, (3,), [])
    assert problems == []
    assert [(k.address, k.input_shape, k.output_shape, k.num_parameters) for k in every(chain)] == [
        ((0,), (3,), (4,), 16),
        ((1,), (4,), (4,), 20 + 18 + 12),
        ((1, 0), (4,), (4,), 20),
        ((1, 1), (4,), (2,), 10 + 8),
        ((1, 1, 0), (4,), (4,), 0),
        ((1, 1, 1), (4,), (2,), 10),
        ((1, 2), (2,), (4,), 12),
    ]
    assert [k.own_parameters for k in chain] == [16, 0]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            "Residual([Linear(16), ReLU(), Linear(8)])",
            "layers[1]: Residual([…]) adds its input, 16, to what its layers make of it, 8, which "
            'has another shape: write shortcut="projection", or end it with Linear(16)',
        ),
        (
            "Residual([Linear(16), Relu()])",
            'layers[1][1]: unknown layer "Relu": did you mean ReLU?',
        ),
        (
            "Residual([Linear(16), Conv2d(3, 3)])",
            "layers[1][1]: Conv2d(3, 3) takes images (channels×height×width) but gets 16: leave it "
            "out, or use data with images",
        ),
        (
            "Residual([Residual([Linear(0)])])",
            "layers[1][0][0].out_features: 0 is not accepted: give a whole number, at least 1 and "
            "at most 1,000,000",
        ),
        (
            "Residual(['Linear(16)'])",
            "layers[1][0]: 'Linear(16)' is not a call, like Name(argument): write Linear(16) "
            "without quotes",
        ),
        ("Residual([3])", "layers[1][0]: 3 is not a call, like Name(argument)"),
        ("Residual(16)", "layers[1]: 16 is not a list of calls, like [Name(argument)]"),
        (
            "Residual([])",
            "layers[1]: Residual([]): there is no layer inside: give one or more, like [ReLU()]",
        ),
        (
            "Residual()",
            "layers[1]: Residual needs layers: a list (a layer each) (the block's layers in order, "
            "each a call)",
        ),
    ],
)
def test_a_mistake_inside_is_told_with_its_place(block: str, message: str) -> None:
    """The index of each block on the way, the shapes and what would be right."""
    with pytest.raises(BadExperiment) as caught:
        from_raw({**RAW, "layers": ["Linear(16)", block, "Linear(1)"]})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("shape", "layers"),
    [
        ((2, 8, 8), (Conv2d(2, 3, padding=1), Flatten())),
        ((2, 8, 8), (Conv2d(2, 3, padding=2),)),
        ((2, 8, 8), (Conv2d(2, 2),)),
    ],
)
def test_no_projection_leads_there(shape: Shape, layers: tuple[Layer, ...]) -> None:
    """To a row, to a larger image, or to one whose size no step gives, by no 1×1 convolution."""
    with pytest.raises(ShapeError, match=r"Residual\(\[…\], shortcut=\"projection\"\): no projec"):
        Residual(layers, shortcut="projection").output_shape(shape)


def test_more_layers_than_are_taken_count_inside_too() -> None:
    """A block of layers is as many as it holds, and itself."""
    block = f"Residual([{', '.join(['ReLU()'] * 500)}])"
    with pytest.raises(BadExperiment, match="there are 1,003 layers, more than the 1,000"):
        from_raw({**RAW, "layers": [block, block, "Linear(1)"]})


def test_normalization_inside_meets_its_own_shape() -> None:
    """A block's layers are built one after the other, each for what the one before gives."""
    module = Residual((Conv2d(5, 3, padding=1), BatchNorm2d(), Conv2d(2, 1))).build((2, 4, 4))
    norm = module.get_submodule("layers.1")
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.num_features == 5
