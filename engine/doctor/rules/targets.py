"""The numbers to predict: whether a network that begins near 1 can get to them."""

from __future__ import annotations

import math

from engine.doctor.case import Case
from engine.doctor.rule import Changes, Remark, Remarks, figure, plural, rule
from engine.doctor.rules.optimization import way
from engine.doctor.statistics import Spread
from engine.spec.chain import every

LARGEST_SCALE, SMALLEST_SCALE = 10.0, 0.01
"""Root mean squares outside these are badly scaled. Measured on a noisy sine, two hidden layers of
32: within them R² stays above 0.8 or what it is at size 1, at ten times more it falls or the
training diverges, at a tenth the chance of the first weights outweighs what is learned."""
SHARE, DEEP_SHARE = 0.25, 0.75
"""Of the units behind the output times the way of a weight: so large targets are reached, with one
hidden layer and with more, whose weights multiply."""
CALM, DEEP_CALM = 0.25, 0.1
"""The size of the targets times the rate of SGD up to which a training is calm. All measured with
16 units and with two layers of 64 on targets of size 12 to 1,000, with a mean and without: R² from
0.84 up there, below and down to divergence at twice as much."""


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
    if _reaches(case, size):
        return
    changes: Changes = {}
    repair = f"in the data, subtract {worst.mean:.3g} from it and divide it by "
    repair += f"{worst.deviation:.3g}"
    if "standardize_target" in data.parameters():
        changes = {"data": data.with_values(standardize_target=True)}
        repair = "standardize it: standardize_target=True"
    yield Remark("warning", "data", _message(case, case.target_name(index), worst), repair, changes)


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


def _reaches(case: Case, size: float) -> bool:
    """Whether a network gets there though it begins near 1.

    A single layer: by steps that follow the gradient at a pace that knows no scale, by others where
    they add up to it and are fine enough for it. More of them: where steps that follow the gradient
    are small enough for gradients of that size, or others carry all units' weights there together.
    """
    far = way(case)
    follows = case.experiment.optimizer.follows_gradient
    if case.has_one_valley:
        return follows or far is None or case.mean_rate <= size <= far
    weighted = [link for link in every(case.chain) if link.layer.weights]
    if not far or size < SMALLEST_SCALE or not case.bends or len(weighted) < 2:
        return False
    shallow = len(weighted) == 2
    if follows and case.experiment.loss.grows_with_error:
        return size * far / case.num_steps <= (CALM if shallow else DEEP_CALM)
    return size <= far * (weighted[-2].layer.width or 0) * (SHARE if shallow else DEEP_SHARE)


RULES = (unscaled_targets,)
