"""A person's own pictures: a folder with one subfolder per class."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import Literal

from engine import regular_file
from engine.errors import DataUnavailable
from engine.limits import PICTURE, PICTURE_FILE
from engine.parts.component import parameter
from engine.parts.data.base import Data, DataLocations, Dataset, Facts, Generator, PictureFiles
from engine.parts.data.generators.picture_files import picture_files
from engine.parts.data.paths import absolute
from engine.parts.data.pixels import Images
from engine.parts.data.torchvision_import import torchvision_module
from engine.parts.kinds import encodable
from engine.parts.shapes import pair


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


class ImageFolder(Images, _Source, name="images"):
    """Pictures of a folder with one subfolder per class, resized to one size."""

    def num_channels(self) -> int:
        return 3 if self.color == "rgb" else 1

    def complaint(self) -> str:
        if not self.path or "\0" in self.path:
            return "path must name a folder of pictures"
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
        from engine.parts.data.generators import image_folder

        height, width = pair(self.size)
        mode = "RGB" if self.color == "rgb" else "L"
        return Generator(
            image_folder.images,
            {"path": self.path, "height": height, "width": width, "mode": mode},
            needs=(picture_files, image_folder.picture),
            imports=(
                "from pathlib import Path",
                "from PIL import Image",
                "from torchvision.transforms.functional import pil_to_tensor",
            ),
        )

    def load(self, locations: DataLocations) -> Dataset:
        facts = self.known_facts()
        generator = self.generator(locations)
        self._check_files()
        try:
            inputs, targets = generator.run()
        except Exception as error:  # Pillow's formats raise many kinds for damaged files
            if (broken := self._broken()) is None:
                raise
            raise self._unavailable(broken) from error
        return Dataset(facts, inputs, targets, pixels=self.pixels())

    def left_on_disk(self, locations: DataLocations) -> Dataset:
        arguments = self.generator(
            locations
        ).arguments  # first of all, since it looks for torchvision
        import torch

        from engine.parts.data.generators.image_folder import picture

        facts = self.known_facts()
        self._check_files()
        found = picture_files(self.path)
        names = tuple(f"{label}/{file.name}" for label, files in found.items() for file in files)
        counts = torch.tensor([len(files) for files in found.values()])
        read = partial(picture, **{n: value for n, value in arguments.items() if n != "path"})
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

    def _check_files(self) -> None:
        """Refuse what Pillow would wait for or read without an end."""
        for file in self.files():
            try:
                regular_file.check(file, PICTURE_FILE)
            except OSError as error:
                raise self._unavailable(self._unreadable(file, error)) from error

    def _broken(self) -> str | None:
        """Which picture can't be read; looked for only when one could not."""
        from PIL import Image

        for file in self.files():
            try:
                with Image.open(file) as image:
                    image.load()
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
