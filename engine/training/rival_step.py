"""A step of two networks: the discriminator learns first, then the one that makes something."""

from __future__ import annotations

import torch
from torch import Tensor, nn, optim

from engine.training.rivalry import RivalLoss, RivalNetwork, of_discriminator
from engine.training.step import EagerStep, Regularization


class RivalStep(EagerStep):
    """As a tutorial writes it; targets are the points that made ones are to be like.

    Penalties are on the weights of the network that makes them, gradients of both are clipped,
    each network's by themselves. What is told of gradients is told of that network.
    """

    _model: RivalNetwork
    _criterion: RivalLoss

    def __init__(
        self,
        model: RivalNetwork,
        criterion: RivalLoss,
        optimizer: optim.Optimizer,
        regularization: Regularization,
    ) -> None:
        super().__init__(model, criterion, optimizer, regularization)
        self._rivals = of_discriminator(model)
        apart = set(self._rivals)
        self._parameters = [p for p in self._parameters if p not in apart]

    def __call__(self, inputs: Tensor, targets: Tensor) -> Tensor:
        made = self._model(inputs)
        judge = self._model.discriminator
        of_data, of_made = judge(targets), judge(made.detach())
        rivals_loss = self._criterion.of_points(of_data) + self._criterion.of_made(of_made)
        self._optimizer.zero_grad()
        rivals_loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        self._clip(self._rivals)
        self._optimizer.step()  # passes over what has no gradient
        loss = self._criterion.of_points(judge(made))
        objective = self._regularization.added(loss, self._weights)
        kept = [parameter.grad for parameter in self._rivals]
        self._optimizer.zero_grad()
        for parameter, gradient in zip(
            self._parameters, torch.autograd.grad(objective, self._parameters), strict=True
        ):
            parameter.grad = gradient
        self._clipped_norm = self._clip(self._parameters)
        self._optimizer.step()
        for parameter, own in zip(self._rivals, kept, strict=True):
            parameter.grad = own
        return loss.detach()

    def _clip(self, parameters: list[nn.Parameter]) -> Tensor | None:
        longest = self._regularization.clip_norm
        return None if longest is None else nn.utils.clip_grad_norm_(parameters, longest)


def eager_step(
    model: nn.Module,
    criterion: nn.Module,
    optimizer: optim.Optimizer,
    regularization: Regularization,
) -> EagerStep:
    """The step that every other one is compared with."""
    if isinstance(model, RivalNetwork) and isinstance(criterion, RivalLoss):
        return RivalStep(model, criterion, optimizer, regularization)
    return EagerStep(model, criterion, optimizer, regularization)
