"""Two networks against each other: how they are kept together, and what each makes small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from engine.parts.data import Facts
from engine.parts.losses import Loss
from engine.spec.experiment import Experiment
from engine.training.freezing import Network, trained_parameters
from engine.training.model import build_model
from engine.training.parameter_groups import SHARE

DISCRIMINATOR = "discriminator"


class RivalNetwork(Network):
    """The layers of a network that makes something, and beside them its discriminator.

    Only the former are run when it is called; whatever keeps, compares or moves a network's
    tensors has those of both.
    """

    def __init__(self, layers: Sequence[nn.Module], discriminator: nn.Module) -> None:
        super().__init__(*layers)
        self.discriminator = discriminator

    def __iter__(self) -> Iterator[nn.Module]:
        return iter([module for name, module in self._modules.items() if name != DISCRIMINATOR])

    def __len__(self) -> int:
        return len(self._modules) - 1


class RivalLoss(nn.Module):
    """What both networks learn by: a loss between what the discriminator says and 1 or 0."""

    def __init__(self, loss: nn.Module, discriminator: nn.Module, limit: float) -> None:
        """limit: what it says of a point beyond that means that it is the data's."""
        super().__init__()
        self.loss = loss
        self.discriminator = discriminator
        self.limit = limit

    def forward(self, made: Tensor, data: Tensor) -> Tensor:
        """The loss of who made points, judged in evaluation mode; data: not looked at."""
        return self.of_points(self.said(made))

    def said(self, points: Tensor) -> Tensor:
        """What the discriminator says of points, in evaluation mode: (samples, 1)."""
        was_training = self.discriminator.training
        self.discriminator.eval()
        try:
            said: Tensor = self.discriminator(points)
        finally:
            self.discriminator.train(was_training)
        return said

    def of_points(self, said: Tensor) -> Tensor:
        """How far what is said is from 1, the data's; so who makes points wants it, too."""
        loss: Tensor = self.loss(said, torch.ones_like(said))
        return loss

    def of_made(self, said: Tensor) -> Tensor:
        """How far what is said is from 0, that of made points."""
        loss: Tensor = self.loss(said, torch.zeros_like(said))
        return loss


def build_network(experiment: Experiment, facts: Facts) -> Network:
    """The network of an experiment, and beside it its rival, where its objective has one.

    Drawn in this order; facts: as it is asked.
    """
    network = build_model(experiment.network, facts.shape, experiment.precision)
    rival = experiment.objective.rival
    if rival is None:
        return network
    return RivalNetwork(list(network), build_model(rival, facts.made))


def rivals_criterion(criterion: nn.Module, loss: Loss, model: nn.Module) -> nn.Module:
    """What a network's outputs are compared by, where it may have a rival; loss: its part."""
    if not isinstance(model, RivalNetwork):
        return criterion
    return RivalLoss(criterion, model.discriminator, 0.0 if loss.outputs == "logit" else 0.5)


def of_discriminator(model: nn.Module) -> list[nn.Parameter]:
    """The parameters of the rival; they are the network's last ones."""
    if not isinstance(model, RivalNetwork):
        return []
    return list(model.discriminator.parameters())


def rival_groups(
    groups: list[nn.Parameter] | list[dict[str, Any]], model: nn.Module, share: float, rate: float
) -> list[nn.Parameter] | list[dict[str, Any]]:
    """The optimizer's groups with the rival's own, the last one."""
    rivals = of_discriminator(model)
    if not rivals:
        return groups
    if not isinstance(groups[0], dict):
        apart = set(rivals)
        own = [parameter for parameter in trained_parameters(model) if parameter not in apart]
        groups = [{"params": own, "lr": rate, SHARE: 1.0}]
    return [*groups, {"params": rivals, "lr": rate * share, SHARE: share}]


def of_network(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of a checkpoint without those of a rival: who only makes points needs none."""
    start = f"model.{DISCRIMINATOR}."
    return {name: tensor for name, tensor in tensors.items() if not name.startswith(start)}
