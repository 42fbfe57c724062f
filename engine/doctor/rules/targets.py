"""The numbers to predict: whether a network that begins near 1 can get to them."""

from __future__ import annotations

import math

from engine.doctor.case import Case
from engine.doctor.rule import Changes, Remark, Remarks, figure, plural, rule
from engine.doctor.rules.optimization import way
from engine.doctor.statistics import Spread

LARGEST_SCALE, SMALLEST_SCALE = 10.0, 0.01
"""Root mean squares outside these are badly scaled. Measured on a noisy sine, two hidden layers of
32: within them R² stays above 0.8 or what it is at size 1, at ten times more it falls or the
training diverges, at a tenth the chance of the first weights outweighs what is learned."""


@rule("unscaled-targets")
def unscaled_targets(case: Case) -> Remarks:
    """A network begins with outputs near 1, and its steps are made for errors of that size."""
    known = case.statistics
    if case.is_classification or known is None or not known.targets:
        return
    data = case.experiment.data
    if data.standardizes_target or data.scales_target == "log":
        return
    index, worst = max(enumerate(known.targets), key=lambda one: _distance(one[1]))
    size = worst.size
    if worst.deviation == 0 or SMALLEST_SCALE <= size <= LARGEST_SCALE:
        return
    if not case.bends and _linear_reaches(case, size):
        return
    changes: Changes = {}
    repair = f"in the data, subtract {worst.mean:.3g} from it and divide it by "
    repair += f"{worst.deviation:.3g}"
    if "standardize_target" in data.parameters():
        changes = {"data": data.with_values(standardize_target=True)}
        repair = "standardize it: standardize_target=True"
    yield Remark("warning", "data", _message(case, _name(case, index), worst), repair, changes)


def _message(case: Case, name: str, target: Spread) -> str:
    experiment, size = case.experiment, target.size
    said = (
        f"{name} is of size {size:.3g}, from {target.lowest:.3g} to {target.highest:.3g}, but a "
        "network begins with outputs near 1"
    )
    if size < SMALLEST_SCALE:
        return (
            f"{said}: what its first weights give by chance is about {figure(1 / size)} times as "
            "large as what is to be learned"
        )
    if experiment.optimizer.follows_gradient and experiment.loss.grows_with_error:
        return (
            f"{said}: its gradients, and with them the steps of {experiment.optimizer.name}, are "
            f"about {figure(size)} times as large as they are meant to be"
        )
    far = way(case)
    said += f": they must grow about {figure(size)} times"
    if far is None:
        return said
    return (
        f"{said}, and {plural(case.num_steps, 'step')} of {experiment.optimizer.name} carry a "
        f"weight {figure(far)} at most"
    )


def _distance(target: Spread) -> float:
    """How many powers of ten a target's size is from 1; none for one that never varies."""
    return abs(math.log10(target.size)) if target.deviation > 0 else 0.0


def _name(case: Case, index: int) -> str:
    column = case.experiment.data.values().get("target")
    if isinstance(column, str):
        return column
    several = case.facts is not None and case.facts.num_targets > 1
    return f"number {index + 1} to predict" if several else "the number to predict"


def _linear_reaches(case: Case, size: float) -> bool:
    """Whether a linear network gets there: by steps that follow the gradient at a pace that knows
    no scale, by others where they add up to it and are fine enough for it."""
    far = way(case)
    if case.experiment.optimizer.follows_gradient or far is None:
        return True
    return case.mean_rate <= size <= far


RULES = (unscaled_targets,)
