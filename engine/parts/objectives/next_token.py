"""The objective of language models: to say, at every place of a text, what comes next."""

from __future__ import annotations

from dataclasses import replace

from engine.parts.data.facts import Facts
from engine.parts.later import torch
from engine.parts.objectives.base import Objective


def shifted(inputs: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Of each window all but the last token, and all but the first: what comes after each."""
    return inputs[:, :-1], inputs[:, 1:]


class NextToken(Objective, name="next_token"):
    """Say at each place of a text which token comes next; what is learned can write."""

    words = (
        "Hides the next character again and again and asks for it; who can tell what comes next "
        "can also write."
    )
    here = "Here each window asks as many questions as it is long, {train} windows an epoch."
    pose = staticmethod(shifted)
    asks_ahead = True

    def refusal(self, facts: Facts) -> str:
        if facts.tokens and not facts.has_targets:
            return ""
        return 'next_token() is asked of texts: take names(), or text(path="file.txt")'

    def asked(self, facts: Facts) -> Facts:
        positions = facts.shape[0] - 1
        return replace(facts, shape=(positions,), positions=positions, has_targets=True)
