"""The objective that needs no other: to say of each sample what the data says of it."""

from __future__ import annotations

from engine.parts.data.facts import Facts
from engine.parts.objectives.base import Objective


class Supervised(Objective, name="supervised"):
    """Predict each sample's own target: its class, or its numbers."""

    words = "Asks the network for what the data says of each sample, and shows it the answer."
    here = "Here {train} samples are learned from, each with its answer."

    def refusal(self, facts: Facts) -> str:
        if facts.has_targets:
            return ""
        wanted = "next_token()" if facts.tokens else "flow()"
        return f'the data has no answers to learn: write objective = "{wanted}"'
