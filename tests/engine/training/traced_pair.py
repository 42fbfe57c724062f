"""Trains the same network twice, eagerly and traced, for the tests of the traced step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn, optim

from engine.parts.layers import Layer
from engine.parts.layers.address import weight_names
from engine.parts.losses import Loss
from engine.parts.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Optimizer,
    RMSprop,
)
from engine.parts.shapes import Shape
from engine.training.model import build_model
from engine.training.step import EagerStep, Regularization, Step
from engine.training.traced import TracedStep
from engine.training.traced.interpreters import InterpreterName
from engine.training.traced.step_state import same_bits, tensors

Batch = tuple[Tensor, Tensor]

TRACED = (SGD, Adam, AdamW, Adamax, Adadelta, RMSprop, Adagrad)
"""Optimizers whose steps have a traced form; any other runs its own."""


class Side:
    """One of two equal trainings, with its own network and optimizer."""

    def __init__(
        self,
        layers: Sequence[Layer],
        shape: Shape,
        loss: Loss,
        optimizer: Optimizer,
        precision: str = "float32",
        device: str = "cpu",
    ) -> None:
        torch.manual_seed(5)
        self.model = build_model(layers, shape, precision).train().to(device)
        self.criterion: nn.Module = loss.build()
        self.optimizer: optim.Optimizer = optimizer.build(self.model.parameters())
        self.is_recordable = optimizer.is_recordable

    def train(self, step: Step, batches: Sequence[Batch], rates: Sequence[float]) -> list[Tensor]:
        """Losses, gradient norms, generator states and all that is left at the end."""
        torch.manual_seed(6)
        seen: list[Tensor] = []
        for number, batch in enumerate(batches):
            if rates:
                self.optimizer.param_groups[0]["lr"] = rates[number % len(rates)]
            try:
                loss = step(*batch).clone()
            except RuntimeError:
                if all(bool(p.isfinite().all()) for p in self.model.parameters()):
                    raise
                break  # BCELoss refuses what is not finite
            seen += [loss, torch.tensor(step.gradient_norm())]
            seen.append(torch.get_rng_state())
        return seen + [t.detach().clone() for t in tensors(self.model, self.optimizer)]


def assert_same(
    layers: Sequence[Layer],
    shape: Shape,
    loss: Loss,
    optimizer: Optimizer,
    batches: Sequence[Batch],
    regularization: Regularization | None = None,
    rates: Sequence[float] = (),
    interpreters: Sequence[InterpreterName] = ("torchscript",),
    precision: str = "float32",
    change: Callable[[Side], None] = lambda side: None,
) -> None:
    """Check that each interpreter traces the step and gives the eager step's bits.

    An optimizer whose own steps are not traced has eager ones, and the reason says so.
    """
    plan = regularization or Regularization(weights=())
    regularization = dataclasses.replace(plan, weights=weight_names(layers))
    eager = Side(layers, shape, loss, optimizer, precision)
    change(eager)
    step = EagerStep(eager.model, eager.criterion, eager.optimizer, regularization)
    expected = eager.train(step, batches, rates)
    for interpreter in interpreters:
        side = Side(layers, shape, loss, optimizer, precision)
        change(side)
        traced = TracedStep(
            side.model, side.criterion, side.optimizer, regularization, (interpreter,)
        )
        assert same_bits(side.train(traced, batches, rates), expected), interpreter
        if all(bool(t.isfinite().all()) for t in expected):  # else a loss may raise meanwhile
            is_traced = isinstance(optimizer, TRACED)
            assert ("has no traced form" in traced.refusal) == (not is_traced)
            assert bool(traced.refusal) == (not is_traced), traced.refusal


def rows(*sizes: int, features: int = 4, classes: int = 3) -> list[Batch]:
    """Batches of random rows with class targets."""
    generator = torch.Generator().manual_seed(1)
    return [
        (
            torch.randn(size, features, generator=generator),
            torch.randint(classes, (size,), generator=generator),
        )
        for size in sizes
    ]


def images(*sizes: int, channels: int = 2, side: int = 6, classes: int = 3) -> list[Batch]:
    """Batches of random images with class targets."""
    return [
        (inputs.view(-1, channels, side, side), targets)
        for inputs, targets in rows(*sizes, features=channels * side * side, classes=classes)
    ]
