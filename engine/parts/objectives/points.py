"""What objectives have in common that make points of a plane."""

from __future__ import annotations

from dataclasses import replace

from engine.parts.data.facts import Facts
from engine.parts.objectives.base import Objective


class MakesPoints(Objective, abstract=True):
    """An objective whose networks turn noise into points like those of the data."""

    is_stackable = False

    def num_inputs(self, width: int) -> int:
        """Numbers that the network is given; width: those of a point."""
        return width

    def refusal(self, facts: Facts) -> str:
        if facts.planar and facts.shape != (2,):
            return f"{self.name}() makes points (x1, x2): leave features out of the data"
        if facts.num_tokens or facts.painting or facts.shape != (2,):
            return (
                f"{self.name}() learns to make points of a plane: take moons(), rings() or "
                'eight_gaussians(), or points(path="mine.csv")'
            )
        return ""

    def asked(self, facts: Facts) -> Facts:
        return replace(
            facts,
            shape=(self.num_inputs(facts.shape[0]),),
            task="generation",
            classes=(),
            num_targets=facts.shape[0],
            feature_names=(),
            input_names=(),
            target_names=(),
            target_units=(),
            planar=False,
            has_targets=True,
            made=facts.shape,
        )
