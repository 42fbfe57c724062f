"""From raw samples to what the network takes: the same way for training, pictures, predictions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import msgspec
import torch
from torch import Tensor

from engine.parts.data import Pixels
from engine.parts.data.crosses import CODE
from engine.parts.shapes import Shape, product


class InputState(msgspec.Struct, frozen=True):
    """What of an InputMap is no tensor, as a checkpoint's JSON holds it."""

    crosses: tuple[str, ...]
    pixels: Pixels | None


@dataclass(frozen=True)
class InputMap:
    """How raw inputs become stored ones (once) and stored ones a batch (each time)."""

    crosses: tuple[str, ...] = ()
    pixels: Pixels | None = None
    fill: Tensor | None = None
    """(columns,) put where a cell is missing."""
    means: Tensor | None = None
    scales: Tensor | None = None
    """(columns,) float64, subtracted and divided by, of the training split."""

    def stored(self, raw: Tensor) -> Tensor:
        """Raw inputs as they are kept: (samples, *raw shape) to (samples, *stored shape)."""
        raw = self.filled(raw)
        if self.means is not None and self.scales is not None:
            raw = standardized(raw, self.means, self.scales)
        if self.crosses:
            from engine.parts.data.crosses import cross_features

            raw = cross_features(raw, self.crosses)
        return raw

    def filled(self, raw: Tensor) -> Tensor:
        """Raw inputs with the training split's means where cells are missing."""
        if self.fill is None or not raw.isnan().any():
            return raw
        return torch.where(raw.isnan(), self.fill, raw)

    def own(self, stored: Tensor) -> Tensor:
        """Rows of numbers as the data has them, from those that are stored; no crosses."""
        if self.means is None or self.scales is None:
            return stored
        return (stored.double() * self.scales + self.means).float()

    def batch(self, stored: Tensor) -> Tensor:
        """A batch of stored inputs as the network takes them: float32, normalised."""
        if self.pixels is None:
            return stored
        x = stored.to(torch.float32, copy=True).div_(self.pixels.scale)
        mean, std = self.pixels.mean, self.pixels.std
        if any(mean) or any(s != 1 for s in std):
            x.sub_(_per_channel(mean, x.device)).div_(_per_channel(std, x.device))
        return x

    def state(self) -> InputState:
        """What a checkpoint keeps beside tensors."""
        return InputState(self.crosses, self.pixels)

    @classmethod
    def stored_as(cls, state: InputState, tensors: dict[str, Tensor], shape: Shape) -> InputMap:
        """The map that a checkpoint holds, from `state()` and `tensors()`.

        shape: of a network input. Raises ValueError for what can't make one of a sample.
        """
        columns = 2 if state.crosses else product(shape)
        if state.crosses and shape != (len(state.crosses),):
            raise ValueError(f"{len(state.crosses)} features for inputs of {shape}")
        if not CODE.keys() >= set(state.crosses):
            raise ValueError(f"unknown features among {', '.join(state.crosses)}")
        if not tensors.keys() <= {"fill", "means", "scales"}:
            raise ValueError(f"unknown are {sorted(tensors)}")
        for name, tensor in tensors.items():
            kinds = (torch.float32,) if name == "fill" else (torch.float64, torch.float32)
            if tensor.dtype not in kinds or tensor.shape != (columns,):
                raise ValueError(f"{name} are not {columns} numbers")
        if ("means" in tensors) != ("scales" in tensors):
            raise ValueError("means and scales belong together")
        if state.pixels is not None:
            for values in (state.pixels.mean, state.pixels.std):
                if len(values) not in (1, shape[0]):
                    raise ValueError(f"{len(values)} numbers for {shape[0]} channels")
        return cls(state.crosses, state.pixels, **tensors)

    def tensors(self) -> dict[str, Tensor]:
        """What a checkpoint keeps so that predictions need no data."""
        named = {"fill": self.fill, "means": self.means, "scales": self.scales}
        return {name: tensor for name, tensor in named.items() if tensor is not None}


def standardized(raw: Tensor, means: Tensor, scales: Tensor) -> Tensor:
    """Numbers less their mean, divided by their scale, in float64: (samples, columns) float32.

    A part at a time, so that no second copy in float64 is needed.
    """
    parts = [((part.double() - means) / scales).float() for part in torch.split(raw, _ROWS)]
    return parts[0] if len(parts) == 1 else torch.cat(parts)


_ROWS = 65_536


@lru_cache(maxsize=16)
def _per_channel(values: tuple[float, ...], device: torch.device) -> Tensor:
    """(channels, 1, 1), to be read only: one tensor serves all batches."""
    return torch.tensor(values, device=device).view(-1, 1, 1)
