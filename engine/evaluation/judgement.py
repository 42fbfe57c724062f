"""What is said of a network once it was judged; every part of it is plain numbers and words."""

from __future__ import annotations

from typing import Literal

import msgspec

Figure = float | None
Standing = Literal["better", "alike", "worse", "unknown"]
"""How it compares with the best of what needs no network."""

Winner = Literal["first", "second", "neither"]


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A metric with the interval in which it lies, of 95 of 100 sets of samples like these."""

    name: str
    title: str
    value: Figure
    low: Figure = None
    high: Figure = None
    unit: str = ""
    """Of the target, where the metric has it."""


class OfClass(msgspec.Struct, frozen=True, kw_only=True):
    """The scores of one class."""

    name: str
    samples: int
    precision: Score
    recall: Score
    f1: Score


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What is reached on the same samples without a network."""

    name: Literal["commonest class", "mean", "linear model"]
    value: float
    note: str = ""


class Judgement(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="judged"):
    """All that is said of a network on samples whose answers are known."""

    split: str
    samples: int
    verdict: str
    """How good it is and why that is so, in a sentence or two."""
    doubt: str = ""
    """What stands against believing it, if anything does."""
    standing: Standing
    headline: str
    """The name of the score that the verdict and the baselines are of."""
    scores: list[Score]
    classes: list[OfClass] = []
    baselines: list[Baseline] = []


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """Two networks on the same samples."""

    first: int
    second: int
    """Their places among those that are compared."""
    first_better: int
    second_better: int
    """Samples on which one is right and the other wrong, or is less far off."""
    p: Figure = None
    """How often chance alone would part them so, of classes; None of numbers."""
    gain: Figure
    """By how much the first is less far off on average: in numbers' unit, else in accuracy."""
    low: Figure = None
    high: Figure = None
    """Between which that lies."""
    loss_gain: Figure = None
    loss_low: Figure = None
    loss_high: Figure = None
    """The same of what the true class's share costs, its logarithm; None of numbers."""
    winner: Winner
    unit: str = ""
