"""A checkpoint damaged in every way, read by what goes on from it and by what predicts with it."""

from __future__ import annotations

from tests.engine.training.damage import fuzz
from tests.soak.ground import Ground


def soak(ground: Ground) -> None:
    """None is read with other numbers, raises anything but BadCheckpoint, or is half restored."""
    outcomes, wrong = fuzz(ground.times, ground.chance.randrange(2**31), ground.folder)
    for outcome, count in outcomes.items():
        ground.counts[outcome.rpartition(": ")[2]] += count
    for problem in wrong:
        ground.fail(problem)
