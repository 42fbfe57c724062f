"""What 16 bits change, and what they do not."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
import torch

from engine.errors import UsageError
from engine.parts.layers.activation import ReLU, Sigmoid
from engine.parts.layers.dense import Linear
from engine.training.model import build_model
from engine.training.precision import CoarseNetwork, casting, check_precision
from engine.training.probes.probe import Probe
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, reported, small, trained, weights

LAYERS = (Linear(4), ReLU(), Linear(1), Sigmoid())


def test_the_network_is_torchs_own_under_autocast() -> None:
    """Weights are drawn and named alike and stay float32; outputs are those of autocast."""
    networks = []
    for precision in ("float32", "bf16"):
        torch.manual_seed(0)
        networks.append(build_model(LAYERS, (2,), precision))
    exact, coarse = networks
    assert isinstance(coarse, CoarseNetwork)
    assert not isinstance(exact, CoarseNetwork)
    assert all(
        torch.equal(tensor, coarse.state_dict()[name])
        for name, tensor in exact.state_dict().items()
    )
    x = torch.randn(9, 2)
    with torch.autocast("cpu", torch.bfloat16):
        expected = exact(x)
    found = coarse(x)
    assert (expected.dtype, found.dtype) == (torch.bfloat16, torch.float32)
    assert torch.equal(found, expected.float())
    assert not torch.equal(found, exact(x))
    assert isinstance(casting(exact, x.device), nullcontext)


def test_a_training_in_16_bits_learns_and_is_evaluated_in_them() -> None:
    """The losses are others, near those of 32 bits; weights and gradients are float32."""
    exact, events = trained(small(epochs=20))
    coarse, found = trained(small(epochs=20, precision="bf16"))
    assert weights(coarse) != weights(exact)
    first, last = reported(found)[0], reported(found)[-1]
    assert last.train_loss == pytest.approx(reported(events)[-1].train_loss, rel=0.02)
    assert (last.train_loss or 1) < (first.train_loss or 0)
    assert {p.dtype for p in coarse.model.parameters()} == {torch.float32}
    split = coarse.device_splits["train"]
    with torch.autocast("cpu", torch.bfloat16):
        plain = torch.nn.Sequential(*coarse.model)(split.inputs).float()
    assert torch.equal(coarse.evaluator.outputs(split.inputs), plain)


def test_a_look_into_the_layers_is_in_16_bits_too() -> None:
    """Units are looked at as they are trained: the slope that is measured is that of bf16."""
    readings = []
    for precision in ("float32", "bf16"):
        trainer = Trainer(small(precision=precision), NOWHERE)
        readings.append(Probe(trainer).measure())
    exact, coarse = readings
    assert [r.text for r in exact] == [r.text for r in coarse]
    assert exact[0].gradient != coarse[0].gradient
    assert coarse[0].gradient == pytest.approx(exact[0].gradient, rel=0.05)


def test_a_gpu_that_cannot_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the GPU and what to use; the CPU can always do it."""
    monkeypatch.setattr(torch.cuda, "device", lambda device: nullcontext())
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Tesla T4")
    asked: list[bool] = []

    def is_supported(including_emulation: bool) -> bool:
        asked.append(including_emulation)
        return len(asked) > 1

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", is_supported)
    device = torch.device("cuda:0")
    with pytest.raises(UsageError) as caught:
        check_precision("bf16", device)
    assert str(caught.value) == (
        'precision "bf16": cuda:0 (Tesla T4) can\'t multiply in bfloat16: '
        'use "float32", or a GPU of the Ampere generation or later'
    )
    check_precision("bf16", device)
    assert asked == [False, False]
    check_precision("float32", device)
    check_precision("bf16", torch.device("cpu"))
    assert asked == [False, False]
