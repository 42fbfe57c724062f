"""One training step: forward, loss, gradients, update."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn, optim


class Step(Protocol):
    """Trains on one batch."""

    def __call__(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Update the parameters once; returns the batch's loss before the update, 0-dim."""

    def gradient_norm(self) -> float:
        """The 2-norm of the last step's gradients, over all parameters, before clipping."""

    def renew(self) -> None:
        """The network does something else from now on: forget what was made of it."""


@dataclass(frozen=True)
class Regularization:
    """What is added to the loss, or done to the gradients, before an update."""

    l1: float = 0.0
    l2: float = 0.0
    clip_norm: float | None = None
    weights: tuple[str, ...] | None = None
    """The network's parameters that l1 and l2 are about, by name (engine.parts.layers.base says
    which those are); None only where there are no penalties."""

    def __post_init__(self) -> None:
        assert self.weights is not None or not (self.l1 or self.l2), "penalties of what?"

    def weights_of(self, model: nn.Module) -> list[Tensor]:
        """What l1 and l2 are about: weight matrices and filters, no biases, no normalization."""
        return [model.get_parameter(name) for name in self.weights or ()]

    def penalty(self, weights: list[Tensor]) -> Tensor | None:
        """What is added to the loss, over the weight matrices and filters, not the biases."""
        if not self.l1 and not self.l2:
            return None
        return penalty(weights, self.l1 or None, self.l2 or None)

    def added(self, loss: Tensor, weights: list[Tensor]) -> Tensor:
        """What the gradients are of: the loss with its penalty."""
        penalty = self.penalty(weights) if weights else None
        return loss if penalty is None else loss + penalty


def penalty(weights: list[Tensor], l1: float | Tensor | None, l2: float | Tensor | None) -> Tensor:
    """The sum of the weights' sizes times l1, of their squares times l2; None for none of that."""
    sums = []
    if l1 is not None:
        sums.append(l1 * torch.stack([w.abs().sum() for w in weights]).sum())
    if l2 is not None:
        sums.append(l2 * torch.stack([w.square().sum() for w in weights]).sum())
    return sums[0] if len(sums) == 1 else sums[0] + sums[1]


class EagerStep:
    """The step as every PyTorch tutorial writes it."""

    def __init__(
        self,
        model: nn.Module,
        criterion: nn.Module,
        optimizer: optim.Optimizer,
        regularization: Regularization,
    ) -> None:
        self._model = model
        self._criterion = criterion
        self._optimizer = optimizer
        self._regularization = regularization
        self._parameters = [p for p in model.parameters() if p.requires_grad]
        self._weights = regularization.weights_of(model)
        self._clipped_norm: Tensor | None = None

    def __call__(self, inputs: Tensor, targets: Tensor) -> Tensor:
        loss = self.gradients(inputs, targets)
        self.update()
        return loss

    def gradients(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """All but the update: the parameters have their gradients then, clipped."""
        loss = self.loss(inputs, targets)
        self.backward(loss)
        return loss.detach()

    def loss(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """The forward pass: the batch's loss, 0-dim, without penalties."""
        loss: Tensor = self._criterion(self._model(inputs), targets)
        return loss

    def backward(self, loss: Tensor) -> None:
        """The gradients of the loss with its penalties, clipped."""
        objective = self._regularization.added(loss, self._weights)
        self._optimizer.zero_grad()
        if objective.requires_grad:  # a chain without parameters has nothing to learn
            objective.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        if self._regularization.clip_norm is not None and self._parameters:
            self._clipped_norm = nn.utils.clip_grad_norm_(
                self._parameters, self._regularization.clip_norm
            )

    def update(self) -> None:
        """Let the optimizer change the parameters by their gradients."""
        self._optimizer.step()

    def gradient_norm(self) -> float:
        if self._clipped_norm is not None:
            return self._clipped_norm.item()
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        return nn.utils.get_total_norm(gradients).item() if gradients else 0.0

    def renew(self) -> None:
        """Nothing was made of it."""
