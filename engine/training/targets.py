"""From numbers to predict to what a network is trained on, and back to their own unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class TargetMap:
    """How numbers to predict are scaled for the loss; nothing is changed by the default."""

    logarithmic: bool = False
    """Whether their natural logarithms are trained on."""
    means: Tensor | None = None
    scales: Tensor | None = None
    """(targets,) float64, subtracted and divided by, of the training split."""

    @property
    def is_plain(self) -> bool:
        """Whether the numbers stay as they are."""
        return not self.logarithmic and self.means is None

    def trained(self, targets: Tensor) -> Tensor:
        """Numbers as the loss compares them: (samples, targets) float32, computed in float64."""
        if self.is_plain:
            return targets
        values = targets.double()
        if self.logarithmic:
            values = values.log()
        if self.means is not None and self.scales is not None:
            values = (values - self.means.to(values.device)) / self.scales.to(values.device)
        return values.float()

    def own(self, outputs: Tensor) -> Tensor:
        """A network's outputs in the unit of the data: (samples, targets) float32."""
        if self.is_plain:
            return outputs
        values = outputs.double()
        if self.means is not None and self.scales is not None:
            values = values * self.scales.to(values.device) + self.means.to(values.device)
        if self.logarithmic:
            values = values.exp()
        return values.float()

    def tensors(self) -> dict[str, Tensor]:
        """What a checkpoint keeps so that predictions need no data."""
        named = {"means": self.means, "scales": self.scales}
        return {name: tensor for name, tensor in named.items() if tensor is not None}

    @classmethod
    def stored_as(
        cls, logarithmic: bool, tensors: Mapping[str, Tensor], num_targets: int
    ) -> TargetMap:
        """The map that a checkpoint holds; raises ValueError for what can't be one."""
        if tensors and tensors.keys() != {"means", "scales"}:
            raise ValueError(f"of targets, unknown are {sorted(tensors)}")
        for name, tensor in tensors.items():
            if tensor.dtype != torch.float64 or tensor.shape != (num_targets,):
                raise ValueError(f"{name} of targets are not {num_targets} numbers")
        return cls(logarithmic, tensors.get("means"), tensors.get("scales"))


PLAIN = TargetMap()
