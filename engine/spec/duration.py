"""How long a training takes on one core, about: told from its description, before it begins."""

from __future__ import annotations

from collections.abc import Sequence

from engine.parts.shapes import product
from engine.spec.chain import Link, every

STEP_S = 2e-4
"""Of a step of a tiny network."""
MULTIPLICATION_S = 5e-10
"""Of one weight at one place for one sample, forward and back. Measured with
engine.training.step_timing on the presets: both are right to within a factor of three."""


def step_seconds(chain: Sequence[Link], batch_size: int) -> float:
    """About how long one step takes."""
    return STEP_S + MULTIPLICATION_S * batch_size * sum(map(_multiplications, every(chain)))


def _multiplications(link: Link) -> int:
    """How often a weight is multiplied for one sample: convolutions use theirs at each place."""
    if not link.layer.weights:
        return 0
    places = product(link.output_shape) // (link.layer.width or product(link.output_shape))
    return link.own_parameters * max(1, places)
