"""The data: its scale, its classes, and whether there is enough of it to tell anything."""

from __future__ import annotations

import math

from engine.doctor.case import Case
from engine.doctor.generalization import remedies
from engine.doctor.rule import Changes, Remark, Remarks, figure, plural, rule
from engine.doctor.statistics import Statistics
from engine.parts.data import names_of_inputs
from engine.parts.layers.address import walk
from engine.parts.layers.normalization import BatchNorm1d, LayerNorm
from engine.parts.losses import BCEWithLogitsLoss
from engine.spec.validator import held_back

MOST_SCALE_RATIO = 10.0
"""Gradient descent learns a feature at a pace that goes with the square of its scale (LeCun et
al. 1998, Efficient BackProp): features ten times apart are learned a hundred times apart."""
LARGEST_SCALE, SMALLEST_SCALE = 10.0, 0.01
"""Root mean squares outside these are unscaled even where all features agree: PyTorch's initial
weights are made for inputs near 1."""
TWO_VALUES = 0.8
"""Share of the largest variance between two values from which a feature counts as one of the two;
of even spread it is a third. Missing cells, filled with the mean, take a little of it."""
ROW_RATIO = 100.0
"""Where a feature that is never negative reaches this many times its own lowest value, the rows
differ in scale, and no factor per feature helps."""

MOST_COMMON_SHARE = 0.8
"""A share of one class from which accuracy says little."""
MOST_CLASS_RATIO = 10.0
"""Times that the commonest class may have the samples of the rarest."""

MANY_IN_A_ROW = 3.0
"""Times as many of a class in a row as chance makes of its share: the rows are sorted."""

ENOUGH_TO_HOLD_BACK = 50
"""Samples from which some can be spared for a test."""
ENOUGH_TO_TELL = 30
"""Test samples from which a figure means something; fewer, and chance moves 90 percent by more
than 11 points."""
TEST_FRACTION = 0.2
MADE_SAMPLES = 500
"""What a repair makes of made data that is too small to spare a test split."""
TYPICAL_ACCURACY = 0.9
"""At which the spread by chance is told."""

MANY_PARAMETERS, VERY_MANY_PARAMETERS = 5.0, 20.0
"""Parameters per training sample from which it is said, and from which it is a warning."""


@rule("unscaled-features")
def unscaled_features(case: Case) -> Remarks:
    """One learning rate serves all features only where their scales are alike."""
    known, facts = case.statistics, case.facts
    if known is None or facts is None or facts.shape != (len(known.deviations),):
        return
    if facts.num_tokens:
        return  # names of what stands there, not sizes
    first = case.first_layer
    if case.experiment.data.values().get("standardize") or (first is not None and first.normalizes):
        return
    spreads = [_spread(known, index) for index in range(len(known.deviations))]
    scales = [math.hypot(m, d) for m, d in zip(known.means, spreads, strict=True)]
    moving = [index for index, deviation in enumerate(known.deviations) if deviation > 0]
    if not moving:
        return
    names = names_of_inputs(facts, len(scales))
    large = max(moving, key=lambda index: spreads[index])
    small = min(moving, key=lambda index: spreads[index])
    ratio = spreads[large] / spreads[small]
    unlike = ratio >= MOST_SCALE_RATIO
    if not unlike and all(SMALLEST_SCALE <= scales[i] <= LARGEST_SCALE for i in moving):
        return
    biggest = max(moving, key=lambda index: scales[index])
    if unlike:
        message = (
            f"{_name(large, names)} (from {known.lowest[large]:.3g} to {known.highest[large]:.3g}) "
            f"varies {figure(ratio)} times as much as {_name(small, names)} (from "
            f"{known.lowest[small]:.3g} to {known.highest[small]:.3g}): with one learning rate for "
            f"all, the small one is learned about {figure(ratio**2)} times more slowly"
        )
    else:
        message = (
            f"{_name(biggest, names)} is of size {scales[biggest]:.3g}, from "
            f"{known.lowest[biggest]:.3g} to {known.highest[biggest]:.3g}; a network begins with "
            "weights made for inputs near 1"
        )
    repair, changes = _scaling(case, known)
    yield Remark("warning", "data", message, repair, changes)


def _spread(known: Statistics, index: int) -> float:
    """The deviation of a feature; of one with two values half the way from one to the other.

    A flag that is rarely 1 has a small deviation, but where it is 1, it is as large as any. Two
    values are told by the deviation: no other feature between them has one as large.
    """
    lowest, highest = known.lowest[index], known.highest[index]
    mean, deviation = known.means[index], known.deviations[index]
    most = (mean - lowest) * (highest - mean)
    return (highest - lowest) / 2 if deviation**2 >= TWO_VALUES * most > 0 else deviation


def _name(index: int, names: tuple[str, ...]) -> str:
    return names[index] if names else f"value {index + 1}"


def _scaling(case: Case, known: Statistics) -> tuple[str, Changes]:
    """How the data or the network can scale its inputs."""
    data = case.experiment.data
    if "standardize" in data.parameters():
        other = data.with_values(standardize=True)
        return "standardize the features: standardize=True", {"data": other}
    rows_differ = any(
        low > 0 and high / low >= ROW_RATIO
        for low, high in zip(known.lowest, known.highest, strict=True)
    )
    if rows_differ and len(known.means) > 2:
        layer: LayerNorm | BatchNorm1d = LayerNorm(elementwise_affine=False)
        repair = f"put {layer} first, which scales each row by itself"
    elif case.batch_size > 1 and case.num_train % case.batch_size != 1:
        layer = BatchNorm1d(affine=False)
        repair = f"put {layer} first, which scales each feature"
    else:
        return "scale the features to a deviation of 1", {}
    return repair, {"layers": case.with_layers((0,), 0, layer)}


@rule("class-imbalance")
def class_imbalance(case: Case) -> Remarks:
    """Where one class is rare, a network that never names it is nearly always right."""
    experiment, facts = case.experiment, case.facts
    counts = case.statistics.class_counts if case.statistics else ()
    if facts is None or len(counts) != len(facts.classes) or not sum(counts):
        return
    if facts.positions:
        return  # in a text some characters come seldom, and are to be written as seldom
    most, least = max(counts), min(counts)
    common, rare = facts.classes[counts.index(most)], facts.classes[counts.index(least)]
    if not least:
        yield Remark("warning", "data", f'no sample is of class "{rare}": it cannot be learned')
        return
    if experiment.class_weights is not None or experiment.sampler is not None:
        return
    share = most / sum(counts)
    if share < MOST_COMMON_SHARE and most < MOST_CLASS_RATIO * least:
        return
    changes: Changes = {"sampler": "balanced", "shuffle": True}
    repair = 'draw each class as often: sampler = "balanced"'
    if experiment.loss.weight_argument:
        changes, repair = {"class_weights": "balanced"}, 'use class_weights = "balanced"'
    elif experiment.loss.outputs == case.output_meaning == "probability":
        changes = {"loss": BCEWithLogitsLoss(), "layers": case.without_output()}
        changes["class_weights"] = "balanced"
        repair = 'use BCEWithLogitsLoss() without Sigmoid(), and class_weights = "balanced"'
    yield Remark(
        "warning",
        "data",
        f'"{common}" has {figure(most / least)} times as many samples as "{rare}": always naming '
        f"the commonest class is right for {share:.1%} of them",
        repair,
        changes,
    )


@rule("sorted-rows")
def sorted_rows(case: Case) -> Remarks:
    """A batch of one class teaches to name that class, and the next batch to forget it."""
    known, experiment = case.statistics, case.experiment
    if known is None or not known.class_run or not case.is_classification or not case.keeps_order:
        return
    total = sum(known.class_counts)
    chance = 1 / max(1 - sum((count / total) ** 2 for count in known.class_counts), 1 / total)
    mixed, run = case.batch_size, known.class_run
    if experiment.shuffle:
        mixed = max(mixed, experiment.data.buffer or 0)
    if case.batch_size >= case.num_train or run < mixed or run < MANY_IN_A_ROW * chance:
        return
    said = f"the rows are sorted: {figure(run)} of one class follow one another, and "
    if experiment.shuffle:
        yield Remark(
            "warning",
            "data",
            f"{said}only {plural(mixed, 'row')} are shuffled at a time: a batch has few classes",
            "shuffle the rows of the file, or let stream hold more of them",
        )
        return
    yield Remark(
        "warning",
        "shuffle",
        f"{said}with shuffle = false a batch of {case.batch_size} has one class only: each teaches "
        "to name its own, and to forget the others",
        "use shuffle = true",
        {"shuffle": True},
    )


@rule("no-test-split")
def no_test_split(case: Case) -> Remarks:
    """What is learned by heart shows only on samples that were held back."""
    facts, experiment = case.facts, case.experiment
    if facts is None or facts.num_test_samples or experiment.test_fraction:
        return
    if facts.painting:
        return  # to know one picture by heart is all that is asked
    few = facts.num_samples < ENOUGH_TO_HOLD_BACK and not _can_make_more(case)
    writes = experiment.objective.asks_ahead  # windows overlap: a share of them, drawn, is no test
    trained = (
        "the only sample there is"
        if facts.num_samples == 1
        else f"the {facts.num_samples:,} samples it was trained on"
    )
    yield Remark(
        "info" if few or writes else "warning",
        "test_fraction",
        f"every figure is of {trained}: whether more than these was learned cannot be told"
        + (", and there are too few to hold some back" if few else ""),
        *(("", {}) if few or writes else _more_to_test(case)),
    )


@rule("small-test-split")
def small_test_split(case: Case) -> Remarks:
    """The accuracy of n samples scatters by sqrt(p(1-p)/n)."""
    facts, experiment = case.facts, case.experiment
    if facts is None:
        return
    count = facts.num_test_samples or held_back(facts.num_samples, experiment.test_fraction)
    if not 0 < count < ENOUGH_TO_TELL:
        return
    spread = 1.96 * math.sqrt(TYPICAL_ACCURACY * (1 - TYPICAL_ACCURACY) / count)
    message = (
        f"the test split has {plural(count, 'sample')}: an accuracy of {TYPICAL_ACCURACY:.0%} "
        f"is known to within {100 * spread:.0f} points only"
        if facts.classes
        else f"the test split has {plural(count, 'sample')}: too few to tell chance from skill"
    )
    more = _can_make_more(case)
    repair, changes = _more_to_test(case) if more else ("", {})
    yield Remark("warning" if more else "info", "test_fraction", message, repair, changes)


def _can_make_more(case: Case) -> bool:
    samples = case.experiment.data.values().get("samples")
    return isinstance(samples, int) and samples < MADE_SAMPLES


def _more_to_test(case: Case) -> tuple[str, Changes]:
    """Hold a fifth back; of made data make more where a fifth is too few to tell."""
    assert case.facts is not None, "asked only of known data"
    changes: Changes = {"test_fraction": TEST_FRACTION}
    repair = f"use test_fraction = {TEST_FRACTION}"
    if _can_make_more(case) and case.facts.num_samples * TEST_FRACTION < ENOUGH_TO_TELL:
        changes["data"] = case.experiment.data.with_values(samples=MADE_SAMPLES)
        repair = f"make {MADE_SAMPLES} samples and hold a fifth back: test_fraction = "
        repair += f"{TEST_FRACTION}"
    return repair, changes


@rule("many-parameters")
def many_parameters(case: Case) -> Remarks:
    """A network with far more parameters than samples can know them by heart."""
    each = case.facts.num_targets if case.facts is not None and case.facts.returned else 1
    if not case.num_train or case.num_trained < MANY_PARAMETERS * case.num_train * each:
        return  # who gives a sample back must know all of its numbers
    experiment = case.experiment
    held = any(layer.drops is not None for _, layer in walk(experiment.layers)) or bool(
        experiment.l1
        or experiment.l2
        or experiment.optimizer.values().get("weight_decay")
        or (experiment.patience and experiment.validation_fraction)
    )
    per_sample = case.num_trained / case.num_train
    grave = (
        per_sample >= VERY_MANY_PARAMETERS and not held and case.num_train >= ENOUGH_TO_HOLD_BACK
    )
    remedy = next(remedies(case), None) if grave else None
    yield Remark(
        "warning" if grave else "info",
        "layers",
        f"{plural(case.num_trained, 'parameter')} for {plural(case.num_train, 'sample')} to "
        f"learn from, {per_sample:.3g} for each: the network can know them all by heart",
        remedy.text if remedy is not None else "",
        dict(remedy.changes) if remedy is not None else {},
    )


SCALES = (unscaled_features,)
"""What is looked at before anything that a raw input makes look ill."""
RULES = (
    class_imbalance,
    sorted_rows,
    no_test_split,
    small_test_split,
    many_parameters,
)
