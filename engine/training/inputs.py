"""From raw samples to what the network takes: the same way for training, pictures, predictions."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from engine.decoding import converted
from engine.parts.data import Pixels


@dataclass(frozen=True)
class InputMap:
    """How raw inputs become stored ones (once) and stored ones a batch (each time)."""

    crosses: tuple[str, ...] = ()
    pixels: Pixels | None = None
    fill: Tensor | None = None
    """(columns,) put where a cell is missing."""
    means: Tensor | None = None
    scales: Tensor | None = None
    """(columns,) subtracted and divided by, of the training split."""

    def stored(self, raw: Tensor) -> Tensor:
        """Raw inputs as they are kept: (samples, *raw shape) to (samples, *stored shape)."""
        raw = self.filled(raw)
        if self.means is not None and self.scales is not None:
            raw = (raw - self.means) / self.scales
        if self.crosses:
            from engine.parts.data.crosses import cross_features

            raw = cross_features(raw, self.crosses)
        return raw

    def filled(self, raw: Tensor) -> Tensor:
        """Raw inputs with the training split's means where cells are missing."""
        if self.fill is None or not raw.isnan().any():
            return raw
        return torch.where(raw.isnan(), self.fill, raw)

    def batch(self, stored: Tensor) -> Tensor:
        """A batch of stored inputs as the network takes them: float32, normalised."""
        if self.pixels is None:
            return stored
        x = stored.to(torch.float32, copy=True).div_(self.pixels.scale)
        mean, std = self.pixels.mean, self.pixels.std
        if any(mean) or any(s != 1 for s in std):
            x.sub_(_per_channel(mean, x.device)).div_(_per_channel(std, x.device))
        return x

    def plain(self) -> dict[str, Any]:
        """What is no tensor, as plain values for a checkpoint's state."""
        pixels = None if self.pixels is None else asdict(self.pixels)
        return {"crosses": list(self.crosses), "pixels": pixels}

    @classmethod
    def stored_as(cls, plain: dict[str, Any], tensors: dict[str, Tensor]) -> InputMap:
        """The map that a checkpoint holds, from `plain()` and `tensors()`."""
        pixels = None if plain["pixels"] is None else converted(plain["pixels"], Pixels)
        return cls(
            tuple(plain["crosses"]),
            pixels,
            tensors.get("fill"),
            tensors.get("means"),
            tensors.get("scales"),
        )

    def tensors(self) -> dict[str, Tensor]:
        """What a checkpoint keeps so that predictions need no data."""
        named = {"fill": self.fill, "means": self.means, "scales": self.scales}
        return {name: tensor for name, tensor in named.items() if tensor is not None}


@lru_cache(maxsize=16)
def _per_channel(values: tuple[float, ...], device: torch.device) -> Tensor:
    """(channels, 1, 1), to be read only: one tensor serves all batches."""
    return torch.tensor(values, device=device).view(-1, 1, 1)
