"""Batch normalization: what it is given to normalize over, and what it makes superfluous."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from engine.doctor.case import Case
from engine.doctor.rule import Changes, Remark, Remarks, plural, rule
from engine.parts.layers.address import place
from engine.spec.chain import every
from engine.spec.validator import held_back

USUAL_BATCH = 32
"""What a repair sets where a batch of one is too small."""
JUDGED_TOGETHER = 1000
"""Samples of a split that are evaluated at once."""


@rule("batchnorm-single")
def batchnorm_single(case: Case) -> Remarks:
    """The deviation of a single value is 0; PyTorch refuses to normalize it."""
    if not case.num_train or not case.chain:
        return
    rest = case.num_train % case.batch_size or case.batch_size
    for link in every(case.chain):
        if link.layer.normalizes != "batch":
            continue
        single = link.layer.is_single(link.input_shape)
        if case.batch_size > 1 and (rest > 1 or not single):
            continue
        size = _batch_without_rest(case.num_train, case.batch_size)
        if case.num_train == 1:
            changes: Changes = {"layers": case.with_layers(link.address, 1)}
            repair = f"remove {link.layer}"
        else:
            changes, repair = {"batch_size": size}, f"use batch_size = {size}"
        which = "batches of one sample" if case.batch_size == 1 else "a last batch of one sample"
        what = (
            "the training stops there, since one value has no deviation"
            if single
            else "each image is normalized by itself, unlike in evaluation"
        )
        yield Remark(
            "error" if single else "warning",
            place(link.address),
            f"{link.layer} normalizes over the batch, but {case.num_train:,} training samples "
            f"make {which}: {what}",
            repair,
            changes,
        )


def _batch_without_rest(num_samples: int, asked: int) -> int:
    """The batch size nearest to the one that is asked for that leaves no last batch of one."""
    size = min(asked if asked > 1 else USUAL_BATCH, num_samples)
    while size > 2 and num_samples % size == 1:
        size -= 1
    return num_samples if num_samples % size == 1 else size


@rule("bias-before-batchnorm")
def bias_before_batchnorm(case: Case) -> Remarks:
    """Batch normalization subtracts the mean, and any bias with it (Ioffe and Szegedy 2015)."""
    for stretch in case.stretches:
        for index, (layer, norm) in enumerate(pairwise(stretch.layers)):
            if norm.normalizes != "batch" or not layer.weights or not layer.values().get("bias"):
                continue
            count = layer.width or 0
            other = layer.with_values(bias=False)
            yield Remark(
                "info",
                place(stretch.at(index)),
                f"{norm.name} subtracts the mean, so the {plural(count, 'bias', 'biases')}"
                f" of {layer} before it {'does' if count == 1 else 'do'} nothing",
                f"use {other}",
                {"layers": case.with_layers(stretch.at(index), 1, other)},
            )


@rule("batchnorm-untracked")
def batchnorm_untracked(case: Case) -> Remarks:
    """Without running statistics a sample is judged by the others that come with it."""
    for link in every(case.chain):
        layer = link.layer
        if layer.normalizes != "batch" or layer.keeps_statistics:
            continue
        single = layer.is_single(link.input_shape)
        alone = next(_alone(case), "") if single else ""
        other = layer.with_values(track_running_stats=True)
        said = f"{layer} keeps no running statistics, so in evaluation it normalizes over the "
        said += "samples that are judged together"
        if alone:
            said += f": {alone} is judged alone, one value has no deviation, and the training fails"
        elif single:
            said += ": what is said of one depends on the others, and one alone can't be predicted"
        else:
            said += ": what is said of one depends on the others"
        yield Remark(
            "error" if alone else "warning",
            place(link.address),
            said,
            f"use {other}",
            {"layers": case.with_layers(link.address, 1, other)},
        )


def _alone(case: Case) -> Iterator[str]:
    """The samples that are evaluated or predicted without another one."""
    facts, experiment = case.facts, case.experiment
    assert facts is not None, "there is a chain"
    if len(experiment.predict) == 1:
        yield "the sample to predict"
    cut = {"validation": experiment.validation_fraction, "test": experiment.test_fraction}
    splits = {"training": case.num_train}
    splits |= {name: held_back(facts.num_samples, fraction) for name, fraction in cut.items()}
    splits |= {str(name): size for name, size in facts.own_sizes.items()}
    for name, count in splits.items():
        if count % JUDGED_TOGETHER == 1:
            yield f"the last of {count:,} {name} samples" if count > 1 else f"the {name} sample"


RULES = (batchnorm_single, bias_before_batchnorm, batchnorm_untracked)
