"""What all data sets of a person's own pictures share: how they are opened, checked and kept."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import regular_file
from engine.errors import DataUnavailable, Remark
from engine.limits import PICTURE_FILE
from engine.parts.data import picture_check
from engine.parts.data.base import Generator
from engine.parts.data.dataset import Dataset, PictureFiles
from engine.parts.data.facts import Facts, OwnSplit
from engine.parts.data.listing import Labeled, Listing
from engine.parts.data.locations import DataLocations
from engine.parts.data.meter import Meter
from engine.parts.data.picture_cache import PictureCache
from engine.parts.data.picture_check import in_words
from engine.parts.data.picture_entries import NotKept, most_bytes
from engine.parts.data.picture_reading import PictureReading
from engine.parts.data.pixels import Images
from engine.parts.data.torchvision_import import torchvision_module
from engine.parts.shapes import pair, product

if TYPE_CHECKING:
    from torch import Tensor


class Pictures(Images, PictureReading, abstract=True):
    """Pictures in files of a person, resized to one size."""

    def listing(self) -> Listing | None:
        """The pictures there are; None where the folder or list is absent.

        Raises DataUnavailable for one that can't be trained on.
        """
        raise NotImplementedError

    def made_by(self, split: OwnSplit | None) -> tuple[Callable[..., Any], dict[str, Any]]:
        """The function that makes a split, None for the one to train on, and its arguments."""
        raise NotImplementedError

    def needs(self) -> tuple[Callable[..., Any], ...]:
        """What that function calls, beside what opens a picture."""
        raise NotImplementedError

    def imports(self) -> tuple[str, ...]:
        """Import lines it needs, beside those of what opens a picture."""
        return ()

    @property
    def root(self) -> str:
        """The folder that the files lie in."""
        return self.path

    def surveyed(self) -> str:
        """One sentence about what a person may not expect of the files, or the empty text."""
        return ""

    def num_channels(self) -> int:
        return 3 if self.color == "rgb" else 1

    def complaint(self) -> str:
        if not self.path or "\0" in self.path:
            return "path must name a folder of pictures"
        if said := super().complaint():
            return said
        for name, value in (("mean", self.mean), ("std", self.std)):
            if isinstance(value, tuple) and self.color == "gray":
                return f"{name} has 3 numbers, but gray pictures have one channel"
        return ""

    def facts(self) -> Facts | None:
        listing = self.listing()
        if listing is None:
            return None
        sizes = {name: len(part) for name, part in listing.own.items()}
        return Facts(
            shape=(self.num_channels(), *pair(self.size)),
            task="classification",
            num_samples=len(listing.train),
            classes=listing.classes,
            num_validation_samples=sizes.get("validation", 0),
            num_test_samples=sizes.get("test", 0),
            unit_inputs=self.unit_inputs,
        )

    def generator(self, locations: DataLocations) -> Generator:
        return self._generator(None)

    def own_generators(self, locations: DataLocations) -> dict[OwnSplit, Generator]:
        return {split: self._generator(split) for split in self._present().own}

    def _generator(self, split: OwnSplit | None) -> Generator:
        torchvision_module("torchvision.transforms.functional")
        from engine.parts.data.generators import image_folder, picture_image

        function, arguments = self.made_by(split)
        opening: tuple[Callable[..., Any], ...]
        opening = (picture_image.in_eight_bits, picture_image.opened_picture, image_folder.picture)
        imports = (
            "from pathlib import Path",
            "from typing import Any",
            "import numpy as np",
            "from PIL import Image, ImageOps",
            "from torchvision.transforms.functional import pil_to_tensor",
            *self.imports(),
        )
        needs = (*self.needs(), *opening)
        return Generator(function, {**arguments, **self.reading()}, needs, imports)

    def picture_reading(self, facts: Facts) -> dict[str, Any]:
        return self.reading()

    def load(self, locations: DataLocations) -> Dataset:
        """As Data.load; the numbers are those of the generators, and the reading is told."""
        torchvision_module("torchvision.transforms.functional")
        facts, listing = self.known_facts(), self._present()
        total_bytes = sum(self._checked(listing))
        self._remark()
        meter = Meter(self.root, total_bytes, locations.on_loading)
        cache = self._cache(listing)
        starts = accumulate((len(part) for part in listing.parts()), initial=0)
        (inputs, targets), *others = (
            self._decoded(part, facts, meter, cache, start)
            for part, start in zip(listing.parts(), starts, strict=False)
        )
        meter.end()
        if cache is not None:
            cache.keeper.close()
        own = dict(zip(listing.own, others, strict=True))
        return Dataset(facts, inputs, targets, own=own, pixels=self.pixels())

    def _decoded(
        self, part: Labeled, facts: Facts, meter: Meter, cache: PictureCache | None, start: int
    ) -> tuple[Tensor, Tensor]:
        """The pictures of a split in memory, and their labels; start: the cache's row of the first.

        What the cache has is not decoded again, and it is given the others.
        """
        import torch

        from engine.parts.data.generators.image_folder import picture

        inputs = torch.empty(len(part), *facts.shape, dtype=torch.uint8)
        reading = self.reading()
        lacking = range(len(part))
        if cache is not None:
            rows = torch.arange(start, start + len(part)).numpy()
            lacking = cache.read(rows, inputs.flatten(1).numpy()).tolist()
        for number in lacking:
            file = part.files[number]
            try:
                pixels, size = picture(file, **reading), file.stat().st_size
            except Exception as error:  # Pillow's formats raise many kinds for damaged files
                raise self._unavailable(self._unreadable(file, error)) from error
            inputs[number].copy_(pixels)
            if cache is not None:
                row = start + number
                cache.keeper.keep(row, file, cache.identities[row], pixels.numpy().tobytes())
            meter.add(size)
        return inputs, torch.tensor(part.labels)

    def _cache(self, listing: Listing, *, make: bool = True) -> PictureCache | None:
        """What is decoded of the pictures already; None where nothing can be kept, which is said.

        make: where nothing is.
        """
        if most_bytes() == 0:
            return None
        size = product((self.num_channels(), *pair(self.size)))
        try:
            return PictureCache(listing.files(), self.reading(), size, make=make)
        except (NotKept, OSError) as error:
            if make:
                remark = f"{self.path}: its pictures are decoded anew each time: {error}"
                warnings.warn(Remark(remark), stacklevel=2)
        return None

    def left_on_disk(self, locations: DataLocations) -> Dataset:
        self.generator(locations)  # first of all, since it looks for torchvision
        import torch

        from engine.parts.data.generators.image_folder import picture

        facts, listing = self.known_facts(), self._present()
        self._checked(listing)
        self._remark()

        def unread(part: Labeled) -> tuple[Tensor, Tensor]:
            shape = (len(part), *facts.shape)
            return torch.empty(shape, dtype=torch.uint8, device="meta"), torch.tensor(part.labels)

        names = tuple(os.path.relpath(file, self.root) for file in listing.files())
        read = partial(picture, **self.reading())
        inputs, targets = unread(listing.train)
        return Dataset(
            facts,
            inputs,
            targets,
            own={name: unread(part) for name, part in listing.own.items()},
            pixels=self.pixels(),
            files=PictureFiles(self.root, names, read, facts.shape, self._cache(listing)),
        )

    def files(self) -> tuple[Path, ...]:
        return self._present().files()

    def look(self) -> None:
        """As Data.look: pictures are decoded up to picture_check.DECODED_BYTES, of so many more
        the beginning and the end are looked at; those that the cache has are whole."""
        listing = self.listing()
        if listing is None:
            return
        sizes = self._checked(listing)
        files = listing.files()
        if (cache := self._cache(listing, make=False)) is not None:
            new = [number for number, is_known in enumerate(cache.claimed()) if not is_known]
            files, sizes = tuple(files[n] for n in new), [sizes[n] for n in new]
        broken = picture_check.first_broken(files, sizes, self.reading())
        if broken is not None:
            raise self._unavailable(self._unreadable(*broken))

    def _present(self) -> Listing:
        listing = self.listing()
        if listing is None:
            raise DataUnavailable(f"{self}: no such file or folder")
        return listing

    def _remark(self) -> None:
        """Say what of the files is read otherwise than one may think, and what is not."""
        if said := self.surveyed():
            warnings.warn(Remark(said), stacklevel=2)

    def _checked(self, listing: Listing) -> list[int]:
        """The size of each file; refuses what Pillow would wait for or read without an end."""
        sizes = []
        for file in listing.files():
            try:
                sizes.append(regular_file.check(file, PICTURE_FILE))
            except OSError as error:
                raise self._unavailable(self._unreadable(file, error)) from error
        return sizes

    def _unreadable(self, file: Path, reason: Exception) -> str:
        return f"{os.path.relpath(file, self.root)} can't be read: {in_words(reason)}"

    def _unavailable(self, message: str) -> DataUnavailable:
        return DataUnavailable(f"{self.path}: {message}")
