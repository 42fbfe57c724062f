"""Images that were decoded before, as tensors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from engine.memory import free_bytes
from engine.parts.data import PictureFiles
from engine.parts.data.picture_check import in_words

AHEAD = 4
"""Parts that the system is told of before they are read."""


class CachedImages:
    """What a data set's cache has of its images."""

    def __init__(self, files: PictureFiles) -> None:
        assert files.cache is not None
        self._files, self._cache = files, files.cache
        self._fits = files.resident_bytes < free_bytes() // 2

    def lacking(self, part: Tensor) -> Tensor:
        """Which images of a part are to be decoded: (len(part),) bool."""
        return torch.from_numpy(~self._cache.claimed(part.numpy()))

    def is_full(self) -> bool:
        """Whether nothing is to be decoded any more."""
        return bool(self._cache.claimed().all())

    def expect(self, parts: Sequence[Tensor]) -> None:
        """Tell the system what will be read, where it can't have all of it in memory."""
        if not self._fits:
            for part in parts:
                self._cache.expect(part.numpy())

    def images(self, part: Tensor, *, is_pinned: bool) -> Tensor:
        """Images that are not lacking, (len(part), *shape) uint8 on the CPU.

        One that turns out to be damaged is decoded here. Raises DataUnavailable where it can't be.
        """
        size = (len(part), *self._files.shape)
        found = torch.empty(size, dtype=torch.uint8, pin_memory=is_pinned)
        for place in self._cache.read(part.numpy(), found.flatten(1).numpy()).tolist():
            number = int(part[place])
            name = self._files.paths[number]
            file = Path(self._files.folder) / name
            try:
                found[place] = self._files.read(file)
            except Exception as error:  # Pillow's formats raise many kinds for damaged files
                raise self._files.unreadable(name, in_words(error)) from error
            pixels = found[place].numpy().tobytes()
            self._cache.keeper.keep(number, file, self._cache.identities[number], pixels)
        return found
