"""Which pictures a data set has, and what each is: known from names alone, none is opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.parts.data.facts import OwnSplit


@dataclass(frozen=True)
class Labeled:
    """Pictures, each with the index of its class."""

    files: tuple[Path, ...]
    labels: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.files)


@dataclass(frozen=True)
class Listing:
    """The pictures of a data set."""

    classes: tuple[str, ...]
    """In the order of their indices."""
    train: Labeled
    own: dict[OwnSplit, Labeled] = field(default_factory=dict)
    """The splits that the data set brings itself, validation first."""

    def parts(self) -> Iterator[Labeled]:
        """The pictures to train on, then those of each other split."""
        yield self.train
        yield from self.own.values()

    def files(self) -> tuple[Path, ...]:
        """Every picture, in the order of the parts."""
        return tuple(file for part in self.parts() for file in part.files)
