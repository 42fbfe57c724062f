"""What every data set declares: its parameters, its facts, its generator, how it is loaded."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from engine.errors import DataUnavailable
from engine.parts.component import Component
from engine.parts.data.dataset import Dataset, Pixels, TargetScale
from engine.parts.data.facts import Facts, OwnSplit
from engine.parts.data.framing import Framing
from engine.parts.data.locations import DataLocations
from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.remarks import Remark
from engine.parts.data.sheet.samples import Samples
from engine.parts.data.sheet.table import Table
from engine.parts.shapes import product

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Generator:
    """The plain functions that make a data set, and the call that runs them.

    The same functions are run when training and printed into the exported script,
    so that both make the same numbers.
    """

    function: Callable[..., tuple[Tensor, Tensor]]
    """Returns (inputs, targets): inputs (samples, *raw shape) float32 or uint8; targets
    (samples,) int64 classes, or (samples, targets) float32 for a regression."""
    arguments: dict[str, Any]
    needs: tuple[Callable[..., Any], ...] = ()
    """Functions that `function` calls, printed before it."""
    imports: tuple[str, ...] = ()
    """Import lines that the functions need beside `import torch`."""

    def run(self) -> tuple[Tensor, Tensor]:
        """Make the data; random numbers come from torch's global generator."""
        return self.function(**self.arguments)

    @property
    def call(self) -> str:
        """The call as Python code: `circle(samples=100, noise=0.0)`."""
        arguments = ", ".join(f"{name}={_code(value)}" for name, value in self.arguments.items())
        return f"{self.function.__name__}({arguments})"

    @property
    def import_line(self) -> str:
        """What has the function of a plug-in, in whose package it stays."""
        return f"from {self.function.__module__} import {self.function.__name__}"

    def source(self) -> str:
        """The functions' Python source."""
        functions = (*self.needs, self.function)
        return "\n\n\n".join(textwrap.dedent(inspect.getsource(f)).rstrip() for f in functions)


def _code(value: Any) -> str:
    """A value as Python code; a function is its name."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name!r}: {_code(one)}' for name, one in value.items())}}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_code, value))}{',' if len(value) == 1 else ''})"
    return value.__name__ if inspect.isfunction(value) else repr(value)


@dataclass(frozen=True)
class PixelFigures:
    """Mean and deviation of a set's training pixels, scaled to 0..1, one per channel."""

    means: tuple[float, ...]
    deviations: tuple[float, ...]


@dataclass(frozen=True)
class Provenance:
    """Where a published set comes from, and what may be done with it."""

    source: str
    """Who made it, or where it is described."""
    licence: str
    """As those who publish it state it."""


class Data(Component, abstract=True):
    """A data set that an experiment can name.

    What other rooms must know of one is a fact that it declares here; the defaults claim nothing.
    """

    family = "data set"
    well_scaled: ClassVar[bool] = False
    """Whether its generator, whatever its arguments, makes features and numbers to predict of like
    size near 1, so that nobody need look at them."""
    balanced: ClassVar[bool] = False
    """Whether its classes are known to be of like size."""
    is_planar: ClassVar[bool] = False
    """Whether each of its samples is a point in a plane."""
    is_own: ClassVar[bool] = False
    """Whether it is a person's own, of which nothing is known before its rows were looked at."""
    pixel_figures: ClassVar[PixelFigures | None] = None
    """Of published files, kept because a look at them may need a download."""
    has_dark_ground: ClassVar[bool] = False
    """Whether its pictures are of one channel, light on dark."""
    framing: ClassVar[Framing | None] = None
    """How what is drawn stands in its pictures; None where nothing of that is known."""
    library: ClassVar[str] = ""
    """What is imported to make it, beside torch, where that takes about as long."""
    keeps_table: ClassVar[bool] = False
    """Whether new samples can be read only by what was decided about a table."""
    provenance: ClassVar[Provenance | None] = None
    """Of published data; None for what is made here, or is a person's own."""

    def facts(self) -> Facts | None:
        """What is known without torch; None where only a file that is absent could tell.

        Raises DataUnavailable for a file that can't be read as what it should be.
        """
        raise NotImplementedError

    def known_facts(self) -> Facts:
        """The facts; raises DataUnavailable where a file is absent too."""
        facts = self.facts()
        if facts is None:
            raise DataUnavailable(f"{self}: no such file or folder")
        return facts

    def generator(self, locations: DataLocations) -> Generator:
        """The functions that make the training (or only) split."""
        raise NotImplementedError

    def pixels(self) -> Pixels | None:
        """How its images become network inputs; None for what are no images."""
        return None

    def own_generators(self, locations: DataLocations) -> dict[OwnSplit, Generator]:
        """The functions that make the splits that the data set brings itself, validation first."""
        return {}

    def picture_reading(self, facts: Facts) -> dict[str, Any] | None:
        """How `opened_picture` is to open a picture that is to be predicted.

        None where the samples are no pictures.
        """
        if len(facts.shape) != 3:
            return None
        channels, height, width = facts.shape
        mode = "L" if channels == 1 else "RGB"
        as_usual = {"background": "white", "resize": "bicubic", "crop": False, "white": None}
        return {"height": height, "width": width, "mode": mode, **as_usual}

    def load(self, locations: DataLocations) -> Dataset:
        """Make or read the data; random numbers come from torch's global generator.

        Raises DataUnavailable where it is missing, unreadable or can't be downloaded.
        """
        facts = self.known_facts()
        inputs, targets = self.generator(locations).run()
        return Dataset(facts, inputs, targets)

    @property
    def changes_samples(self) -> bool:
        """Whether each sample is changed at random whenever it is trained on."""
        return False

    @property
    def buffer(self) -> int | None:
        """Rows that are shuffled at a time, of a table that stays on the disk; None for others."""
        return None

    def left_on_disk(self, locations: DataLocations) -> Dataset | None:
        """The data set with its inputs still in their files; None where it can only be loaded.

        Its numbers are those of `load`, to the last bit; the file of a table stays open. Raises
        DataUnavailable.
        """
        return None

    def kept_table(self) -> Table | None:
        """What was decided about a table when it was read, for the run to keep; None for others.

        Raises DataUnavailable.
        """
        return None

    def new_samples(self, facts: Facts, table: Table | None = None) -> Samples:
        """How new samples are read: as those of the data set were.

        table: as `kept_table` gave it to the run. Raises DataUnavailable where that is needed, is
        None, and can't be found out again.
        """
        names = facts.feature_names or tuple(str(n + 1) for n in range(product(facts.shape)))
        columns = tuple(Column(name, "number", how={}) for name in names)
        return Samples(columns, is_nameless=not facts.feature_names)

    @property
    def overlaps(self) -> bool:
        """Whether its samples are stretches that share what they hold with others."""
        return False

    def known_share(self) -> float:
        """Of a text: how much of what is validated on stands in what is learned from, too."""
        return 0.0

    def doubts(self) -> tuple[Remark, ...]:
        """What a person should know about its file that does not stand against training on it."""
        return ()

    def without_doubt(self, doubt: Remark) -> Data | None:
        """The data set with the arguments that settle a doubt; None where none do."""
        return None

    @property
    def standardizes_target(self) -> bool:
        """Whether numbers to predict are trained on with mean 0 and deviation 1."""
        return False

    @property
    def scales_target(self) -> TargetScale:
        """log: numbers to predict are trained on as their logarithms."""
        return "linear"

    @property
    def fills(self) -> bool:
        """Whether its inputs may miss cells (NaN), which the training split's figures fill."""
        return False

    @property
    def medians(self) -> tuple[int, ...]:
        """Inputs that are filled with their median, not with their mean."""
        return ()

    def files(self) -> tuple[Path, ...]:
        """The person's own files it reads, for the fingerprint that resume checks."""
        return ()

    def settled(self) -> Self | None:
        """The data set with arguments that make its file one to train on; None where none do."""
        return None

    def look(self) -> None:
        """Open the person's own files, so that a broken one is named before torch is loaded.

        Raises DataUnavailable.
        """

    @classmethod
    def is_here(cls, data_dir: Path) -> bool:
        """Whether it can be had without a download."""
        return True

    def downloaded_to(self, data_dir: Path) -> Path | None:
        """The folder, in the data directory, of a set that is downloaded; None for others."""
        return None

    def at(self, folder: Path) -> Data:
        """The same data set with relative paths taken from a folder."""
        return self
