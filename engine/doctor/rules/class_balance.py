"""Rare classes: whether what is to help them does, and does so once."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, figure, rule

LEAST_RATIO = 1.5
"""Times as many samples as another class from which weights have a right way."""


def _counts(case: Case) -> tuple[int, ...]:
    """Samples of each class, where every class has some."""
    counts = case.statistics.class_counts if case.statistics else ()
    facts = case.facts
    known = facts is not None and len(counts) == len(facts.classes) and all(counts)
    return counts if known else ()


@rule("weights-favor-common")
def weights_favor_common(case: Case) -> Remarks:
    """A weight is to make up for few samples; one that goes with their number makes it worse
    (PRBonn/lidar-bonnetal#48: 1/log of the frequency gives more to what there is more of)."""
    weights, counts = case.experiment.class_weights, _counts(case)
    if not isinstance(weights, tuple) or len(weights) != len(counts) or case.facts is None:
        return
    most, least = counts.index(max(counts)), counts.index(min(counts))
    if counts[most] < LEAST_RATIO * counts[least] or weights[most] <= weights[least]:
        return
    common, rare = case.facts.classes[most], case.facts.classes[least]
    changes = {"class_weights": "balanced"} if case.experiment.sampler is None else {}
    yield Remark(
        "warning",
        "class_weights",
        f'"{common}" has {figure(counts[most] / counts[least])} times as many samples as "{rare}" '
        f"and {figure(weights[most] / weights[least])} times its weight: the weights make the rare "
        "class rarer still",
        'use class_weights = "balanced"' if changes else "",
        changes,
    )


@rule("balanced-twice")
def balanced_twice(case: Case) -> Remarks:
    """A balanced sampler has made up for what is rare; weights on top make the rare class common
    (datascience.SE 44755: both come to the same)."""
    weights, counts = case.experiment.class_weights, _counts(case)
    if not isinstance(weights, tuple) or case.experiment.sampler is None:
        return
    if not counts or len(weights) != len(counts) or case.facts is None:
        return
    most, least = counts.index(max(counts)), counts.index(min(counts))
    ratio = weights[least] / weights[most]
    if counts[most] < LEAST_RATIO * counts[least] or ratio < LEAST_RATIO:
        return
    yield Remark(
        "warning",
        "class_weights",
        f'sampler = "balanced" draws "{case.facts.classes[least]}" as often as the other classes, '
        f"and its weight of {figure(ratio)} times theirs makes up for its rareness once more",
        "leave class_weights out",
        {"class_weights": None},
    )


@rule("smoothed-away")
def smoothed_away(case: Case) -> Remarks:
    """Smoothing spreads a share of the label over all classes (Szegedy et al. 2016: 0.1); all of it
    leaves no label."""
    smoothing = case.experiment.loss.values().get("label_smoothing")
    if smoothing is None or smoothing < 1:
        return
    yield Remark(
        "error",
        "loss",
        f"label_smoothing={smoothing:g} spreads the whole label over all classes: each sample is "
        "to be every class alike, and nothing can be learned",
        "use label_smoothing=0.1",
        {"loss": case.experiment.loss.with_values(label_smoothing=0.1)},
    )


RULES = (weights_favor_common, balanced_twice, smoothed_away)
