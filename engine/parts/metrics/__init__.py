"""What is measured of a network. To add a metric, declare it here and write its formula.

Reports, tables, the list of runs, comparisons, curves, the exported script and the reference follow
from the declaration.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from engine.parts.metrics.metric import Metric, Task

_DECLARED = (
    Metric(
        name="loss",
        title="Loss",
        what="what the training makes small",
        words="How wrong the network is, in the unit of the loss function: only comparing two "
        "says something.",
        unit="loss",
        higher_is_better=False,
        tasks=("classification", "regression", "generation", "reconstruction"),
        formula="",
        in_line=True,
        weight=4,
    ),
    Metric(
        name="accuracy",
        title="Accuracy",
        what="the share of the samples whose class is predicted",
        words="How many of all samples are told right; where one class is common, guessing it "
        "looks good.",
        here="Here {right} of {samples} {split} samples are told right: {value}.",
        higher_is_better=True,
        tasks=("classification",),
        formula="accuracy",
        decimals=3,
        is_headline=True,
        in_line=True,
        weight=0,
    ),
    Metric(
        name="balanced_accuracy",
        title="Balanced",
        what="the mean over the classes of the share that is recognized",
        words="How many samples of each class are told right, every class counting the same, "
        "however rare it is.",
        higher_is_better=True,
        tasks=("classification",),
        formula="balanced_accuracy",
        decimals=3,
        is_even=True,
        weight=6,
    ),
    Metric(
        name="top_5_accuracy",
        title="Top 5",
        what="the share of the samples whose class is among the five largest outputs",
        words="How many samples have their class among the five best guesses.",
        here="Here {right} of {samples} {split} samples have: {value}.",
        higher_is_better=True,
        tasks=("classification",),
        least_classes=10,
        formula="top_5_accuracy",
        decimals=3,
        weight=7,
    ),
    Metric(
        name="roc_auc",
        title="ROC AUC",
        what="how surely a sample of a class gets more of it than one of another, each class "
        "against the others",
        words="How well scores put the classes in order: 1 is perfect, 0.5 is guessing.",
        higher_is_better=True,
        tasks=("classification",),
        formula="roc_auc",
        library="sklearn",
        imports=("from sklearn.metrics import roc_auc_score",),
        decimals=3,
        weight=8,
    ),
    Metric(
        name="brier_score",
        title="Brier",
        what="the mean squared distance of the probabilities from what came true",
        words="How far the probabilities are from what came true: 0 is perfect, and being "
        "surely wrong costs most.",
        higher_is_better=False,
        tasks=("classification",),
        formula="brier_score",
        library="sklearn",
        imports=("import warnings", "from sklearn.metrics import brier_score_loss"),
        decimals=3,
        weight=9,
    ),
    Metric(
        name="mae",
        title="MAE",
        what="the mean absolute error",
        words="How far off the network is on average, in the unit of what it predicts.",
        unit="target",
        higher_is_better=False,
        tasks=("regression",),
        formula="mae",
        in_line=True,
        weight=3,
    ),
    Metric(
        name="rmse",
        title="RMSE",
        what="the root of the mean squared error",
        words="How far off it is, large errors counting more, in the unit of what it predicts.",
        unit="target",
        higher_is_better=False,
        tasks=("regression", "reconstruction"),
        formula="rmse",
        weight=0,
    ),
    Metric(
        name="perplexity",
        title="Perplexity",
        what="how many tokens it wavers between, as if all of them were as likely",
        words="Among how many next characters it is undecided on the whole: 1 is to know each, and "
        "as many as there are is to know nothing.",
        higher_is_better=False,
        tasks=("classification",),
        objectives=("next_token",),
        formula="perplexity",
        weight=2,
    ),
    Metric(
        name="bits_per_token",
        title="Bits",
        what="the bits that a token costs whoever writes it down by what the network says",
        words="How many yes-or-no questions each next character leaves open: of a text whose "
        "tokens are characters these are its bits per character.",
        higher_is_better=False,
        tasks=("classification",),
        objectives=("next_token",),
        formula="bits_per_token",
        weight=10,
    ),
    Metric(
        name="r2",
        title="R²",
        what="the share of the targets' variance that is explained",
        words="How much better it is than always saying the mean: 1 is perfect, 0 is no better.",
        higher_is_better=True,
        tasks=("regression", "reconstruction"),
        formula="r2",
        decimals=3,
        is_headline=True,
        in_line=True,
        weight=2,
    ),
    Metric(
        name="energy_distance",
        title="Distance",
        what="the energy distance between points of the data and as many that are made",
        words="How far what it makes is from the data as a whole: never below what two handfuls of "
        "the data are from each other.",
        higher_is_better=False,
        tasks=("generation",),
        formula="energy_distance",
        decimals=4,
        is_headline=True,
        in_line=True,
        weight=0,
    ),
    Metric(
        name="reconstruction",
        title="Given back",
        what="the part of the loss that is about samples being given back",
        words="How wrong samples are given back, summed over a sample's numbers: the loss without "
        "what it costs that places are unlike noise.",
        unit="loss",
        higher_is_better=False,
        tasks=("reconstruction",),
        objectives=("variational",),
        formula="reconstruction",
        in_line=True,
        weight=6,
    ),
    Metric(
        name="divergence",
        title="KL",
        what="how far samples' places are from standard normal noise, in nats (KL divergence)",
        words="How much the places tell of their samples: near 0 they are all the same noise, and "
        "whatever is decoded was guessed without them.",
        higher_is_better=False,
        tasks=("reconstruction",),
        objectives=("variational",),
        formula="divergence",
        in_line=True,
        weight=1,
    ),
    Metric(
        name="coverage",
        title="Covered",
        what="the share of the data's points with a made one among the nearest fiftieth of them",
        words="How much of the data it makes the like of: near 1 nothing is left out, and who "
        "makes one thing over and over covers little.",
        higher_is_better=True,
        tasks=("generation",),
        objectives=("adversarial",),
        formula="coverage",
        decimals=3,
        weight=2,
    ),
    Metric(
        name="told_apart",
        title="Told apart",
        what="the share of points, of the data and made, that the discriminator tells right",
        words="Which of two networks leads: at 0.5 the discriminator guesses, at 1 it is never "
        "deceived.",
        higher_is_better=False,
        tasks=("generation",),
        objectives=("adversarial",),
        formula="told_apart",
        decimals=3,
        in_line=True,
        weight=1,
    ),
    Metric(
        name="discriminator_loss",
        title="Other loss",
        what="what the discriminator makes small, while the network has a loss of its own",
        words="How badly the discriminator tells points from made ones: the other loss of the two.",
        unit="loss",
        higher_is_better=False,
        tasks=("generation",),
        objectives=("adversarial",),
        formula="discriminator_loss",
        weight=5,
    ),
    Metric(
        name="psnr",
        title="PSNR",
        what="how far a picture's mean squared error is below white's, in decibels",
        words="How close a picture comes to the one it is of: at 20 it is blurred, at 30 one must "
        "look for what is wrong, and each 10 more are a tenth of the squared error.",
        here="Here it is {value} decibels over {samples} {split} pixels.",
        higher_is_better=True,
        tasks=("regression", "reconstruction"),
        of_pictures=True,
        formula="psnr",
        decimals=2,
        is_headline=True,
        in_line=True,
        weight=5,
    ),
)

METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _DECLARED}
"""Every metric by its name, in the order in which they are told."""
HEADLINES = tuple(one for one in _DECLARED if one.is_headline and not one.of_pictures)
"""One for each task: what a list of runs shows beside the loss."""
UNEVEN = 0.7
"""The share of the commonest class above which accuracy says little of the others."""

SPLITS = ("train", "validation", "test")
"""The splits of which they are measured, in the order in which they are told."""


@cache
def metrics_of(
    task: Task, num_classes: int, objective: str = "", *, pictures: bool = False
) -> tuple[Metric, ...]:
    """Those that can be measured where targets are of this kind.

    num_classes: 0 for numbers; objective: as the data's facts have it, empty for its own targets;
    pictures: whether the targets are a picture's colors.
    """
    fitting = (
        one for one in _DECLARED if one.fits(task, num_classes, objective, pictures=pictures)
    )
    return tuple(fitting)


def reported(
    task: Task, num_classes: int, select: str, objective: str = "", *, pictures: bool = False
) -> tuple[Metric, ...]:
    """Those that every report tells; select: the name of the one that selects."""
    fitting = metrics_of(task, num_classes, objective, pictures=pictures)
    return tuple(one for one in fitting if one.is_reported or one.name == select)


def headlines_of(
    task: Task, select: str, *, uneven: bool, pictures: bool = False
) -> tuple[Metric, ...]:
    """What stands for a training beside the loss, what selects first.

    uneven: whether a class is common, or classes are weighted; pictures: whether the targets are a
    picture's colors, which then are told as such.
    """
    known = [one for one in _DECLARED if task in one.tasks and one.of_pictures == pictures]
    standing = [one for one in known if one.is_headline or (uneven and one.is_even)]
    selecting = METRICS[select]
    first = (selecting,) if selecting.formula else ()
    return (*first, *(one for one in standing if one not in first))


def headlines_named(names: Collection[str]) -> tuple[Metric, ...]:
    """Those that a record names; a record from before it named any has each task's."""
    return tuple(METRICS[name] for name in names if name in METRICS) or HEADLINES


def declared(name: str) -> tuple[str, Metric] | None:
    """The split and the metric that a name like `test_accuracy` means; None for another name."""
    split, _, rest = name.partition("_")
    if split in SPLITS and rest in METRICS:
        return split, METRICS[rest]
    return None


def score(measured: Mapping[str, float | None], name: str) -> float | None:
    """A metric of the test split, else of the training split; None where there is none.

    measured: by names like `test_accuracy`.
    """
    return measured.get(f"test_{name}", measured.get(f"train_{name}"))


__all__ = [
    "HEADLINES",
    "METRICS",
    "SPLITS",
    "UNEVEN",
    "Metric",
    "declared",
    "headlines_named",
    "headlines_of",
    "metrics_of",
    "reported",
    "score",
]
