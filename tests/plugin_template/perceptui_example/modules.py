"""What PyTorch has not: exported scripts import it from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn, optim


class SineModule(nn.Module):
    def __init__(self, frequency: float = 1.0) -> None:
        super().__init__()
        self.frequency = frequency

    def forward(self, inputs: Tensor) -> Tensor:
        return torch.sin(self.frequency * inputs)


class LogCosh(nn.Module):
    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return torch.log(torch.cosh(outputs - targets)).mean()


class SignDescent(optim.Optimizer):
    def __init__(self, params: Iterable[nn.Parameter], lr: float = 1e-3) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]  # no closure is ever given
        for group in self.param_groups:
            for one in group["params"]:
                if one.grad is not None:
                    one.sub_(one.grad.sign(), alpha=group["lr"])
