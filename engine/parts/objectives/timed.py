"""What objectives have in common that turn noise into points step by step."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from engine.parts.later import torch
from engine.parts.objectives.points import MakesPoints

NUM_WAVES = 3


def waves(time: torch.Tensor) -> torch.Tensor:
    """A time from 0 to 1 as six numbers, so that small differences show: (samples, 1) to (…, 6)."""
    angles = math.pi * time * torch.tensor([1.0, 2.0, 4.0], device=time.device)
    return torch.cat([angles.sin(), angles.cos()], 1)


class Timed(MakesPoints, abstract=True):
    """An objective whose networks are asked at a time, which stands as a few sines beside a point.

    Its classes declare `steps`, how many a sample takes.
    """

    needs: ClassVar[tuple[Callable[..., Any], ...]] = (waves,)
    needs_math = True

    steps: int

    def num_inputs(self, width: int) -> int:
        return width + 2 * NUM_WAVES

    def drawing(self) -> dict[str, int]:
        return {"steps": self.steps}
