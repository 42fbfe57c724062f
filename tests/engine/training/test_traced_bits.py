"""The traced step gives the eager step's bits for every part of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.parts.component import Component
from engine.parts.layers import Layer
from engine.parts.layers.activation import (
    CELU,
    ELU,
    GELU,
    GLU,
    SELU,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
)
from engine.parts.layers.convolution import Conv1d, Conv2d, ConvTranspose2d
from engine.parts.layers.dense import Dropout, Dropout2d, Flatten, Identity, Linear
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
from engine.parts.layers.pretrained import Pretrained
from engine.parts.layers.recurrent import GRU, LSTM, RNN
from engine.parts.layers.residual import Residual
from engine.parts.layers.resizing import Upsample, ZeroPad2d
from engine.parts.layers.sequence import (
    Embedding,
    MeanPool,
    PositionalEmbedding,
    SelfAttention,
)
from engine.parts.layers.siren import Sine
from engine.parts.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    FocalLoss,
    HuberLoss,
    L1Loss,
    Loss,
    MSELoss,
    MultiMarginLoss,
    NLLLoss,
    SmoothL1Loss,
)
from engine.parts.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    NAdam,
    Optimizer,
    RAdam,
    RMSprop,
)
from engine.parts.shapes import Tokens
from engine.training.step import Regularization
from engine.training.traced import TracedStep
from engine.training.traced.interpreters import INTERPRETERS
from tests.engine.spec.strategies import chains, components, fits, output_shape
from tests.engine.training.traced_pair import Batch, Side, assert_same, images, rows
from tests.thoroughness import examples

C = TypeVar("C", bound=Component)

IMAGE_LAYERS: tuple[Layer, ...] = (
    Conv2d(3, kernel_size=3),
    Conv2d(4, kernel_size=(3, 2), stride=2, padding=1, groups=2, bias=False),
    Conv2d(2, kernel_size=3, padding="same", padding_mode="reflect"),
    Conv2d(2, kernel_size=3, padding=1, padding_mode="replicate"),
    Conv2d(2, kernel_size=3, padding=1, dilation=2, padding_mode="circular"),
    MaxPool2d(2),
    MaxPool2d(3, stride=2, padding=1, dilation=1, ceil_mode=True),
    AvgPool2d(2),
    AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
    AdaptiveAvgPool2d(2),
    AdaptiveAvgPool2d((1, 3)),
    BatchNorm2d(),
    BatchNorm2d(momentum=None),
    BatchNorm2d(affine=False, track_running_stats=False),
    LayerNorm(),
    Flatten(),
    ConvTranspose2d(3, kernel_size=3),
    ConvTranspose2d(
        4, kernel_size=(3, 2), stride=2, padding=1, output_padding=1, groups=2, bias=False
    ),
    Upsample(scale_factor=2.0),
    Upsample(size=(4, 9), mode="nearest-exact"),
    Upsample(scale_factor=1.5, mode="bilinear"),
    Upsample(scale_factor=(2.0, 1.0), mode="bicubic", align_corners=True),
    ZeroPad2d(1),
    ZeroPad2d((1, 0, 2, 0)),
    Dropout2d(0.4),
    InstanceNorm2d(),
    InstanceNorm2d(affine=True, track_running_stats=True),
    GroupNorm(2),
    GroupNorm(1, affine=False),
    Residual((Conv2d(2, kernel_size=3, padding=1), BatchNorm2d(), ReLU(), Dropout(0.2))),
    Residual((Conv2d(3, kernel_size=3, stride=2, padding=1),), shortcut="projection"),
    PReLU(per_channel=True),
    GLU(dim=1),
)
SEQUENCE_LAYERS: tuple[Layer, ...] = (
    Conv1d(3, kernel_size=3),
    Conv1d(4, kernel_size=2, stride=2, padding=1, groups=2, bias=False),
    Conv1d(2, kernel_size=3, padding="same", padding_mode="reflect"),
    Residual((Conv1d(3, kernel_size=2, stride=2), GELU()), shortcut="projection"),
    Conv1d(2, kernel_size=3, padding=2, dilation=2, padding_mode="circular"),
    MaxPool1d(2),
    MaxPool1d(3, stride=2, padding=1, ceil_mode=True),
    AvgPool1d(2),
    AvgPool1d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
    AdaptiveAvgPool1d(5),
    Upsample(scale_factor=2.0, mode="linear"),
    BatchNorm1d(),
    GroupNorm(2),
    GLU(),
)
ROW_LAYERS: tuple[Layer, ...] = (
    ReLU(),
    LeakyReLU(0.2),
    ELU(alpha=0.5),
    GELU(),
    GELU("tanh"),
    SiLU(),
    Tanh(),
    Sigmoid(),
    Softplus(beta=2.0, threshold=1.0),
    Sine(4),
    Sine(4, omega=5.0, first=True),
    ReLU6(),
    PReLU(),
    SELU(),
    CELU(alpha=0.5),
    Mish(),
    Hardswish(),
    Hardtanh(-0.5, 0.7),
    Softsign(),
    Softmax(),
    LogSoftmax(dim=-1),
    BatchNorm1d(),
    BatchNorm1d(momentum=None),
    BatchNorm1d(momentum=0.0, affine=False),
    BatchNorm1d(track_running_stats=False),
    LayerNorm(elementwise_affine=False),
    LayerNorm(bias=False),
    Dropout(0.3),
    Dropout(0.0),
    Identity(),
    Linear(5, bias=False),
    Residual((Linear(7), ReLU(), Linear(5))),
    Residual((Residual((Linear(5), Tanh())), Linear(3)), shortcut="projection"),
)
OPTIMIZERS: tuple[Optimizer, ...] = (
    SGD(0.1),
    SGD(0.1, weight_decay=0.1),
    SGD(0.1, momentum=0.9),
    SGD(0.1, momentum=0.9, dampening=0.3, weight_decay=0.01),
    SGD(0.1, momentum=0.9, weight_decay=0.01, nesterov=True),
    SGD(0.1, fused=True),
    SGD(0.1, momentum=0.9, weight_decay=0.01, nesterov=True, fused=True),
    Adam(0.01),
    Adam(0.01, betas=(0.0, 0.5), weight_decay=0.1),
    Adam(0.01, amsgrad=True),
    Adam(0.01, amsgrad=True, weight_decay=0.1, fused=True),
    Adam(0.01, fused=True),
    AdamW(0.01),
    AdamW(0.01, amsgrad=True),
    AdamW(0.01, fused=True),
    RMSprop(0.01),
    RMSprop(0.01, weight_decay=0.1, momentum=0.9),
    RMSprop(0.01, centered=True),
    RMSprop(0.01, centered=True, momentum=0.5, weight_decay=0.1),
    NAdam(0.01),
    NAdam(0.01, weight_decay=0.1, momentum_decay=0.1),
    NAdam(0.01, weight_decay=0.1, decoupled_weight_decay=True),
    RAdam(0.01),
    RAdam(0.01, weight_decay=0.1, betas=(0.5, 0.6)),
    Adamax(0.01),
    Adamax(0.01, weight_decay=0.1),
    Adadelta(),
    Adadelta(0.5, weight_decay=0.1),
    Adagrad(0.1),
    Adagrad(0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5),
    Adagrad(0.1, lr_decay=0.1, weight_decay=0.1, fused=True),
)
NETWORK: tuple[Layer, ...] = (Linear(6), BatchNorm1d(), ReLU(), Dropout(0.2), Linear(3))


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Small networks train on one thread, as they do in a run."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def others(family: type[C], named: Iterable[C]) -> list[C]:
    """The parts of a family that are not named in these tests, with their defaults.

    One that needs arguments has to be named with some.
    """
    known = {type(one) for one in named}
    made = []
    for cls in family.members().values():
        if issubclass(cls, family) and cls not in known:
            needed = [name for name, (_, given) in cls.parameters().items() if given.required]
            assert not needed, f"name an instance of {cls.name} here: it needs {needed}"
            made.append(cls())
    return made


TOKENS = Embedding(5, 8)
TOKEN_LAYERS: tuple[Layer, ...] = (
    PositionalEmbedding(),
    PositionalEmbedding("sinusoidal"),
    SelfAttention(2),
    SelfAttention(4, causal=True),
    MeanPool(),
    RNN(3),
    RNN(3, nonlinearity="relu", steps="last"),
    GRU(3, num_layers=2),
    GRU(3, steps="last"),
)
OF_ONE_DNN = LSTM(3)
BACKBONE = Pretrained("mobilenet_v3_small", size=32)
"""Has tests of its own, test_pretrained.py, which know where its weights come from."""
NAMED = (
    BACKBONE,
    OF_ONE_DNN,
    *IMAGE_LAYERS,
    *SEQUENCE_LAYERS,
    *ROW_LAYERS,
    *NETWORK,
    TOKENS,
    *TOKEN_LAYERS,
)
LAYERS = (*ROW_LAYERS, *others(Layer, NAMED))


@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_layers_over_rows(layer: Layer) -> None:
    """A layer between two Linear layers trains to the same bits, a smaller batch included."""
    layers = (Linear(5), layer, Linear(3))
    assert_same(layers, (4,), CrossEntropyLoss(), SGD(0.1), rows(8, 8, 8))


@pytest.mark.parametrize("layer", IMAGE_LAYERS, ids=str)
def test_layers_over_images(layer: Layer) -> None:
    """A layer between a convolution and a Linear layer trains to the same bits."""
    layers = (Conv2d(2, kernel_size=3, padding=1), layer, Flatten(), Linear(3))
    assert_same(layers, (2, 6, 6), CrossEntropyLoss(), SGD(0.1), images(5, 5, 5))


@pytest.mark.parametrize("layer", SEQUENCE_LAYERS, ids=str)
def test_layers_over_sequences(layer: Layer) -> None:
    """A layer between a convolution and a Linear layer trains to the same bits."""
    layers = (Flatten(2), Conv1d(2, kernel_size=3, padding=1), layer, Flatten(), Linear(3))
    assert_same(layers, (2, 6, 6), CrossEntropyLoss(), SGD(0.1), images(5, 5, 5))


@pytest.mark.parametrize("layer", TOKEN_LAYERS, ids=str)
def test_layers_over_tokens(layer: Layer) -> None:
    """A layer between the rows of tokens and a Linear layer trains to the same bits."""
    chance = torch.Generator().manual_seed(0)
    batches = [
        (torch.randint(5, (n, 6), generator=chance), torch.randint(3, (n,), generator=chance))
        for n in (8, 8, 3)
    ]
    layers = (TOKENS, layer, Flatten(), Linear(3))
    assert_same(layers, Tokens((6,), 5), CrossEntropyLoss(), SGD(0.1), batches)


def test_a_kernel_that_no_trace_sees_is_left_to_pytorch() -> None:
    """oneDNN's LSTM runs its own steps, with the reason."""
    side = Side((TOKENS, LSTM(3, steps="last")), Tokens((6,), 5), CrossEntropyLoss(), SGD(0.1))
    step = TracedStep(side.model, side.criterion, side.optimizer, Regularization())
    step.prepare(torch.zeros(2, 6, dtype=torch.long), torch.tensor([0, 2]))
    assert step.refusal == "LSTM is run by oneDNN, which keeps what a step needs out of sight"


LOSSES: tuple[tuple[Loss, tuple[Layer, ...]], ...] = (
    (MSELoss(), ()),
    (L1Loss(), ()),
    (HuberLoss(delta=0.5), ()),
    (SmoothL1Loss(beta=0.3), ()),
    (SmoothL1Loss(beta=0.0), ()),
    (FocalLoss(), ()),
    (FocalLoss(gamma=0.5), ()),
    (MultiMarginLoss(), ()),
    (MultiMarginLoss(p=2, margin=0.5), ()),
    (BCELoss(), (Sigmoid(),)),
    (BCEWithLogitsLoss(), ()),
    (CrossEntropyLoss(), (Softmax(),)),
    (CrossEntropyLoss(label_smoothing=0.1), ()),
    (NLLLoss(), (LogSoftmax(),)),
)


def _targets(loss: Loss, batches: list[Batch]) -> list[Batch]:
    if loss.class_targets:
        return batches
    return [(x, torch.nn.functional.one_hot(y, 3).float()) for x, y in batches]


OTHER_LOSSES = tuple((loss, ()) for loss in others(Loss, (loss for loss, _ in LOSSES)))


@pytest.mark.parametrize(("loss", "last"), [*LOSSES, *OTHER_LOSSES], ids=str)
def test_losses(loss: Loss, last: tuple[Layer, ...]) -> None:
    """Each loss trains to the same bits, class weights included where it takes them."""
    layers = (Linear(5), ReLU(), Linear(3), *last)
    batches = _targets(loss, rows(8, 8, 3, 8))
    assert_same(layers, (4,), loss, SGD(0.1), batches, interpreters=tuple(INTERPRETERS))
    if loss.weight_argument:
        weights = torch.tensor([0.5, 1.0, 2.5])
        assert_same(
            layers,
            (4,),
            loss,
            SGD(0.1),
            batches,
            change=lambda side: setattr(side, "criterion", loss.build(weights)),
        )


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, *others(Optimizer, OPTIMIZERS)], ids=str)
def test_optimizers(optimizer: Optimizer) -> None:
    """Each optimizer leaves the same parameters and state while its rate changes."""
    batches = rows(8, 8, 8, 8)
    assert_same(NETWORK, (4,), CrossEntropyLoss(), optimizer, batches, rates=(0.1, 0.02, 0.3))


@pytest.mark.parametrize(
    "regularization",
    [
        Regularization(l1=0.01, weights=()),
        Regularization(l2=0.01, weights=()),
        Regularization(l1=0.01, l2=0.02, clip_norm=0.1, weights=()),
        Regularization(clip_norm=1e6),
    ],
    ids=str,
)
def test_regularization(regularization: Regularization) -> None:
    """Penalties and clipping give the same bits, under a fused optimizer too."""
    for optimizer in (SGD(0.1, momentum=0.5), Adam(0.01, fused=True)):
        batches = rows(8, 8, 8, 8)
        assert_same(NETWORK, (4,), CrossEntropyLoss(), optimizer, batches, regularization)


@settings(max_examples=examples(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_experiments(data: st.DataObject) -> None:
    """Random chains train to the same bits with any settings, optimizer and precision."""
    shape = data.draw(st.sampled_from([(4,), (2, 6, 6)]))
    chain = data.draw(chains(shape, max_layers=4))
    flat = () if len(output_shape(chain, shape)) == 1 else (Flatten(),)
    layers = (*chain, *flat, Linear(3))
    assume(fits(layers[-1], output_shape((*chain, *flat), shape)))
    loss, last = data.draw(st.sampled_from(LOSSES))
    optimizer = data.draw(components(Optimizer))
    penalties = st.sampled_from([0.0, 0.0, 0.01])
    clip_norm = data.draw(st.sampled_from([None, 0.5]))
    regularization = Regularization(data.draw(penalties), data.draw(penalties), clip_norm, ())
    made = rows if shape == (4,) else images
    assert_same(
        (*layers, *last),
        shape,
        loss,
        optimizer,
        _targets(loss, made(6, 6, 6, 2, 6, 2)),
        regularization,
        rates=data.draw(st.sampled_from([(), (0.1, 0.02)])),
        precision=data.draw(st.sampled_from(["float32", "bf16"])),
    )
