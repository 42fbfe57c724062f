"""What chooses among epochs, and whether the choice can be repeated."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, rule

VALIDATION_FRACTION = 0.2
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
    yield Remark(
        "warning" if enough else "info",
        place,
        f"{who} watches the training loss, for want of a validation split: that loss goes on "
        "falling while the network learns by heart",
        f"use validation_fraction = {VALIDATION_FRACTION}" if enough else "",
        {"validation_fraction": VALIDATION_FRACTION} if enough else {},
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


RULES = (selection_on_training, random_seed)
