"""Images: whether their pixels are normalized by their own figures."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.rule import Changes, Remark, Remarks, figure, rule
from engine.parts.data.base import PixelFigures
from engine.parts.data.dataset import Pixels

Channels = tuple[float, ...]

MOST_OFF_CENTER = 1.0
"""Deviations that the mean may lie from 0. A mean beside 0 couples all weights of a unit, which
slows gradient descent (LeCun et al. 1998, Efficient BackProp)."""
LARGEST_DEVIATION, SMALLEST_DEVIATION = 5.0, 0.05
"""Between which the pixels' deviation is left alone: of pixels from 0 to 255 it is near 80, of some
that were divided by 255 twice near 0.001."""
ASSUMED = PixelFigures((0.5,), (0.25,))
"""Of pictures that nobody has looked at; enough to tell 80 from 1."""


@rule("unscaled-pixels")
def unscaled_pixels(case: Case) -> Remarks:
    """PyTorch's initial weights are made for inputs near 1.

    Pixels left at 0 to 255 make the first outputs, and the first steps, hundreds of times too large
    (PyTorch's ToTensor divides by 255 for that; keras.io's first example does so by hand).
    """
    known = _normalized(case)
    if known is None:
        return
    pixels, figures = known
    deviations = [d / std for d, std in zip(figures.deviations, pixels.std, strict=True)]
    worst = max(deviations, key=lambda d: max(d, 1 / d) if d else 0.0)
    if SMALLEST_DEVIATION <= worst <= LARGEST_DEVIATION or not worst:
        return
    where = deviations.index(worst)
    low, high = ((end - pixels.mean[where]) / pixels.std[where] for end in (0.0, 1.0))
    said = (
        f"mean={_shown(pixels.mean)} and std={_shown(pixels.std)} make pixels of {low:.3g} to "
        f"{high:.3g} with a deviation of about {figure(worst)}"
    )
    if worst > LARGEST_DEVIATION:
        said += ": a network begins with weights made for inputs near 1, and its first steps "
        said += "are as many times too large"
    else:
        said += ": next to nothing of a picture reaches the first layer, beside its biases"
    yield Remark("warning", "data", said, *_own_figures(case, figures))


def _normalized(case: Case) -> tuple[Pixels, PixelFigures] | None:
    """How pixels are normalized and their figures from 0 to 1, both with a number per channel.

    None for what are no pictures, and where the network normalizes them itself.
    """
    facts, first = case.facts, case.first_layer
    if facts is None or len(facts.shape) != 3 or (first is not None and first.normalizes):
        return None
    data = case.experiment.data
    pixels, known = data.pixels(), case.statistics
    if pixels is None or "std" not in data.parameters():
        return None
    figures = data.pixel_figures or ASSUMED
    if data.pixel_figures is None and known is not None and len(known.means) == 1:
        figures = PixelFigures(
            (known.means[0] / pixels.scale,), (known.deviations[0] / pixels.scale,)
        )
    count = facts.shape[0]
    every = (pixels.mean, pixels.std, figures.means, figures.deviations)
    mean, std, means, deviations = (x if len(x) == count else x[:1] * count for x in every)
    return Pixels(mean, std, pixels.scale), PixelFigures(means, deviations)


def _own_figures(case: Case, figures: PixelFigures) -> tuple[str, Changes]:
    """The repair: normalization by these figures."""
    means, deviations = (tuple(round(x, 4) for x in y) for y in (figures.means, figures.deviations))
    values = {
        "mean": means if len(set(means)) > 1 else means[0],
        "std": deviations if len(set(deviations)) > 1 else deviations[0],
    }
    repair = f"use mean={_shown(means)}, std={_shown(deviations)}"
    return repair, {"data": case.experiment.data.with_values(**values)}


@rule("off-center-pixels")
def off_center_pixels(case: Case) -> Remarks:
    """Inputs are best learned from around 0; a set's own mean and deviation bring them there."""
    data = case.experiment.data
    known = _normalized(case)
    if known is None or data.pixel_figures is None or any(unscaled_pixels.function(case)):
        return
    pixels, (means, deviations) = known[0], (known[1].means, known[1].deviations)
    shifts = [(m - c) / d for m, c, d in zip(means, pixels.mean, deviations, strict=True)]
    worst = max(range(len(shifts)), key=lambda channel: abs(shifts[channel]))
    if abs(shifts[worst]) < MOST_OFF_CENTER:
        return
    mean = (means[worst] - pixels.mean[worst]) / pixels.std[worst]
    yield Remark(
        "warning",
        "data",
        f"mean={_shown(pixels.mean)} and std={_shown(pixels.std)} are not those of {data.name}: "
        f"they give pixels a mean of {mean:.2f} and a deviation of "
        f"{deviations[worst] / pixels.std[worst]:.2f}, where 0 and 1 are learned from best",
        *_own_figures(case, known[1]),
    )


def _shown(values: Channels) -> str:
    unique = sorted(set(values))
    return f"{values[0]:g}" if len(unique) == 1 else f"[{', '.join(f'{v:g}' for v in values)}]"


RULES = (unscaled_pixels, off_center_pixels)
