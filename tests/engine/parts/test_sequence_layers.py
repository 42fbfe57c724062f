"""Layers for sequences: PyTorch's own modules, to the bit; what they take, and what they refuse."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.errors import Problem
from engine.parts.layers import Layer, modules
from engine.parts.layers.activation import GELU, Softmax
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.layers.normalization import BatchNorm1d, LayerNorm
from engine.parts.layers.recurrent import GRU, LSTM, RNN
from engine.parts.layers.residual import Residual
from engine.parts.layers.sequence import Embedding, MeanPool, PositionalEmbedding, SelfAttention
from engine.parts.shapes import Shape, Steps, Tokens, num_units, places
from engine.spec.chain import links
from engine.training.layer_outputs import watched
from engine.training.model import build_model
from engine.training.silencing import silence, spelled_out

TOKENS = Tokens((5,), 7)
STEPS = Steps((5, 8))
_OVER_STEPS = (PositionalEmbedding(), PositionalEmbedding("sinusoidal"), SelfAttention(2))
ALL: tuple[tuple[Layer, Shape], ...] = (
    (Embedding(7, 8), TOKENS),
    *((layer, STEPS) for layer in _OVER_STEPS),
    (SelfAttention(4, causal=True), STEPS),
    (MeanPool(), STEPS),
    (RNN(4, nonlinearity="relu"), STEPS),
    (GRU(4, num_layers=2), STEPS),
    (GRU(4, steps="last"), STEPS),
    (LSTM(4, num_layers=3, steps="last"), STEPS),
    (Linear(3), STEPS),
    (LayerNorm(), STEPS),
    (Residual((LayerNorm(), SelfAttention(2), GELU())), STEPS),
    (Residual((Linear(3),), shortcut="projection"), STEPS),
    (Flatten(), STEPS),
)


def _batch(shape: Shape) -> Tensor:
    if isinstance(shape, Tokens):
        return torch.randint(shape.kinds, (2, *shape))
    return torch.randn(2, *shape)


@pytest.mark.parametrize(("layer", "shape"), ALL, ids=lambda one: str(one))
def test_shape_parameters_and_code_are_those_of_the_module(layer: Layer, shape: Shape) -> None:
    """What is inferred is what PyTorch makes, and the printed code builds the same."""
    module = layer.build(shape)
    with torch.no_grad():
        assert module(_batch(shape)).shape[1:] == layer.output_shape(shape)
    count = sum(parameter.numel() for parameter in module.parameters())
    assert count == layer.num_parameters(shape)
    printed = eval(layer.code(shape), {"nn": nn, **vars(modules)})
    assert repr(printed) == repr(module)
    for name in layer.weights:
        assert isinstance(module.get_parameter(name), nn.Parameter)


def test_an_embedding_is_pytorchs() -> None:
    """The same seed gives the same rows."""
    torch.manual_seed(3)
    ours = Embedding(7, 8).build(TOKENS)
    torch.manual_seed(3)
    theirs = nn.Embedding(7, 8)
    tokens = _batch(TOKENS)
    assert torch.equal(ours(tokens), theirs(tokens))


@pytest.mark.parametrize("causal", [False, True])
def test_attention_is_pytorchs_to_the_bit(causal: bool) -> None:
    """With the same weights it is nn.MultiheadAttention; the gradients agree, too."""
    ours = SelfAttention(2, causal).build(STEPS)
    theirs = nn.MultiheadAttention(8, 2, batch_first=True)
    theirs.in_proj_weight = nn.Parameter(ours.get_parameter("in_proj.weight").detach().clone())
    theirs.in_proj_bias = nn.Parameter(ours.get_parameter("in_proj.bias").detach().clone())
    theirs.out_proj.load_state_dict(ours.get_submodule("out_proj").state_dict())
    x = _batch(STEPS)[:1]  # PyTorch has positions before samples: other rows of one product
    mask = nn.Transformer.generate_square_subsequent_mask(5) if causal else None
    other, _ = theirs(x, x, x, need_weights=False, attn_mask=mask, is_causal=causal)
    assert torch.equal(ours(x), other)
    ours(x).square().sum().backward()
    other.square().sum().backward()
    gradient, other_gradient = ours.get_parameter("in_proj.weight").grad, theirs.in_proj_weight.grad
    assert gradient is not None
    assert other_gradient is not None
    assert torch.allclose(gradient, other_gradient, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("cls", [RNN, GRU, LSTM])
def test_recurrent_layers_are_pytorchs_to_the_bit(cls: type[RNN | GRU | LSTM]) -> None:
    """The same seed gives the same states and gradients, also in evaluation mode."""
    x, made = _batch(STEPS), []
    for build in (
        lambda: cls(4, num_layers=2).build(STEPS),
        lambda: getattr(nn, cls.__name__)(8, 4, num_layers=2, batch_first=True),
    ):
        torch.manual_seed(3)
        made.append(build())
    (ours, theirs), states = made, made[1](x)[0]
    assert torch.equal(ours(x), states)
    assert torch.equal(ours.eval()(x), states)
    ours(x).square().sum().backward()
    states.square().sum().backward()
    for own, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert own.grad is not None
        assert torch.equal(own.grad, other.grad)
    last = cls(4, steps="last").build(STEPS)
    assert torch.equal(last(x), last.get_submodule("steps")(x)[0][:, -1])


def test_causal_attention_does_not_look_ahead() -> None:
    """Another last token changes nothing before it; without `causal` it does."""
    x = _batch(STEPS)
    other = torch.cat([x[:, :-1], x[:, -1:] + 1], 1)
    for causal in (True, False):
        module = SelfAttention(2, causal).build(STEPS)
        assert torch.equal(module(x)[:, :-1], module(other)[:, :-1]) == causal


def test_positions_are_told_apart() -> None:
    """Learned rows and sines are added, also to a shorter sequence than the longest."""
    x = _batch(STEPS)
    learned = PositionalEmbedding().build(STEPS)
    assert torch.equal(learned(x[:, :3]), x[:, :3] + learned.get_parameter("weight")[:3])
    added = (PositionalEmbedding("sinusoidal").build(STEPS)(x) - x)[0]
    # Vaswani et al. 2017: sin(place / 10000^(2i/d)), then the cosine of the same.
    assert added[3, 0].item() == pytest.approx(torch.tensor(3.0).sin().item(), abs=1e-6)
    assert added[3, 3].item() == pytest.approx(torch.tensor(3 / 10000**0.25).cos().item(), abs=1e-6)


def test_a_position_is_normalized_by_itself() -> None:
    """LayerNorm's means are over the features of a position, as in every transformer."""
    x = _batch(STEPS)
    assert torch.equal(LayerNorm().build(STEPS)(x), nn.LayerNorm(8)(x))


@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        (
            (Linear(3),),
            TOKENS,
            "Linear(3) takes numbers but gets 7 kinds of tokens: put Embedding(7, 32) before it",
        ),
        (
            (Embedding(6, 8),),
            TOKENS,
            "Embedding(6, 8) has a row for 6 tokens, but the data has 7: write Embedding(7, 8)",
        ),
        (
            (Embedding(7, 8),),
            (5,),
            "Embedding(7, 8) takes tokens but gets numbers, 5: leave it out, or use data of "
            "tokens, like modular()",
        ),
        (
            (Embedding(7, 8), BatchNorm1d()),
            TOKENS,
            "BatchNorm1d() does not take 5 positions with 8 features each: put Flatten() before it",
        ),
        (
            (Embedding(7, 8), Residual((Softmax(1),))),
            TOKENS,
            "Softmax(dim=1) does not take 5 positions with 8 features each: put Flatten() before "
            "it",
        ),
        (
            (Embedding(7, 8), SelfAttention(3)),
            TOKENS,
            "SelfAttention(3) can't share 8 features among 3 heads: take a number of heads that "
            "divides them",
        ),
        (
            (GRU(4),),
            (4, 8),
            "GRU(4) takes positions with features each but gets 4×8: put Embedding() before it, "
            "which makes them of tokens",
        ),
        (
            (SelfAttention(2),),
            (4, 8),
            "SelfAttention(2) takes positions with features each but gets 4×8: put Embedding() "
            "before it, which makes them of tokens",
        ),
    ],
    ids=lambda one: one[:20] if isinstance(one, str) else None,
)
def test_what_does_not_fit_is_told_with_its_repair(
    layers: tuple[Layer, ...], shape: Shape, message: str
) -> None:
    """Tokens, numbers and sequences are told apart, also inside of blocks."""
    problems: list[Problem] = []
    links(layers, shape, problems)
    assert [problem.message for problem in problems] == [message]


def test_units_are_the_features() -> None:
    """Who looks into a network sees (samples, units, places), and silences a feature everywhere."""
    assert (num_units(STEPS), places(STEPS)) == (8, (5,))
    assert (num_units((4, 9)), places((4, 9))) == (4, (9,))
    layers = (Embedding(7, 8), Linear(3))
    model = build_model(layers, TOKENS)
    tokens = _batch(TOKENS)
    seen: dict[tuple[int, ...], Tensor] = {}
    with watched(model, layers, seen.__setitem__):
        outputs = model(tokens)
    assert torch.equal(seen[(1,)], outputs.transpose(1, 2))
    silence(model, {"0": (2,)})
    embedded = model[0](tokens)
    assert (embedded[..., 2] == 0).all()
    assert (embedded[..., [0, 1, 3]] != 0).all()
    silent = model(tokens)
    assert torch.equal(spelled_out(model)(tokens), silent)
