"""One picture as a function: where a pixel lies goes in, its color comes out."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from engine import regular_file
from engine.errors import DataUnavailable
from engine.limits import PICTURE_FILE
from engine.parts.component import parameter
from engine.parts.data import picture_check
from engine.parts.data.base import Data, Generator
from engine.parts.data.facts import Facts
from engine.parts.data.locations import DataLocations
from engine.parts.data.paths import absolute
from engine.parts.data.picture_reading import PictureReading

COLORS = ("red", "green", "blue")
_SIDEWAYS = (5, 6, 7, 8)
"""What EXIF says of the way up of a picture whose height and width change places."""


class _Painting(Data, abstract=True):
    """A picture whose pixels are the samples."""

    well_scaled = True
    here = "Here it is {samples} pixels; {train} of them are learned from."

    def sizes(self) -> tuple[int, int]:
        """Height and width. Raises DataUnavailable."""
        raise NotImplementedError

    def colors(self) -> tuple[str, ...]:
        """What is to be predicted of a pixel."""
        return COLORS

    def facts(self) -> Facts | None:
        height, width = self.sizes()
        colors = self.colors()
        return Facts(
            shape=(2,),
            task="regression",
            num_samples=height * width,
            num_targets=len(colors),
            feature_names=("x", "y"),
            target_names=colors,
            planar=True,
            painting=(height, width),
        )


class Flower(_Painting, name="flower"):
    """A flower in a meadow, drawn by a formula: from where a pixel lies to its color."""

    words = (
        "Is a picture of a flower, pixel by pixel: whoever says the color of each place has "
        "learned the picture."
    )

    size: tuple[int, int] = parameter(
        default=(64, 96), help="height and width", minimum=2, maximum=1024, unit="pixels"
    )

    def sizes(self) -> tuple[int, int]:
        return self.size

    def generator(self, locations: DataLocations) -> Generator:
        from engine.parts.data.generators import painting

        height, width = self.size
        needs = (painting.pixel_places, painting.painted_over)
        return Generator(
            painting.flower, {"height": height, "width": width}, needs, ("import math",)
        )


class Picture(_Painting, PictureReading, name="picture"):
    """A picture of your own, pixel by pixel: from where a pixel lies to its color."""

    words = (
        "Is a picture of your own, pixel by pixel: whoever says the color of each place has "
        "learned the picture."
    )
    path: str = parameter(help="the picture's file", is_path=True)
    size: int | tuple[int, int] = parameter(
        default=96,
        help="height and width to resize to, or one number: the longer side, and the other follows",
        minimum=2,
        maximum=1024,
    )

    def complaint(self) -> str:
        if not self.path or "\0" in self.path:
            return "path must name a picture"
        return super().complaint()

    def colors(self) -> tuple[str, ...]:
        return COLORS if self.color == "rgb" else ("brightness",)

    def sizes(self) -> tuple[int, int]:
        if isinstance(self.size, tuple):
            return self.size
        status = Path(self.path).stat()
        height, width = _measured(self.path, (status.st_mtime_ns, status.st_size))
        scale = self.size / max(height, width)
        return max(2, round(height * scale)), max(2, round(width * scale))

    def facts(self) -> Facts | None:
        if not Path(self.path).exists():
            return None
        try:
            return super().facts()
        except Exception as error:  # Pillow's formats raise many kinds for damaged files
            raise self._unreadable(error) from error

    def generator(self, locations: DataLocations) -> Generator:
        from engine.parts.data.generators import painting, picture_image

        self.look()
        needs = (picture_image.in_eight_bits, picture_image.opened_picture, painting.pixel_places)
        imports = (
            "from pathlib import Path",
            "from typing import Any",
            "import numpy as np",
            "from PIL import Image, ImageOps",
        )
        arguments = {"path": self.path, **self.reading()}
        return Generator(painting.picture_pixels, arguments, needs, imports)

    def files(self) -> tuple[Path, ...]:
        return (Path(self.path),)

    def look(self) -> None:
        self.known_facts()
        try:
            size = regular_file.check(self.path, PICTURE_FILE)
        except OSError as error:
            raise self._unreadable(error) from error
        broken = picture_check.first_broken((Path(self.path),), (size,), self.reading())
        if broken is not None:
            raise self._unreadable(broken[1])

    def at(self, folder: Path) -> Data:
        return self.with_values(path=absolute(self.path, folder))

    def _unreadable(self, error: Exception) -> DataUnavailable:
        return DataUnavailable(f"{self.path} can't be read: {picture_check.in_words(error)}")


@lru_cache(maxsize=4)
def _measured(path: str, _state: tuple[int, int]) -> tuple[int, int]:
    """Height and width of a picture as it is looked at; _state: of the file. Raises as Pillow."""
    from PIL import Image

    with regular_file.opened(path, PICTURE_FILE) as file, Image.open(file) as image:
        width, height = image.size
        sideways = image.getexif().get(0x0112) in _SIDEWAYS
    return (width, height) if sideways else (height, width)
