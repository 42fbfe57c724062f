"""Samples' answers as a person reads them."""

from __future__ import annotations

from engine.evaluation.evidence import Array, Evidence


def answer(evidence: Evidence, place: int) -> str:
    """What a network says of a sample."""
    return _worded(evidence, evidence.predicted, place)


def truth(evidence: Evidence, place: int) -> str:
    """What a sample is."""
    return _worded(evidence, evidence.targets, place)


def _worded(evidence: Evidence, values: Array, place: int) -> str:
    if evidence.is_classes:
        return evidence.facts.classes[int(values[place])]
    return ", ".join(f"{one:.5g}" for one in values[place])
