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
from engine.parts.shapes import Shape
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
}


def network(name: str, seed: int = 0) -> tuple[nn.Module, Shape]:
    """A network with the weights of a seed, in eval mode."""
    text, shape = NETWORKS[name]
    layers = [make(Layer, call, "layers", []) for call in parse_list(text)]
    torch.manual_seed(seed)
    return build_model([layer for layer in layers if layer is not None], shape).eval(), shape


def program_outputs(content: bytes) -> Callable[[Tensor], Tensor]:
    module = torch.export.load(io.BytesIO(content)).module()
    return lambda inputs: module(inputs)


def onnx_outputs(content: bytes) -> Callable[[Tensor], Tensor]:
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return lambda inputs: torch.tensor(session.run(["output"], {"input": inputs.numpy()})[0])


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("num_samples", [1, 2, 5])
def test_a_program_gives_the_same_outputs(name: str, num_samples: int) -> None:
    """pt2, which holds no pickle, agrees bit for bit for batches of any size."""
    model, shape = network(name)
    outputs = program_outputs(ExportedProgram().written(model, shape))
    inputs = torch.randn(num_samples, *shape)
    assert torch.equal(outputs(inputs), model(inputs))


@pytest.mark.parametrize("name", NETWORKS)
def test_an_onnx_model_gives_the_same_outputs(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    """onnxruntime agrees to rounding for batches of any size; the export says nothing."""
    model, shape = network(name)
    outputs = onnx_outputs(Onnx().written(model, shape))
    assert capfd.readouterr() == ("", "")
    for num_samples in (1, 2, 5):
        inputs = torch.randn(num_samples, *shape)
        torch.testing.assert_close(outputs(inputs), model(inputs), rtol=1e-5, atol=1e-6)


def test_a_pickle_names_no_class_of_ours() -> None:
    """Whoever has PyTorch can load it, blocks too; the weights keep their names."""
    model, shape = network("blocks")
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
