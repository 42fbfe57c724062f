"""Batch normalization: what it is given to normalize over, and what it makes superfluous."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from engine.doctor.case import Case
from engine.doctor.rule import Changes, Remark, Remarks, plural, rule
from engine.parts.layers.address import place, walk
from engine.parts.shapes import product
from engine.spec.chain import every
from engine.spec.validator import held_back, judged_together

USUAL_BATCH = 32
"""What a repair sets where a batch of one is too small."""
MOST_OF_NEWEST = 0.5
"""How much the newest batch may count in the kept statistics. PyTorch's momentum is that share,
Keras' and the paper's what is left of it: 0.9 or 0.99 there is 0.1 or 0.01 here."""
ENOUGH_TO_KEEP = 150
"""Samples of which a mean and a deviation are sure enough: of the digits, batches of 128 at a
momentum of 0.9 lose nothing, of 32 they lose 8 points, of 6 ten. Each place of a picture is one:
behind Conv2d batches of 8 lose nothing."""
STEPS_TO_SETTLE = 30
"""Steps from which statistics that take a tenth of each batch have forgotten how they began."""


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


@rule("batchnorm-momentum")
def batchnorm_momentum(case: Case) -> Remarks:
    """In evaluation BatchNorm goes by what it kept of its batches; its momentum is the share that
    it takes of the newest (PyTorch's documentation; github.com/eriklindernoren/PyTorch-YOLOv3,
    issue 230; github.com/Cadene/pretrained-models.pytorch, issue 44)."""
    places = {link.address: product(link.input_shape[1:]) for link in every(case.chain)}
    for address, layer in walk(case.experiment.layers):
        share = layer.newest_share
        if share is None or 0 < share < MOST_OF_NEWEST:
            continue
        if share and (case.batch_size == case.num_train or case.num_steps < STEPS_TO_SETTLE):
            continue  # the newest batch says all there is, or a smaller share would not settle
        usual = type(layer)().newest_share
        other = layer.with_values(momentum=usual)
        kept = "what evaluation goes by stays the mean 0 and the deviation 1 that it began with"
        if share:
            kept = f"evaluation goes by little more than the last batch of {case.batch_size:,}"
            kept += f", of what was known before {1 - share:.0%} stays" if share < 1 else ""
        values = case.batch_size * places.get(address, 1)  # of a channel in a batch
        known = values * (2 - share) / share if share else 0  # in a running mean
        yield Remark(
            "info" if known >= ENOUGH_TO_KEEP else "warning",
            place(address),
            f"{layer}: PyTorch's momentum is the share of the newest batch (Keras' is what stays "
            f"of the old), so {kept}",
            f"use {other}",
            {"layers": case.with_layers(address, 1, other)},
        )


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
        if count % judged_together(case.batch_size) == 1:
            yield f"the last of {count:,} {name} samples" if count > 1 else f"the {name} sample"


RULES = (batchnorm_single, batchnorm_momentum, bias_before_batchnorm, batchnorm_untracked)
