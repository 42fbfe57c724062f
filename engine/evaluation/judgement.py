"""What is said of a network once it was judged; every part of it is plain numbers and words."""

from __future__ import annotations

from typing import Literal

import msgspec

Figure = float | None
Standing = Literal["better", "alike", "worse", "unknown"]
"""How it compares with the best of what needs no network."""


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
