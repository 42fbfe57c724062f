"""How the weights are moved: the optimizer, the batches, the length."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

from engine.doctor.case import SMALL_NETWORK_RATE, Case
from engine.doctor.rates import rate_of
from engine.doctor.rule import Changes, Remark, Remarks, plural, rule
from engine.doctor.rules.learning_rate import with_rate
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import CosineAnnealingLR

MANY_EPOCHS = 500
"""Epochs from which plain SGD wastes what Adam would save."""

SGD_WAY, LINEAR_SGD_WAY, ADAM_WAY = 20.0, 2.0, 0.5
"""How far weights must be able to travel before a loss can have settled. SGD travels its rate
times the gradient, which is well below 1: the tutorial's circle is unsettled at 10. A linear
network has one valley, in which e^-2 of the way is left at 2. Adam travels at most its rate a
step, and initial weights are of the order of a half."""
ADAM_WAY_OF_ONE = 2.5
"""The same for a unit with a single input. The more inputs, the less has each of their weights to
do: n of them begin, and travel, a root of n times less. Measured with Adam on digits, tumors, moons
and waves with 16 to 512 inputs: 0.9 to 0.97 of the accuracy to be had is reached there."""
GOOD_WAY = 25.0
"""How far Adam may travel after a repair: 500 steps of 0.05, with which the repaired circle was
measured."""
MOST_EPOCHS = 10**9
MANY_TIMES, FEW_STEPS = 10, 1000
"""As often a person trains as many epochs again, or for so many steps; beyond, a rate that is too
small is mended."""
MOST_S = 60.0
"""Seconds that a person waits for a repaired training on one core, unless it took longer before."""
LEAST_MEAN_RATE = 1e-7
"""Below this no number of epochs would do."""

MUCH_FURTHER = 4.0
"""As often the way that a loss needs to settle is done before noise is what keeps it up: MNIST in
700 steps of Adam at 0.001 loses by a rate that falls."""
FEW_EPOCHS, MANY_STEPS = 10, 100
"""In so few epochs of so many steps a rate that falls gains most: of MNIST in 5 epochs about a
point of test accuracy (tests.benchmarks.measure_repairs). Longer trainings settle more slowly
anyway."""

NO_TRAINING = 1
"""Steps that make a demonstration of one step, not a training."""


@rule("plain-sgd")
def plain_sgd(case: Case) -> Remarks:
    """Without momentum SGD creeps along flat valleys; Adam scales its steps to them."""
    experiment = case.experiment
    optimizer = experiment.optimizer
    momentum = optimizer.values().get("momentum")
    if not optimizer.follows_gradient or momentum or not case.bends:
        return
    if experiment.epochs < MANY_EPOCHS or not case.num_steps:
        return
    adam = case.adam()
    epochs = min(experiment.epochs, _epochs(case, GOOD_WAY / adam.lr))
    yield Remark(
        "warning",
        "optimizer",
        f"{optimizer.name} without momentum for {experiment.epochs:,} epochs: Adam scales each "
        "weight's steps to its gradient and needs a fraction of them",
        f"use {adam} for {plural(epochs, 'epoch')}",
        _trained(case, adam, epochs),
    )


@rule("too-few-steps")
def too_few_steps(case: Case) -> Remarks:
    """Rate times steps bounds how far weights can travel; too short, and nothing has settled."""
    steps, rate = case.num_steps, case.mean_rate
    if not steps or rate < LEAST_MEAN_RATE:  # then the rate itself is what is wrong
        return
    if steps <= NO_TRAINING:
        yield Remark(
            "info",
            "epochs",
            "one single step shows how training works; nothing can have been learned by it",
        )
        return
    far, needed = way(case), _needed(case)
    if far is None or far >= needed:
        return
    optimizer = case.experiment.optimizer
    changes, repair = next(_mended(case), ({}, "more epochs, or a higher learning rate"))
    follows = optimizer.follows_gradient
    weight, needs = (" times its gradient", "are") if follows else ("", "is")
    yield Remark(
        "warning",
        "epochs",
        f"{plural(steps, 'step')} of {optimizer.name} at a mean rate of {rate:.2g} carry a weight "
        f"{far:.2g}{weight} at most, where about {needed:.2g} {needs} needed: the loss cannot have "
        "settled",
        repair,
        changes,
    )


def _mended(case: Case) -> Iterator[tuple[Changes, str]]:
    """What carries the weights as far as they need to, in a time that a person would wait.

    Adam in place of SGD that creeps; more epochs, where those are few times more; else a rate that
    is usual; a schedule that does not fall to nothing.
    """
    for changes, repair in (*_longer(case), *_slower_fall(case)):
        after = _after(case, changes)
        if _is_enough(after) and after.experiment.epochs <= _most_epochs(case, after):
            yield changes, repair


def _slower_fall(case: Case) -> Iterator[tuple[Changes, str]]:
    if case.experiment.schedule.moves:
        fall = CosineAnnealingLR()
        changes: Changes = {"schedule": fall}
        repair = f"let the rate fall over the whole training: use {fall}"
        after = _after(case, changes)
        if not _is_enough(after):
            epochs = _epochs_needed(after)
            changes, repair = {**changes, "epochs": epochs}, f"{repair}, for {epochs:,} epochs"
        yield changes, repair


def _longer(case: Case) -> Iterator[tuple[Changes, str]]:
    experiment = case.experiment
    optimizer, own = experiment.optimizer, experiment.epochs
    is_plain = optimizer.follows_gradient and not optimizer.values().get("momentum")
    if is_plain and case.bends:
        yield _with_adam(case)
    epochs = _epochs_needed(case)
    if epochs <= MANY_TIMES * own:
        yield {"epochs": epochs}, f"train for {plural(epochs, 'epoch')}"
    known = optimizer.rates
    if known is not None and rate_of(experiment) < known.usual:
        changes, repair = with_rate(case, known.usual), f"use a learning rate of {known.usual:g}"
        faster = _after(case, changes)
        if not _is_enough(faster):
            more = _epochs_needed(faster)
            changes, repair = {**changes, "epochs": more}, f"{repair}, for {plural(more, 'epoch')}"
        yield changes, repair
    if optimizer.follows_gradient and case.bends:
        yield _with_adam(case)
    yield {"epochs": epochs}, f"train for {plural(epochs, 'epoch')}"


def _with_adam(case: Case) -> tuple[Changes, str]:
    """Adam, for as long as its rate needs."""
    adam, own = case.adam(), case.experiment.epochs
    if adam.lr == SMALL_NETWORK_RATE:
        epochs = max(own, _epochs(case, GOOD_WAY / adam.lr))
    else:
        after = _after(case, {"optimizer": adam})
        epochs = own if _is_enough(after) else _epochs_needed(after)
    return _trained(case, adam, epochs), f"train for {plural(epochs, 'epoch')} with {adam}"


def _epochs_needed(case: Case) -> int:
    """The epochs that carry weights twice as far as they need to."""
    return _more_epochs(case, _needed(case) / (way(case) or math.inf))


def _most_epochs(before: Case, after: Case) -> float:
    """So many epochs a person trains again: a few times as many, and within a minute."""
    own = before.experiment.epochs
    few_times = max(MANY_TIMES * own, FEW_STEPS / after.steps_per_epoch)
    return max(own, min(few_times, MOST_S / (after.step_s * after.steps_per_epoch)))


def _after(case: Case, changes: Changes) -> Case:
    return dataclasses.replace(case, experiment=dataclasses.replace(case.experiment, **changes))


def _is_enough(case: Case) -> bool:
    """Whether weights can travel as far as they need to."""
    return (way(case) or 0.0) >= _needed(case)


def _more_epochs(case: Case, factor: float) -> int:
    """The epochs that carry weights this many times as far, and as far again."""
    optimizer = case.experiment.optimizer
    once, twice = optimizer.way(1.0, 1), optimizer.way(1.0, 2)
    assert once is not None, "asked only where the way is known"
    assert twice is not None, "asked only where the way is known"
    power = round(1 / math.log2(twice / once), 6)  # above 1 where steps shrink with their number
    return int(min(math.ceil(case.experiment.epochs * (2 * factor) ** power), MOST_EPOCHS))


def way(case: Case) -> float | None:
    """How far the training can carry a weight, as its optimizer knows."""
    return case.experiment.optimizer.way(case.mean_rate, case.num_steps)


def _needed(case: Case) -> float:
    if not case.experiment.optimizer.follows_gradient:
        return min(ADAM_WAY, ADAM_WAY_OF_ONE / math.sqrt(max(case.most_inputs, 1)))
    return SGD_WAY if case.bends else LINEAR_SGD_WAY


def _epochs(case: Case, steps: float) -> int:
    return max(1, math.ceil(round(steps / case.steps_per_epoch, 6)))


def _trained(case: Case, optimizer: Optimizer, epochs: int) -> Changes:
    """The changes to another optimizer and length, with reports that still show a curve."""
    changes: Changes = {"optimizer": optimizer, "epochs": epochs}
    every = case.experiment.report_every
    if epochs < case.experiment.epochs and every * 5 > epochs:
        changes["report_every"] = max(1, epochs // 10)
    return changes


@rule("constant-rate")
def constant_rate(case: Case) -> Remarks:
    """A step's noise goes with its rate; only a rate that falls lets the last epoch settle."""
    experiment = case.experiment
    if experiment.schedule.moves or experiment.schedule.warmup_length:
        return
    if not 1 < experiment.epochs < FEW_EPOCHS or case.steps_per_epoch < MANY_STEPS:
        return
    far, settled = way(case), SGD_WAY if experiment.optimizer.follows_gradient else ADAM_WAY
    if far is not None and far < MUCH_FURTHER * settled:
        return
    yield Remark(
        "warning",
        "schedule",
        f"in {experiment.epochs} epochs of {case.steps_per_epoch:,} steps each the learning rate "
        f"stays at {experiment.optimizer.lr:g}: the result is still unsettled by the noise of the "
        "last batches",
        f"use {CosineAnnealingLR()}",
        {"schedule": CosineAnnealingLR()},
    )


@rule("adam-weight-decay")
def adam_weight_decay(case: Case) -> Remarks:
    """Adam divides the decay by the gradient's size; AdamW does not (Loshchilov, Hutter 2019)."""
    optimizer = case.experiment.optimizer
    other = optimizer.decoupled
    if other is None:
        return
    decay = optimizer.values()["weight_decay"]
    yield Remark(
        "warning",
        "optimizer.weight_decay",
        f"{optimizer.name} adds weight_decay={decay:g} to the gradient and scales it away with it, "
        "most for the weights that move most; decoupled, it pulls all weights alike",
        f"use {other}",
        {"optimizer": other},
    )


@rule("batch-above-data")
def batch_above_data(case: Case) -> Remarks:
    """A batch can hold no more than the training split."""
    size = case.experiment.batch_size
    if size == "full" or not case.num_train or size <= case.num_train:
        return
    yield Remark(
        "info",
        "batch_size",
        f"batch_size = {size:,} is more than the {plural(case.num_train, 'training sample')}: "
        "each epoch is one step over all of them",
        'use batch_size = "full"',
        {"batch_size": "full"},
    )


RULES = (
    plain_sgd,
    too_few_steps,
    constant_rate,
    adam_weight_decay,
    batch_above_data,
)
