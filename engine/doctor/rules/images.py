"""Images: whether their pixels are normalized by their own figures."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, rule

Channels = tuple[float, ...]

MOST_OFF_CENTER = 1.0
"""Deviations that the mean may lie from 0. A mean beside 0 couples all weights of a unit, which
slows gradient descent (LeCun et al. 1998, Efficient BackProp)."""


@rule("off-center-pixels")
def off_center_pixels(case: Case) -> Remarks:
    """Inputs are best learned from around 0; a set's own mean and deviation bring them there."""
    data = case.experiment.data
    known, first = data.pixel_figures, case.first_layer
    if known is None or (first is not None and first.normalizes):
        return
    means, deviations = known.means, known.deviations
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
    other = data.with_values(**values)
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
