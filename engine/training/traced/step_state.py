"""Everything that a training step changes, copied."""

from __future__ import annotations

import torch
from torch import Tensor, nn, optim


class StepState:
    """Parameters, buffers, optimizer state and generators at one moment."""

    def __init__(self, model: nn.Module, optimizer: optim.Optimizer) -> None:
        self._live = tensors(model, optimizer)
        self._copies = [t.detach().clone() for t in self._live]
        devices = {t.device for t in self._live if t.device.type == "cuda"}
        self._random = torch.get_rng_state()
        self._random_cuda = {device: torch.cuda.get_rng_state(device) for device in devices}

    def restore(self) -> None:
        """Put everything back, in place."""
        with torch.no_grad():
            for live, copy in zip(self._live, self._copies, strict=True):
                live.copy_(copy)
        torch.set_rng_state(self._random)
        for device, state in self._random_cuda.items():
            torch.cuda.set_rng_state(state, device)

    def same_as(self, other: StepState) -> bool:
        """Whether two moments of one training agree to the last bit."""
        return (
            same_bits(self._copies, other._copies)
            and torch.equal(self._random, other._random)
            and all(
                torch.equal(state, other._random_cuda[device])
                for device, state in self._random_cuda.items()
            )
        )


def tensors(model: nn.Module, optimizer: optim.Optimizer) -> list[Tensor]:
    """Parameters, buffers, then the optimizer's state in the order of the parameters."""
    state = [
        value
        for p in model.parameters()
        for _, value in sorted(optimizer.state.get(p, {}).items())
        if isinstance(value, Tensor)
    ]
    return [*model.parameters(), *model.buffers(), *state]


def same_bits(some: list[Tensor], others: list[Tensor]) -> bool:
    """Whether tensors agree in shape and in every bit, any NaN being like any other."""
    return len(some) == len(others) and all(
        a.shape == b.shape and torch.equal(_bits(a), _bits(b))
        for a, b in zip(some, others, strict=True)
    )


def _bits(tensor: Tensor) -> Tensor:
    tensor = tensor.detach().reshape(-1)
    if tensor.is_floating_point():
        tensor = torch.where(tensor.isnan(), torch.nan, tensor)
    return tensor.contiguous().view(torch.uint8)
