"""The device that `make test-cuda` is about, and who is compared with whom on it."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from engine.parts.layers import Layer
from engine.parts.layers.address import weight_names
from engine.parts.losses import Loss
from engine.parts.optimizers import Optimizer
from engine.parts.shapes import Shape
from engine.training.device import make_repeatable
from engine.training.executor import Executor
from engine.training.step import EagerStep, Regularization, Step
from tests.engine.training.traced_pair import Batch, Side

DEVICE = os.environ.get("PERCEPTUI_CUDA_DEVICE", "cuda")
"""cpu tries the tests themselves on a machine without a card."""
IS_CUDA = DEVICE.startswith("cuda")
QUICK: Executor = "graphed" if IS_CUDA else "traced"
ROUNDING = 5e-3
"""Of the largest number of a tensor: a card multiplies with fewer digits, in another order."""

needs_device = [
    pytest.mark.cuda,
    pytest.mark.skipif(
        IS_CUDA and not torch.cuda.is_available(),
        reason="needs a CUDA device, or PERCEPTUI_CUDA_DEVICE=cpu",
    ),
]


def trained(
    layers: Sequence[Layer],
    shape: Shape,
    loss: Loss,
    optimizer: Optimizer,
    batches: Sequence[Batch],
    *,
    device: str = DEVICE,
    is_quick: bool = False,
) -> list[Tensor]:
    """Losses and weights of some steps, on the CPU; is_quick: not by eager ones."""
    make_repeatable(torch.device(device))
    side = Side(layers, shape, loss, optimizer, device=device)
    side.criterion.to(device)
    regularization = dataclasses.replace(Regularization(weights=()), weights=weight_names(layers))
    parts = side.model, side.criterion, side.optimizer, regularization
    step: Step = EagerStep(*parts)
    if is_quick and IS_CUDA:
        from engine.training.graphed import GraphedStep
        from engine.training.graphed.recorder import CudaRecorder

        step = GraphedStep(*parts, CudaRecorder(torch.device(device)), side.is_recordable)
    elif is_quick:
        from engine.training.traced import TracedStep

        step = TracedStep(*parts)
    torch.manual_seed(6)
    losses = []
    for inputs, targets in batches:
        losses.append(step(inputs.to(device), targets.to(device)).clone())
    found = [*losses, *side.model.parameters(), *side.model.buffers()]
    return [one.detach().cpu() for one in found]


def is_random(layers: Sequence[Layer]) -> bool:
    """Whether a network draws numbers, which are others on a card."""
    return any("Dropout" in str(layer) for layer in layers)


def are_near(some: Sequence[Tensor], others: Sequence[Tensor]) -> bool:
    """Whether numbers agree but for rounding."""
    pairs = zip(some, others, strict=True)
    return all(
        torch.allclose(a.double(), b.double(), rtol=0, atol=_apart(b), equal_nan=True)
        for a, b in pairs
    )


def _apart(tensor: Tensor) -> float:
    return 1e-6 + ROUNDING * float(tensor.double().abs().max()) if tensor.numel() else 0.0
