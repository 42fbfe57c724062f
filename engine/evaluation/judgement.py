"""What is said of a network once it was judged; every part of it is plain numbers and words."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.evaluation.sample import Sample
from engine.runs.pictures import Picture

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

    name: Literal["commonest class", "mean", "last value", "linear model"]
    value: float
    note: str = ""


class ReliabilityBin(msgspec.Struct, frozen=True, kw_only=True):
    """The samples whose likeliest class was given a share between two."""

    low: float
    high: float
    samples: int
    share: float
    """That was given, on average."""
    right: float
    """The share of them that is right."""
    low_right: Figure
    high_right: Figure


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Whether probabilities come true."""

    bins: list[ReliabilityBin]
    error: Figure
    """The expected calibration error."""
    temperature: float
    """What logarithms of probabilities are to be divided by."""
    error_after: Figure
    """With the temperature."""
    log_loss: Figure
    log_loss_after: Figure
    fitted_to: str
    """The split that the temperature is fitted to; empty for halves of the judged one in turn."""


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What mistakes cost, of two classes."""

    alarm: float = 1.0
    """To say the second class where it is not."""
    miss: float = 1.0
    """Not to say it where it is."""


EVEN = Cost()
"""Both mistakes cost the same."""


class ThresholdPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What comes of a threshold."""

    threshold: float
    precision: Figure
    recall: Figure


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """From which share on the second of two classes is said."""

    of: str
    """That class."""
    points: list[ThresholdPoint]
    cost: Cost
    usual: ThresholdPoint
    usual_cost: float
    """Of mistakes at one half, a sample."""
    chosen: ThresholdPoint
    chosen_cost: float
    fitted_to: str
    """The split that it is chosen by; empty for the judged one."""


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """Samples that have something in common."""

    column: str
    value: str
    samples: int
    score: float
    """The headline's, of them."""
    rest: float
    """The same of all others."""
    chance: float
    """How likely they are so much worse by chance alone."""
    is_small: bool


class Twin(msgspec.Struct, frozen=True, kw_only=True):
    """A sample of the training that is nearly the same as another."""

    number: int
    actual: str


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """A sample that is told wrong, or far off."""

    sample: Sample
    actual: str
    predicted: str
    share: Figure = None
    """That was given to what is predicted; None of numbers."""
    twin: Twin | None = None


class Importance(msgspec.Struct, frozen=True, kw_only=True):
    """How much worse the headline is where a column's values are shuffled among the samples."""

    column: str
    loss: float
    """On average over the repeats; below 0 where it is better so."""
    deviation: float


class Dependence(msgspec.Struct, frozen=True, kw_only=True):
    """What is said on average where a column has one value in every sample."""

    column: str
    of: str
    """The class whose share, or the target whose number it is."""
    values: list[float]
    labels: list[str]
    """Of categories; empty for numbers."""
    means: list[Figure]


class Saliency(msgspec.Struct, frozen=True, kw_only=True):
    """Which pixels of a picture sway what is said of it."""

    picture: Picture
    where: Picture
    """As large, gray: how much each pixel sways the score of what is said, the most white."""


class Strain(msgspec.Struct, frozen=True, kw_only=True):
    """The headline where inputs are made worse, more and more."""

    what: str
    amounts: list[str]
    values: list[Figure]


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """How far a column lies from the training's."""

    column: str
    test: Literal["KS", "χ²"]
    distance: float
    """From 0 to 1."""
    chance: float
    """How likely it is so far by chance alone."""
    before: Figure = None
    now: Figure = None
    """The means of numbers."""


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
    calibration: Calibration | None = None
    threshold: Threshold | None = None
    mistakes: list[Mistake] = []
    num_mistakes: int = 0
    slices: list[Slice] = []
    importances: list[Importance] = []
    dependences: list[Dependence] = []
    saliencies: list[Saliency] = []
    """Of pictures, one of each class."""
    strains: list[Strain] = []
    drifts: list[Drift] = []
    """Of other data than the training's."""


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
