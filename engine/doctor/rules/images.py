"""Images: whether their pixels are normalized by their own figures."""

from __future__ import annotations

from engine.doctor.case import NORMS, Case
from engine.doctor.rule import Remark, Remarks, rule
from engine.parts.data import Data
from engine.parts.data.torchvision_sets import CIFAR10, KMNIST, MNIST, FashionMNIST
from engine.parts.layers.dense import Flatten

Channels = tuple[float, ...]

PIXELS: dict[type[Data], tuple[Channels, Channels]] = {
    MNIST: ((0.1307,), (0.3081,)),
    FashionMNIST: ((0.2860,), (0.3530,)),
    KMNIST: ((0.1918,), (0.3483,)),
    CIFAR10: ((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
}
"""Mean and deviation of the training pixels, scaled to 0..1, per channel: facts of the published
files, kept here because a look at them may need a download."""

MOST_OFF_CENTER = 1.0
"""Deviations that the mean may lie from 0. A mean beside 0 couples all weights of a unit, which
slows gradient descent (LeCun et al. 1998, Efficient BackProp)."""


@rule("off-center-pixels")
def off_center_pixels(case: Case) -> Remarks:
    """Inputs are best learned from around 0; a set's own mean and deviation bring them there."""
    data = case.experiment.data
    known = PIXELS.get(type(data))
    first = next((x for x in case.experiment.layers if not isinstance(x, Flatten)), None)
    if known is None or isinstance(first, NORMS):
        return
    means, deviations = known
    chosen = _channels(data.values()["mean"], 0.0, len(means))
    divisors = _channels(data.values()["std"], 1.0, len(means))
    shifts = [(m - c) / d for m, c, d in zip(means, chosen, deviations, strict=True)]
    worst = max(range(len(shifts)), key=lambda channel: abs(shifts[channel]))
    if abs(shifts[worst]) < MOST_OFF_CENTER:
        return
    mean = (means[worst] - chosen[worst]) / divisors[worst]
    values = {
        "mean": means if len(means) > 1 else means[0],
        "std": deviations if len(means) > 1 else deviations[0],
    }
    other = type(data)(**{**data.values(), **values})
    yield Remark(
        "warning",
        "data",
        f"mean={_shown(chosen)} and std={_shown(divisors)} are not those of {data.name}: they "
        f"give pixels a mean of {mean:.2f} and a deviation of "
        f"{deviations[worst] / divisors[worst]:.2f}, where 0 and 1 are learned from best",
        f"use mean={_shown(means)}, std={_shown(deviations)}",
        {"data": other},
    )


def _channels(value: float | Channels | None, default: float, count: int) -> Channels:
    """One number per channel."""
    if value is None:
        return (default,) * count
    return value if isinstance(value, tuple) else (value,) * count


def _shown(values: Channels) -> str:
    unique = sorted(set(values))
    return f"{values[0]:g}" if len(unique) == 1 else f"[{', '.join(f'{v:g}' for v in values)}]"


RULES = (off_center_pixels,)
