"""What objectives have in common that have a sample given back as it came in."""

from __future__ import annotations

from dataclasses import replace

from engine.parts.data.facts import Facts
from engine.parts.objectives.base import Objective
from engine.parts.shapes import product


class GivesBack(Objective, abstract=True):
    """An objective that asks for the sample itself, laid out flat, as the network takes it."""

    is_stackable = False

    def refusal(self, facts: Facts) -> str:
        if facts.num_tokens or facts.is_sequence or facts.painting:
            return (
                f"{self.name}() has whole samples given back, pictures or rows of numbers: take "
                "digits(), moons() or a table"
            )
        return ""

    def asked(self, facts: Facts) -> Facts:
        size = product(facts.shape)
        known = (facts.input_names, facts.feature_names)
        return replace(
            facts,
            task="reconstruction",
            classes=(),
            kinds=facts.classes,
            num_targets=size,
            target_names=next((names for names in known if len(names) == size), ()),
            target_units=(),
            planar=False,
            has_targets=True,
            returned=facts.shape,
        )
