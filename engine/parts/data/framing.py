"""How a drawn sign stands in its picture, so that a new one is put there likewise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.parts.shapes import Shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Gray = NDArray[np.uint8]
    """(rows, columns), ink light on a dark ground."""

_LEAST_INK = 0.125
"""Of the darkest ink: what is paler is the paper's grain."""


@dataclass(frozen=True)
class Framing:
    """What a sign is scaled to, and what of it stands in the middle."""

    box: float
    """The longer side of what is drawn, as a share of the picture's."""
    by_mass: bool
    """Whether its center of mass is put in the middle, not the middle of what is drawn."""


MNIST_FRAMING = Framing(box=20 / 28, by_mass=True)
"""Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits (1998): size
normalized into a box of 20 by 20 with their proportions kept, then moved so that the center of mass
is in the middle of 28 by 28. In the files that is pixel 14 of 0 to 27, in both directions."""


def framed(ink: Gray, shape: Shape, framing: Framing) -> Gray:
    """A sign as those of the data set stand in their pictures; ink: of any size."""
    import numpy as np
    from PIL import Image

    _, height, width = shape
    canvas = np.zeros((height, width), np.uint8)
    seen = ink > _LEAST_INK * ink.max(initial=0)
    if not seen.any():
        return canvas
    rows, columns = seen.any(1).nonzero()[0], seen.any(0).nonzero()[0]
    cut = np.where(seen, ink, 0)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    box = round(framing.box * min(height, width))
    longer = max(cut.shape)
    high, wide = (max(1, round(side * box / longer)) for side in cut.shape)
    if (high, wide) != cut.shape:
        image = Image.fromarray(cut.astype(np.uint8))
        cut = np.asarray(image.resize((wide, high), Image.Resampling.BICUBIC))
    top, left = (height - high) / 2, (width - wide) / 2
    if framing.by_mass and cut.any():
        mass = cut.astype(np.float64)
        top = height // 2 - float(mass.sum(1) @ np.arange(high)) / mass.sum()
        left = width // 2 - float(mass.sum(0) @ np.arange(wide)) / mass.sum()
    top, left = _inside(top, height - high), _inside(left, width - wide)
    canvas[top : top + high, left : left + wide] = cut
    return canvas


def _inside(place: float, most: int) -> int:
    return min(max(round(place), 0), most)
