"""A data set that is loaded, or lies in files from which it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from engine.errors import DataUnavailable
from engine.parts.data.facts import Facts, OwnSplit
from engine.parts.shapes import Shape, product

if TYPE_CHECKING:
    from torch import Tensor

    from engine.parts.data.picture_cache import PictureCache

TargetScale = Literal["linear", "log"]


@dataclass(frozen=True)
class Pixels:
    """How stored uint8 images become network inputs: scaled to 0..1, then normalised."""

    mean: tuple[float, ...]
    """Subtracted, one per channel; (0.0,) where nothing is."""
    std: tuple[float, ...]
    """Divided by, one per channel; (1.0,) where nothing is."""
    scale: float = 255.0
    """The stored value that becomes 1.0."""
    augmentations: tuple[str, ...] = ()
    """Expressions of torchvision.transforms.v2, applied to each training image on its own:
    `RandomHorizontalFlip()`, `RandomAffine(0, translate=(0.1, 0.1))`."""


@dataclass(frozen=True)
class PictureFiles:
    """Images that stay in their files and are read when they are needed."""

    folder: str
    paths: tuple[str, ...]
    """One per sample, in the folder: those to train on, then those of the data set's own splits, in
    the order of `Dataset.own`."""
    read: Callable[[Path], Tensor]
    """Reads one: (channels, height, width) uint8. Can be pickled."""
    shape: Shape
    """Of one image."""
    cache: PictureCache | None = None
    """What of them is decoded already."""

    @property
    def sample_bytes(self) -> int:
        """What one image takes in memory once it is read."""
        return product(self.shape)

    @property
    def resident_bytes(self) -> int:
        """What all of them take; known without opening any, since all become one size."""
        return len(self.paths) * self.sample_bytes

    def unreadable(self, name: str, reason: str) -> DataUnavailable:
        """The error that names one of the images."""
        return DataUnavailable(f"{self.folder}: {name} can't be read: {reason}")


@dataclass(frozen=True)
class TableFile:
    """The numbers of a table that stay on the disk, to be read in pieces."""

    name: str
    """Of the table, as a person knows it."""
    content: IO[bytes]
    """Open as long as it is needed; whoever tidies up the folder may have removed its name."""
    start: int
    """Bytes before the first number."""
    rows: int
    columns: int
    buffer: int
    """Rows that are shuffled at a time."""

    @property
    def row_bytes(self) -> int:
        return 4 * self.columns


@dataclass(frozen=True)
class Dataset:
    """A loaded data set, before it is split; tensors on the CPU in their stored type."""

    facts: Facts
    inputs: Tensor
    """(samples, *raw shape), float32 (NaN where a cell is missing) or uint8 for images; on the
    meta device, a shape without numbers, where `files` has them."""
    targets: Tensor
    """(samples,) int64 class indices, or (samples, targets) float32."""
    own: dict[OwnSplit, tuple[Tensor, Tensor]] = field(default_factory=dict)
    """Inputs and targets of the splits that the data set brings itself, validation first."""
    medians: tuple[int, ...] = ()
    """Inputs that are filled with their median where a cell is missing, not with their mean."""
    standardize_target: bool = False
    """Train on numbers to predict less their mean, divided by their deviation."""
    target_scale: TargetScale = "linear"
    """log: train on the logarithms of the numbers to predict."""
    standardize: bool = False
    """Scale each feature by the training split's mean and standard deviation."""
    crosses: tuple[str, ...] = ()
    """Features made of the points (x1, x2): see engine.parts.data.crosses; empty for none."""
    pixels: Pixels | None = None
    """Set for images only."""
    files: PictureFiles | None = None
    table: TableFile | None = None
    """Where the inputs are, if they are not in memory: in pictures, or a table's file."""
