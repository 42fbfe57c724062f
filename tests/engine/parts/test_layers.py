"""Layers: their shape rules, parameter counts and code are PyTorch's own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from engine.parts.layers import Layer
from engine.parts.layers.activation import GLU, Hardtanh, LeakyReLU, PReLU, ReLU, Softmax
from engine.parts.layers.block import Block
from engine.parts.layers.convolution import Border, Conv1d, Conv2d, ConvTranspose2d
from engine.parts.layers.dense import Dropout, Dropout2d, Flatten, Linear
from engine.parts.layers.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    GroupNorm,
    InstanceNorm2d,
    LayerNorm,
)
from engine.parts.layers.pooling import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AvgPool1d,
    AvgPool2d,
    MaxPool1d,
    MaxPool2d,
)
from engine.parts.layers.resizing import Upsample, ZeroPad2d
from engine.parts.shapes import MAX_ELEMENTS, Shape, ShapeError
from tests.engine.spec.strategies import chains, fits, members, shapes
from tests.thoroughness import examples

# fmt: off
_NAMES = [
    "Linear", "Conv1d", "Conv2d", "ConvTranspose2d", "MaxPool1d", "MaxPool2d", "AvgPool1d",
    "AvgPool2d", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "Upsample", "ZeroPad2d", "Flatten",
    "Dropout", "Dropout2d", "BatchNorm1d", "BatchNorm2d", "InstanceNorm2d", "GroupNorm",
    "LayerNorm", "ReLU", "ReLU6", "LeakyReLU", "PReLU", "ELU", "SELU", "CELU", "GELU", "GLU",
    "SiLU", "Mish", "Hardswish", "Tanh", "Hardtanh", "Softsign", "Sigmoid", "Softplus", "Softmax",
    "LogSoftmax", "Identity",
]
# fmt: on
_IMAGE_LAYERS = (
    Conv2d,
    ConvTranspose2d,
    MaxPool2d,
    AvgPool2d,
    AdaptiveAvgPool2d,
    BatchNorm2d,
    InstanceNorm2d,
    ZeroPad2d,
    Dropout2d,
)
_SEQUENCE_LAYERS = (Conv1d, MaxPool1d, AvgPool1d, AdaptiveAvgPool1d)
_GIVEN: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("Conv1d", "Conv2d", "ConvTranspose2d"), (2, 3)),
    **dict.fromkeys(("Linear",), (3,)),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d"), (2,)),
    **dict.fromkeys(("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "ZeroPad2d", "GroupNorm"), (2,)),
    "Upsample": (2,),
}
"""What has no default, or must be given."""


def _input(cls: type[Layer], size: int) -> Shape:
    """An input of the kind that a layer takes."""
    if cls in _IMAGE_LAYERS:
        return (4, size, size)
    return (4, size) if cls in _SEQUENCE_LAYERS or cls is Upsample else (4,)


def _placed(name: str) -> st.SearchStrategy[tuple[Layer, Shape]]:
    """A layer of this name and an input shape of the kind that it takes."""
    cls = Layer.members()[name]
    assert issubclass(cls, Layer)
    size = st.integers(5, 9)
    images = st.tuples(st.sampled_from([2, 4]), size, size)
    sequences = st.tuples(st.sampled_from([2, 4]), size)
    given: dict[str, st.SearchStrategy[Any]] = {}
    if "groups" in cls.parameters():
        given["groups"] = st.integers(1, 2)
    if cls is Upsample:
        given = {"size": st.none(), "scale_factor": st.floats(0.3, 3.0), "align_corners": st.none()}
        return st.tuples(members(cls, mode=st.just("nearest"), **given), sequences) | st.tuples(
            members(cls, mode=st.sampled_from(["nearest-exact", "bilinear", "bicubic"]), **given),
            images,
        )
    made: st.SearchStrategy[Layer] = members(cls, **given)
    if cls in _IMAGE_LAYERS:
        return st.tuples(made, images)
    return st.tuples(made, sequences if cls in _SEQUENCE_LAYERS else shapes())


def _torch_facts(module: nn.Module, shape: Shape) -> tuple[Shape, int]:
    """The output shape for a batch of two while training, and the number of parameters."""
    with torch.no_grad():
        outputs = module(torch.zeros(2, *shape))
    return tuple(outputs.shape[1:]), sum(p.numel() for p in module.parameters())


def test_the_family_is_complete() -> None:
    """There are the layers that are compared with PyTorch's here, and blocks made of them."""
    blocks = [name for name, cls in Layer.members().items() if issubclass(cls, Block)]
    of_sequences = ["Embedding", "PositionalEmbedding", "SelfAttention", "MeanPool"]
    of_sequences += ["RNN", "GRU", "LSTM"]
    waves = ["Sine"]  # its tests are in test_siren.py
    published = ["Pretrained"]  # its tests are in tests/engine/training/test_pretrained.py
    assert sorted(Layer.members()) == sorted([*_NAMES, *of_sequences, *waves, *blocks, *published])
    assert blocks == ["Residual"]  # their tests are in test_residual.py
    # Those of sequences are in test_sequence_layers.py.


@pytest.mark.parametrize("name", _NAMES)
@settings(max_examples=examples(25), deadline=None)
@given(data=st.data())
def test_shape_and_parameters_are_those_of_torch(name: str, data: st.DataObject) -> None:
    """A layer that fits makes the output shape and the parameters that PyTorch makes."""
    layer, shape = data.draw(_placed(name))
    assume(fits(layer, shape))
    module = layer.build(shape)
    expected = (layer.output_shape(shape), layer.num_parameters(shape))
    assert _torch_facts(module, shape) == expected


@pytest.mark.parametrize("name", _NAMES)
@settings(max_examples=examples(25), deadline=None)
@given(data=st.data())
def test_code_builds_the_same_module(name: str, data: st.DataObject) -> None:
    """The printed expression, evaluated, is the module that build makes."""
    layer, shape = data.draw(_placed(name))
    assume(fits(layer, shape))
    printed = eval(layer.code(shape), {"nn": nn})
    assert repr(printed) == repr(layer.build(shape))
    assert {k: v.shape for k, v in printed.state_dict().items()} == {
        k: v.shape for k, v in layer.build(shape).state_dict().items()
    }


@pytest.mark.parametrize("cls", [*_IMAGE_LAYERS, *_SEQUENCE_LAYERS, GroupNorm, GLU, Upsample])
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_what_a_shape_rule_refuses_torch_refuses(cls: type[Layer], data: st.DataObject) -> None:
    """A layer refuses a shape of its kind exactly when PyTorch's module can't take it."""
    size = st.integers(1, 6)
    kinds = {2: st.tuples(size, size), 3: st.tuples(size, size, size)}
    layer = data.draw(members(cls))
    shape = data.draw(kinds[3 if cls in _IMAGE_LAYERS else 2])
    if cls is GLU:
        assume(layer.values()["dim"] not in (0, -3))  # PyTorch would mix the samples of a batch
    try:
        layer.output_shape(shape)
        accepted = True
    except ShapeError:
        accepted = False
    try:
        found, _ = _torch_facts(layer.build(shape), shape)
        possible = min(found) > 0  # a dilated ConvTranspose2d gives an empty picture
    except (RuntimeError, ValueError):
        possible = False
    assert accepted == possible


@settings(max_examples=examples(40), deadline=None)
@given(data=st.data())
def test_a_chain_is_inferred_as_torch_runs_it(data: st.DataObject) -> None:
    """The shapes handed from layer to layer end where PyTorch's chain ends."""
    shape = data.draw(shapes())
    chain = data.draw(chains(shape))
    modules, num_parameters, inferred = [], 0, shape
    for layer in chain:
        modules.append(layer.build(inferred))
        num_parameters += layer.num_parameters(inferred)
        inferred = layer.output_shape(inferred)
    assert _torch_facts(nn.Sequential(*modules), shape) == (inferred, num_parameters)


@pytest.mark.parametrize("name", _NAMES)
def test_defaults_are_those_of_torch(name: str) -> None:
    """A layer with nothing optional given is PyTorch's module with nothing optional given."""
    cls = Layer.members()[name]
    assert issubclass(cls, Layer)
    arguments = _GIVEN.get(name, ())
    shape = _input(cls, 5)
    layer = cls(*arguments)
    given = zip(cls.parameters(), arguments, strict=False)
    passed = tuple(value for name, value in given if name not in cls.unpassed)
    own_default = {"Softmax": (1,), "LogSoftmax": (1,)}  # torch's is a deprecated guess
    theirs = getattr(nn, name)(*layer.sizes(shape), *own_default.get(name, passed))
    built = layer.build(shape)
    assert repr(built) == repr(theirs)
    plain = {k: v for k, v in vars(theirs).items() if not k.startswith("_")}
    assert {k: v for k, v in vars(built).items() if k in plain} == plain


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (
            Linear(4),
            (1, 28, 28),
            "Linear(4) takes one row of features but gets 1×28×28: put Flatten() before it",
        ),
        (
            Conv2d(8, 3),
            (64,),
            "Conv2d(8, 3) takes images (channels×height×width) but gets 64: "
            "leave it out, or use data with images",
        ),
        (
            Conv2d(8, 5),
            (1, 4, 4),
            "Conv2d(8, 5): its 5×5 filter does not fit into 1×4×4: "
            "use a smaller kernel_size or a padding",
        ),
        (
            Conv2d(8, 1, groups=2),
            (3, 4, 4),
            "Conv2d(8, 1, groups=2): 3 channels are not divisible by its groups",
        ),
        (
            MaxPool2d(5),
            (1, 4, 4),
            "MaxPool2d(5): its 5×5 window does not fit into 1×4×4: "
            "use a smaller kernel_size or leave it out",
        ),
        (BatchNorm2d(), (4,), "BatchNorm2d() takes images but gets 4 features: use BatchNorm1d()"),
        (
            BatchNorm1d(),
            (1, 4, 4),
            "BatchNorm1d() takes rows of features but gets 1×4×4: "
            "use BatchNorm2d() for images, or put Flatten() before it",
        ),
        (Softmax(2), (4,), "Softmax(dim=2) does not fit 4: its dimensions are 1 to 1: use dim=1"),
        (Softmax(0), (4,), "Softmax(dim=0) would mix the samples of a batch: use dim=1"),
        (
            Flatten(0),
            (4,),
            "Flatten(start_dim=0) would mix the samples of a batch: use start_dim=1",
        ),
        (
            Flatten(2),
            (4,),
            "Flatten(start_dim=2) does not fit 4: its dimensions are 1 to 1: use Flatten()",
        ),
        (
            Conv1d(8, 3),
            (1, 4, 4),
            "Conv1d(8, 3) takes sequences (channels×length) but gets 1×4×4: "
            "put Flatten(2) before it",
        ),
        (
            AdaptiveAvgPool1d(2),
            (4,),
            "AdaptiveAvgPool1d(2) takes sequences (channels×length) but gets 4: leave it out",
        ),
        (
            GroupNorm(3),
            (4, 5, 5),
            "GroupNorm(3): 4 channels can't be parted into so many groups",
        ),
        (
            InstanceNorm2d(),
            (4, 1, 1),
            "InstanceNorm2d() has a single value per channel of 4×1×1 to normalize: leave it out",
        ),
        (
            GLU(),
            (3,),
            "GLU() halves a dimension, but that of 3 has 3: make it even",
        ),
        (
            Upsample(scale_factor=2.0, mode="linear"),
            (1, 4, 4),
            'Upsample(scale_factor=2.0, mode="linear"): an image is made larger by nearest, '
            "nearest-exact, bilinear, bicubic",
        ),
        (
            Upsample(scale_factor=2.0),
            (4,),
            "Upsample(scale_factor=2.0) takes images or sequences but gets 4: leave it out",
        ),
        (
            ConvTranspose2d(2, 1, padding=3),
            (1, 4, 4),
            "ConvTranspose2d(2, 1, padding=3): its padding leaves nothing of 1×4×4: "
            "use a smaller padding",
        ),
        (
            Linear(1_000_000),
            (10_000,),
            "Linear(1000000) on 10000 inputs would need 10,001,000,000 parameters: "
            "give it fewer outputs",
        ),
    ],
)
def test_a_misfit_names_the_layer_the_shape_and_the_repair(
    layer: Layer, shape: Shape, message: str
) -> None:
    """A shape that does not fit is told with the layer, what it gets, and what would help."""
    with pytest.raises(ShapeError) as caught:
        layer.output_shape(shape)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("layer", "complaint"),
    [
        (Conv2d(8, 3, stride=2, padding="same"), 'padding="same" needs stride=1'),
        (Conv2d(8, 3, groups=3), "out_channels=8 is not divisible by groups=3"),
        (MaxPool2d(2, padding=2), "padding may be at most half of kernel_size"),
        (AvgPool2d((3, 2), padding=(1, 2)), "padding may be at most half of kernel_size"),
        (MaxPool2d(2, padding=1), ""),
        (Conv1d(8, 3, groups=3), "out_channels=8 is not divisible by groups=3"),
        (
            ConvTranspose2d(8, 3, stride=2, output_padding=2),
            "output_padding must be smaller than stride or dilation",
        ),
        (Hardtanh(1.0, 1.0), "min_val must be below max_val"),
        (Upsample(), "give either size or scale_factor"),
        (Upsample(size=4, scale_factor=2.0), "give either size or scale_factor"),
        (
            Upsample(size=4, align_corners=True),
            "align_corners is for linear, bilinear, bicubic",
        ),
        (LayerNorm(), ""),
    ],
)
def test_arguments_that_contradict_each_other_are_named(layer: Layer, complaint: str) -> None:
    """A layer says which of its own arguments can't go together."""
    assert layer.complaint() == complaint


def test_a_layer_is_written_as_its_shortest_call() -> None:
    """What is required stands first, without its name; defaults are left out."""
    assert str(Conv2d(8, (3, 5), padding="same")) == 'Conv2d(8, [3, 5], padding="same")'
    assert [str(one) for one in (Linear(4), ReLU(), Dropout(0.1), LeakyReLU(0.2))] == [
        "Linear(4)",
        "ReLU()",
        "Dropout(p=0.1)",
        "LeakyReLU(negative_slope=0.2)",
    ]


def test_the_code_keeps_what_a_reader_should_see() -> None:
    """Softmax shows its dimension, LayerNorm its shape, a kernel its two sizes."""
    assert Softmax().code((4,)) == "nn.Softmax(dim=1)"
    assert LayerNorm().code((4,)) == "nn.LayerNorm((4,))"
    assert Conv2d(8, (3, 5)).code((1, 9, 9)) == "nn.Conv2d(1, 8, (3, 5))"
    assert Linear(5, bias=False).code((2,)) == "nn.Linear(2, 5, bias=False)"
    assert GroupNorm(2).code((4, 5, 5)) == "nn.GroupNorm(2, 4)"
    assert PReLU(init=0.1).code((4,)) == "nn.PReLU(init=0.1)"
    assert PReLU(per_channel=True).code((4,)) == "nn.PReLU(4)"


def test_absurd_sizes_are_refused_untried() -> None:
    """More parameters than a tensor can index are refused by arithmetic alone."""
    with pytest.raises(ShapeError, match="too many"):
        Conv2d(100_000, 1024).output_shape((3, 2000, 2000))
    assert Linear(1_000_000).num_parameters((2000,)) < MAX_ELEMENTS


@pytest.mark.parametrize("name", _NAMES)
@settings(max_examples=examples(10), deadline=None)
@given(data=st.data())
def test_a_steady_layer_trains_as_it_evaluates(name: str, data: st.DataObject) -> None:
    """What says that it is steady has the same bits both ways, and draws no random number."""
    layer, shape = data.draw(_placed(name))
    assume(fits(layer, shape))
    unsteady = ("Dropout", "Dropout2d", "BatchNorm1d", "BatchNorm2d", "InstanceNorm2d")
    assert layer.steady == (name not in unsteady)
    if layer.steady:
        module = layer.build(shape)
        inputs, before = torch.randn(3, *shape), torch.get_rng_state()
        with torch.no_grad():
            trained, evaluated = module.train()(inputs), module.eval()(inputs)
        assert torch.equal(trained.nan_to_num(), evaluated.nan_to_num())
        assert torch.equal(torch.get_rng_state(), before)


def test_a_kernel_lies_over_what_its_border_is_made_of() -> None:
    """The inputs of the number in a corner, by what padding_mode says stands beyond it."""
    beyond: dict[Border, list[int | None]] = {
        "zeros": [None, None, None, None, 0, 1, None, 3, 4],
        "reflect": [4, 3, 4, 1, 0, 1, 4, 3, 4],
        "replicate": [0, 0, 1, 0, 0, 1, 3, 3, 4],
        "circular": [8, 6, 7, 2, 0, 1, 5, 3, 4],
    }
    for mode, taps in beyond.items():
        layer = Conv2d(1, 3, padding=1, padding_mode=mode)
        assert layer.taps((1, 3, 3), (0, 0, 0)) == taps
    grouped = Conv1d(4, 2, stride=2, groups=2)
    assert grouped.taps((4, 6), (2, 1)) == [14, 15, 20, 21]
    assert Linear(2).taps((3,), (1,)) == [0, 1, 2]
    assert ReLU().taps((3,), (1,)) == []
