"""Parameters of image data: normalization and simple augmentation."""

from __future__ import annotations

import dataclasses

from engine.parts.component import parameter
from engine.parts.data.base import Data
from engine.parts.data.dataset import Dataset, Pixels
from engine.parts.data.locations import DataLocations

Channels = float | tuple[float, float, float] | None
"""One number for all channels, or one each for red, green and blue."""

MEAN = "subtracted from each pixel after it is scaled to 0..1"
STD = "divides each pixel after the mean is subtracted"
EACH = ": one number, or one per channel"


class Images(Data, abstract=True):
    """Images, stored as uint8, scaled to 0..1 and then normalized where that is asked for."""

    mean: Channels = parameter(default=None, help=MEAN + EACH, minimum=-255, maximum=255)
    std: Channels = parameter(default=None, help=STD + EACH, above=0, maximum=255)
    flip: bool = parameter(default=False, help="mirror every second training image, at random")
    shift: float = parameter(
        default=0.0,
        help="move training images by up to this share of their size",
        minimum=0,
        below=1,
    )
    rotate: float = parameter(
        default=0.0,
        help="turn training images by up to this angle",
        minimum=0,
        maximum=180,
        unit="degrees",
    )

    def num_channels(self) -> int:
        return 3

    def pixels(self) -> Pixels | None:
        return self.scaled_pixels()

    @property
    def unit_inputs(self) -> bool:
        """Whether its pixels are only scaled, to between 0 and 1."""
        return self.mean is None and self.std is None

    def scaled_pixels(self) -> Pixels:
        """How its images become network inputs, by its parameters."""
        mean = self._per_channel(self.mean, 0.0)
        std = self._per_channel(self.std, 1.0)
        return Pixels(mean, std, augmentations=self._augmentations())

    def _per_channel(self, value: Channels, neutral: float) -> tuple[float, ...]:
        if self.mean is None and self.std is None:
            return (neutral,)
        if isinstance(value, tuple):
            return value
        return (neutral if value is None else value,) * self.num_channels()

    @property
    def changes_samples(self) -> bool:
        return bool(self._augmentations())

    def _augmentations(self) -> tuple[str, ...]:
        expressions = []
        if self.flip:
            expressions.append("RandomHorizontalFlip()")
        if self.shift > 0:
            share = f"({self.shift!r}, {self.shift!r})"
            expressions.append(f"RandomAffine({self.rotate!r}, translate={share})")
        elif self.rotate > 0:
            expressions.append(f"RandomRotation({self.rotate!r})")
        return tuple(expressions)

    def load(self, locations: DataLocations) -> Dataset:
        return dataclasses.replace(super().load(locations), pixels=self.pixels())


class GrayImages(Images, abstract=True):
    """Images of one channel."""

    mean: float | None = parameter(default=None, help=MEAN, minimum=-255, maximum=255)
    std: float | None = parameter(default=None, help=STD, above=0, maximum=255)

    def num_channels(self) -> int:
        return 1
