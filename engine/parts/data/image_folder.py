"""A person's own pictures: a folder with one subfolder per class."""

from __future__ import annotations

import dataclasses
import math
import warnings
from functools import partial
from pathlib import Path
from typing import Any, Literal

from engine import regular_file
from engine.errors import DataUnavailable, Remark
from engine.limits import PICTURE, PICTURE_FILE
from engine.parts.component import parameter
from engine.parts.data import picture_survey
from engine.parts.data.base import Data, DataLocations, Dataset, Facts, Generator, PictureFiles
from engine.parts.data.generators.picture_files import (
    class_folders,
    picture_files,
    pictures_in,
    subfolders,
)
from engine.parts.data.paths import absolute
from engine.parts.data.pixels import Images
from engine.parts.data.torchvision_import import torchvision_module
from engine.parts.kinds import encodable
from engine.parts.shapes import pair

LOOKED_AT_BYTES = 100_000_000
"""Read twice, since they are opened before a training too: about two seconds."""


class _Source(Data, abstract=True):
    """What comes before the parameters that all images share."""

    path: str = parameter(help="the folder; each of its subfolders is a class, named like it")
    size: int | tuple[int, int] = parameter(
        default=(32, 32),
        help="height and width to resize to, or one number",
        minimum=1,
        maximum=1024,
    )
    color: Literal["rgb", "gray"] = parameter(default="rgb", help="three channels, or one")
    background: str = parameter(
        default="white", help="the color behind transparent pictures, by name or like #ff8800"
    )
    resize: Literal["bicubic", "bilinear", "lanczos", "hamming", "box", "nearest"] = parameter(
        default="bicubic", help="the filter that pictures are resized with"
    )
    crop: bool = parameter(
        default=False, help="cut off what is too long or too high, rather than stretch the picture"
    )
    white: float | None = parameter(
        default=None,
        help="the number that is white in pictures of 16 bits or floats; None: 65535, and 1",
        above=0,
    )


class ImageFolder(Images, _Source, name="images"):
    """Pictures of a folder with one subfolder per class, resized to one size."""

    def num_channels(self) -> int:
        return 3 if self.color == "rgb" else 1

    def complaint(self) -> str:
        if not self.path or "\0" in self.path:
            return "path must name a folder of pictures"
        from PIL import ImageColor

        try:
            opaque = len(ImageColor.getrgb(self.background)) == 3
        except ValueError:
            opaque = False
        if not opaque:
            return f'background must be a color like "white" or "#ff8800", not {self.background!r}'
        for name, value in (("mean", self.mean), ("std", self.std)):
            if isinstance(value, tuple) and self.color == "gray":
                return f"{name} has 3 numbers, but gray pictures have one channel"
        return ""

    def facts(self) -> Facts | None:
        try:
            pictures = picture_files(self.path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unavailable(error.strerror or str(error)) from error
        if splits := picture_survey.split_folders(self.path):
            raise self._unavailable(
                f"{', '.join(splits)} are splits, not classes: name the one to learn from, like "
                f"path={str(picture_survey.train_folder(self.path))!r}, and hold some back with "
                "test_fraction"
            )
        if len(pictures) < 2:
            raise self._unavailable(
                "expected a subfolder with pictures for each of at least two classes, "
                f"found {len(pictures)}"
            )
        for name, files in pictures.items():
            if not encodable(name):
                raise self._unavailable(f"class {name!r}: the folder's name is not valid UTF-8")
            if len(files) < 2:
                found = "1 picture" if files else "no picture"
                raise self._unavailable(f"class {name!r} has {found}; each needs at least 2")
        return Facts(
            shape=(self.num_channels(), *pair(self.size)),
            task="classification",
            num_samples=sum(len(files) for files in pictures.values()),
            classes=tuple(pictures),
        )

    def generator(self, locations: DataLocations) -> Generator:
        torchvision_module("torchvision.transforms.functional")
        from engine.parts.data.generators import image_folder, picture_image

        return Generator(
            image_folder.images,
            {"path": self.path, **self.reading()},
            needs=(
                subfolders,
                class_folders,
                pictures_in,
                picture_files,
                picture_image.in_eight_bits,
                picture_image.opened_picture,
                image_folder.picture,
            ),
            imports=(
                "from pathlib import Path",
                "from typing import Any",
                "import numpy as np",
                "from PIL import Image, ImageOps",
                "from torchvision.transforms.functional import pil_to_tensor",
            ),
        )

    def reading(self) -> dict[str, Any]:
        """How `opened_picture` is to open each of them."""
        height, width = pair(self.size)
        return {
            "height": height,
            "width": width,
            "mode": "RGB" if self.color == "rgb" else "L",
            "background": self.background,
            "resize": self.resize,
            "crop": self.crop,
            "white": self.white,
        }

    def load(self, locations: DataLocations) -> Dataset:
        facts = self.known_facts()
        generator = self.generator(locations)
        self._check_files()
        self._remark()
        try:
            inputs, targets = generator.run()
        except Exception as error:  # Pillow's formats raise many kinds for damaged files
            if (broken := self._broken()) is None:
                raise
            raise self._unavailable(broken) from error
        return Dataset(facts, inputs, targets, pixels=self.pixels())

    def left_on_disk(self, locations: DataLocations) -> Dataset:
        self.generator(locations)  # first of all, since it looks for torchvision
        import torch

        from engine.parts.data.generators.image_folder import picture

        facts = self.known_facts()
        self._check_files()
        self._remark()
        found = picture_files(self.path)
        names = tuple(
            str(file.relative_to(self.path)) for files in found.values() for file in files
        )
        counts = torch.tensor([len(files) for files in found.values()])
        read = partial(picture, **self.reading())
        return Dataset(
            facts,
            torch.empty(len(names), *facts.shape, dtype=torch.uint8, device="meta"),
            torch.arange(len(counts)).repeat_interleave(counts),
            pixels=self.pixels(),
            files=PictureFiles(self.path, names, read, facts.shape),
        )

    def files(self) -> tuple[Path, ...]:
        return tuple(file for files in picture_files(self.path).values() for file in files)

    def at(self, folder: Path) -> ImageFolder:
        return dataclasses.replace(self, path=absolute(self.path, folder))

    def look(self) -> None:
        """As Data.look; of a large folder files are opened up to LOOKED_AT_BYTES only."""
        if self.facts() is None:
            return
        self._check_files()
        if broken := self._broken(LOOKED_AT_BYTES):
            raise self._unavailable(broken)

    def _remark(self) -> None:
        """Say what of the folder is read otherwise than one may think, and what is not."""
        if said := picture_survey.said(self.path):
            warnings.warn(Remark(said), stacklevel=2)

    def _check_files(self) -> None:
        """Refuse what Pillow would wait for or read without an end."""
        for file in self.files():
            try:
                regular_file.check(file, PICTURE_FILE)
            except OSError as error:
                raise self._unavailable(self._unreadable(file, error)) from error

    def _broken(self, most_bytes: float = math.inf) -> str | None:
        """The first picture that can't be read, among those that have so many bytes together."""
        from engine.parts.data.generators.picture_image import opened_picture

        reading = self.reading()
        for file in self.files():
            try:
                most_bytes -= file.stat().st_size
                if most_bytes < 0:
                    return None
                opened_picture(file, **reading)
            except Exception as reason:
                return self._unreadable(file, reason)
        return None

    def _unreadable(self, file: Path, reason: Exception) -> str:
        return f"{file.relative_to(self.path)} can't be read: {in_words(reason)}"

    def _unavailable(self, message: str) -> DataUnavailable:
        return DataUnavailable(f"{self.path}: {message}")


def in_words(error: Exception) -> str:
    """Why a picture can't be read."""
    if type(error).__name__ == "UnidentifiedImageError":
        return "not a picture"
    if type(error).__name__ == "DecompressionBombError":
        return f"it claims to have more than {PICTURE.amount(PICTURE.most)}"
    reason = error.strerror if isinstance(error, OSError) else None
    return reason or str(error) or type(error).__name__
