"""What chooses among epochs, and whether the choice can be repeated."""

from __future__ import annotations

import math

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, plural, rule
from engine.spec.validator import held_back

VALIDATION_FRACTION = 0.2
LEAST_PATIENCE, USUAL_PATIENCE = 3, 10
PATIENCE_OF_ONE = 40.0
"""The loss of n samples is known to one part in a root of n: the fewer, the more epochs it goes up
and down by chance before it shows which way it goes."""
LEAST_TO_SPLIT = 10
"""Training samples from which a fifth of them can be spared for validation."""


@rule("selection-on-training")
def selection_on_training(case: Case) -> Remarks:
    """The training loss goes on falling while the network learns by heart: it never says stop."""
    experiment = case.experiment
    if experiment.validation_fraction or (case.facts and case.facts.num_validation_samples):
        return
    if experiment.patience is None and not experiment.schedule.watches_loss:
        return
    place = "patience" if experiment.patience is not None else "schedule"
    who = f"patience = {experiment.patience}" if place == "patience" else experiment.schedule.name
    enough = case.num_train >= LEAST_TO_SPLIT
    what = _selecting(case)
    moves = "that loss goes on falling" if what == "loss" else "that goes on getting better"
    yield Remark(
        "warning" if enough else "info",
        place,
        f"{who} watches the training {what}, for want of a validation split: {moves} while the "
        "network learns by heart",
        f"use validation_fraction = {VALIDATION_FRACTION}" if enough else "",
        {"validation_fraction": VALIDATION_FRACTION} if enough else {},
    )


def _selecting(case: Case) -> str:
    """What the best epoch is best by, as a sentence has it."""
    return case.experiment.select.replace("_", " ")


@rule("short-patience")
def short_patience(case: Case) -> Remarks:
    """A loss goes up and down by chance: a few epochs without a better one mean nothing yet."""
    experiment, facts = case.experiment, case.facts
    if experiment.patience is None or facts is None:
        return
    held = held_back(facts.num_samples, experiment.validation_fraction)
    count = facts.num_validation_samples or held
    noise = math.ceil(PATIENCE_OF_ONE / math.sqrt(count)) if count else 0
    least = min(max(LEAST_PATIENCE, noise), experiment.epochs)
    if experiment.patience >= least:
        return
    usual = max(USUAL_PATIENCE, least)
    what = _selecting(case)
    told = (
        f"the {what} of {plural(count, 'validation sample')}" if count else f"the training {what}"
    )
    yield Remark(
        "warning",
        "patience",
        f"patience = {experiment.patience} ends the training after "
        f"{plural(experiment.patience, 'epoch')} without a better {what}, but {told} goes up and "
        f"down by chance: about {least} such epochs say something",
        f"use patience = {usual}",
        {"patience": usual},
    )


@rule("random-seed")
def random_seed(case: Case) -> Remarks:
    """The same description gives the same numbers only from the same seed."""
    if case.experiment.seed == "random":
        yield Remark(
            "warning",
            "seed",
            'seed = "random" draws another seed each time: no two trainings give the same numbers',
            "use seed = 0",
            {"seed": 0},
        )


RULES = (selection_on_training, short_patience, random_seed)
