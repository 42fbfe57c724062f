"""The optimizer's groups of parameters, where layers learn at rates of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn, optim

from engine.training.freezing import Network, trained_parameters

SHARE = "share"
"""The setting of a group that its rate is the learning rate times; absent where there is one."""


def parameter_groups(
    model: Network, shares: Mapping[int, float], rate: float
) -> list[nn.Parameter] | list[dict[str, Any]]:
    """What an optimizer is made of; the first group learns at the rate itself.

    shares: of layers by number, of those that have another than 1.
    """
    if not shares:
        return trained_parameters(model)
    by_share: dict[float, list[nn.Parameter]] = {1.0: []}
    for number, layer in enumerate(model):
        by_share.setdefault(shares.get(number, 1.0), []).extend(trained_parameters(layer))
    return [
        {"params": parameters, "lr": rate * share, SHARE: share}
        for share, parameters in by_share.items()
    ]


def group_numbers(optimizer: optim.Optimizer, parameters: Sequence[Tensor]) -> list[int]:
    """Of each parameter, the number of its group."""
    places = {one: n for n, group in enumerate(optimizer.param_groups) for one in group["params"]}
    return [places.get(one, 0) for one in parameters]


def set_rate(optimizer: optim.Optimizer, rate: float) -> None:
    """Have every group learn at its share of a rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group[SHARE] if SHARE in group else rate


def grouped_parameters(optimizer: optim.Optimizer) -> list[nn.Parameter]:
    """All that an optimizer changes, in the order in which its state is numbered."""
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]
