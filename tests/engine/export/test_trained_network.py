"""Every exported network gives the outputs of the network it came from."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from engine.errors import UsageError
from engine.export import format
from engine.export.trained_network import (
    ExportedProgram,
    Onnx,
    Safetensors,
    StateDict,
    WholeNetwork,
)
from engine.export.writer import format_of
from engine.parts.layers import Layer
from engine.parts.layers.dense import Linear
from engine.parts.objectives.variational import Variational
from engine.parts.shapes import Shape, Steps, Tokens
from engine.spec.catalogue import make
from engine.spec.grammar import parse_list
from engine.training.model import build_model

IMAGES = """Conv2d(4, 3, padding="same", padding_mode="circular") BatchNorm2d() GELU
    MaxPool2d(2, ceil_mode=True) LeakyReLU AvgPool2d(2) Tanh AdaptiveAvgPool2d(2) Flatten
    LayerNorm ELU SiLU Softplus Identity Dropout Linear(3) LogSoftmax"""
NETWORKS: dict[str, tuple[str, Shape]] = {
    "table": ("Linear(4) ReLU Dropout(0.5) BatchNorm1d() Linear(2) Softmax", (2,)),
    "one output": ("Linear(3) Sigmoid Linear(1)", (1,)),
    "images": (IMAGES, (1, 9, 9)),
    "blocks": (
        """Conv2d(2, 3) Residual([Conv2d(2, 3, padding=1), BatchNorm2d(), ReLU()])
        Residual([Conv2d(4, 3, stride=2), Residual([ReLU()])], 'projection') Flatten Linear(2)""",
        (1, 9, 9),
    ),
    "drawn": ("Flatten Linear(4)", (1, 3, 3)),
    "points": ("Linear(8) SiLU Linear(2)", (8,)),
    "colors": ("Sine(8, first=True) Sine(8) Linear(3)", (2,)),
}

TELLING = ("images", "blocks")
"""Those that have what is in the others, and cells that `make test` need not try twice."""

LONGEST = 6
SEQUENCES: dict[str, tuple[str, Shape]] = {
    "writes": (
        """Embedding(7, 8) PositionalEmbedding
        Residual([LayerNorm(), SelfAttention(2, causal=True)])
        Residual([LayerNorm(), Linear(16), GELU(), Linear(8)]) LayerNorm Linear(7)""",
        Tokens((LONGEST,), 7),
    ),
    "waves": (
        "Embedding(7, 8) PositionalEmbedding('sinusoidal') SelfAttention(2) MeanPool Linear(2)",
        Tokens((LONGEST,), 7),
    ),
}
"""Those that take sequences of any length up to LONGEST."""
FIXED: dict[str, tuple[str, Shape]] = {
    "gru": ("Embedding(7, 8) GRU(5) Linear(7)", Tokens((LONGEST,), 7)),
    "lstm": ("Embedding(7, 8) LSTM(5, num_layers=2) Linear(7)", Tokens((LONGEST,), 7)),
    "rnn": ("RNN(5, steps='last') Linear(1)", Steps((LONGEST, 1))),
    "clock": ("Embedding(7, 8) Flatten Linear(7)", Tokens((LONGEST,), 7)),
}
"""Those whose steps are laid out one by one, or whose weights belong to places."""


def samples(shape: Shape, count: int, length: int) -> Tensor:
    """Sequences of so many places."""
    if isinstance(shape, Tokens):
        return torch.randint(shape.kinds, (count, length))
    return torch.randn(count, length, *shape[1:])


def network(name: str, seed: int = 0) -> tuple[nn.Module, Shape]:
    """A network with the weights of a seed, in eval mode."""
    text, shape = {**NETWORKS, **SEQUENCES, **FIXED}[name]
    made = [make(Layer, call, "layers", []) for call in parse_list(text)]
    layers = tuple(layer for layer in made if isinstance(layer, Layer))
    if name == "drawn":
        layers = Variational((Linear(9),)).network(layers)
    torch.manual_seed(seed)
    return build_model(layers, shape).eval(), shape


def program_outputs(content: bytes) -> Callable[[Tensor], Tensor]:
    module = torch.export.load(io.BytesIO(content)).module()
    return lambda inputs: module(inputs)


def onnx_outputs(content: bytes) -> Callable[[Tensor], Tensor]:
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return lambda inputs: torch.tensor(session.run(["output"], {"input": inputs.numpy()})[0])


@pytest.mark.parametrize("name", NETWORKS)
def test_a_program_gives_the_same_outputs(name: str) -> None:
    """pt2, which holds no pickle, agrees bit for bit for batches of any size."""
    model, shape = network(name)
    outputs = program_outputs(ExportedProgram().written(model, shape))
    for num_samples in (1, 2, 5):
        inputs = torch.randn(num_samples, *shape)
        assert torch.equal(outputs(inputs), model(inputs))


@pytest.mark.parametrize(
    "name",
    [one if one in TELLING else pytest.param(one, marks=pytest.mark.rare) for one in NETWORKS],
)
def test_an_onnx_model_gives_the_same_outputs(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    """onnxruntime agrees to rounding for batches of any size; the export says nothing."""
    model, shape = network(name)
    outputs = onnx_outputs(Onnx().written(model, shape))
    assert capfd.readouterr() == ("", "")
    for num_samples in (1, 2, 5):
        inputs = torch.randn(num_samples, *shape)
        torch.testing.assert_close(outputs(inputs), model(inputs), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", [*SEQUENCES, *FIXED])
def test_a_program_of_sequences_gives_the_same_outputs(name: str) -> None:
    """Of any length where nothing fixes it; else another length is refused."""
    model, shape = network(name)
    outputs = program_outputs(ExportedProgram().written(model, shape))
    for count, length in ((1, LONGEST), (3, LONGEST), (2, 3), (1, 1)):
        inputs = samples(shape, count, length)
        if name in SEQUENCES or length == LONGEST:
            assert torch.equal(outputs(inputs), model(inputs))
        else:
            with pytest.raises(AssertionError, match=rf"size\(\)\[1\] == {LONGEST}"):
                outputs(inputs)


@pytest.mark.parametrize("name", ["writes", pytest.param("waves", marks=pytest.mark.rare),
                                  *(pytest.param(one, marks=pytest.mark.rare)
                                    for one in FIXED)])  # fmt: skip
def test_an_onnx_model_of_sequences_gives_the_same_outputs(name: str) -> None:
    """To rounding, for batches of any size, and for shorter sequences where nothing fixes that."""
    model, shape = network(name)
    outputs = onnx_outputs(Onnx().written(model, shape))
    lengths = ((2, 3), (5, 1)) if name in SEQUENCES else ()
    for count, length in ((1, LONGEST), (3, LONGEST), *lengths):
        inputs = samples(shape, count, length)
        torch.testing.assert_close(outputs(inputs), model(inputs), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["blocks", "drawn"])
def test_a_pickle_names_no_class_of_ours(name: str) -> None:
    """Whoever has PyTorch can load it, blocks too; the weights keep their names."""
    model, shape = network(name)
    content = WholeNetwork().written(model, shape)
    assert b"engine" not in content
    loaded = torch.load(io.BytesIO(content), weights_only=False)
    inputs = torch.randn(3, *shape)
    assert torch.equal(loaded(inputs), model(inputs))
    assert loaded.state_dict().keys() == model.state_dict().keys()


def test_weights_are_read_without_pickle() -> None:
    """state-dict reads back with weights_only=True, into a fresh network, bit for bit."""
    model, shape = network("images")
    content = io.BytesIO(StateDict().written(model, shape))
    fresh, _ = network("images", seed=1)
    fresh.load_state_dict(torch.load(content, weights_only=True))
    inputs = torch.randn(3, *shape)
    assert torch.equal(fresh(inputs), model(inputs))


def test_the_whole_network_comes_back() -> None:
    """pt is what torch.save(model) writes: read on trust, it is the network."""
    model, shape = network("table")
    # Only a test reads it: it is this test's own.
    again = torch.load(io.BytesIO(WholeNetwork().written(model, shape)), weights_only=False)
    inputs = torch.randn(3, *shape)
    assert not again.training
    assert torch.equal(again(inputs), model(inputs))


def test_safetensors_hold_the_state_dict() -> None:
    """The safetensors file has the tensors of the state dict under their names."""
    from safetensors.torch import load

    model, shape = network("images")
    stored = load(Safetensors().written(model, shape))
    state = model.state_dict()
    assert stored.keys() == state.keys()
    assert all(torch.equal(stored[name], state[name]) for name in state)


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without onnx or onnxscript, the error says what to install."""
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        format, "find_spec", lambda name: None if name == "onnxscript" else find_spec(name)
    )
    with pytest.raises(UsageError, match=r"needs onnxscript: pip install 'perceptui\[onnx\]'"):
        format_of("onnx")
