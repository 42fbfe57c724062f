"""What is inside of a network, as small matrices of plain numbers: columns, units, weights.

Units are named by the layer that makes them and their index among its outputs or channels.
"""

from __future__ import annotations

import msgspec

from engine.runs.events import Figure
from engine.runs.pictures import Picture
from engine.runs.tile import Tile


class Unit(msgspec.Struct, frozen=True, array_like=True):
    """Which unit of a network."""

    layer: tuple[int, ...]
    """The address of the layer that makes it; empty for an input."""
    index: int


class Look(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody wants to see of a network."""

    columns: int = 12
    rows: int = 8
    """Cells of a tile: half a character high where the screen draws half blocks."""
    before: bool = False
    """Tiles of what goes into the activations, instead of what comes out."""
    unit: Unit | None = None
    """The one to be seen in numbers too."""
    large: tuple[int, int] = (0, 0)
    """Columns and rows of that one's own tiles; (0, 0) for none."""
    sample: int | None = None
    """Row of its split; -1 for the one to be looked at first, a wrong one; None for no sample."""
    split: str = ""
    """The sample's; empty for the test split, or the training's where there is no test."""


class UnitTile(msgspec.Struct, frozen=True, array_like=True):
    """A unit as it stands in its column."""

    index: int
    name: str
    """Of an input or an output; empty for the others."""
    tile: Tile | None
    strength: float
    """The 2-norm of the weights that lead on from it; of an output, of those that lead to it."""
    is_silenced: bool = False
    value: Figure = None
    """What it gives for the chosen sample, the mean over a map; None without a sample."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """The inputs, or a layer that has units with the layers that act on them."""

    layer: tuple[int, ...]
    """Its address; empty for the inputs."""
    layers: tuple[str, ...]
    """It and what acts on its units, as the experiment writes them: `Linear(6)`, `Tanh()`."""
    block: tuple[int, ...] = ()
    """The block that it is inside of; empty for none. A block's sum is a column after those."""
    sources: tuple[int, ...] = ()
    """The columns that it gets its values from."""
    num_units: int
    units: list[UnitTile]
    is_ranked: bool = False
    """Whether there are more units than shown: then those that matter most, strongest first."""
    is_output: bool = False
    output_range: tuple[Figure, Figure] = (None, None)
    """Between what its values lie, whatever goes in; None where there is no such end."""


class Wire(msgspec.Struct, frozen=True, array_like=True):
    """How one unit bears on another."""

    source: int
    target: int
    """Indices of the units in their layers."""
    weight: Figure
    """The weight; of many, as a kernel has, their norm with the sign of their sum."""


class Wires(msgspec.Struct, frozen=True, kw_only=True):
    """The weights between two columns."""

    source: int
    target: int
    """Indices of the columns."""
    wires: list[Wire]
    is_summed: bool = False
    """Whether each stands for many weights."""


class Weight(msgspec.Struct, frozen=True, array_like=True):
    """One number that a layer has learned, and how to name it in SetParameter."""

    name: str
    """What it comes from or leads to."""
    value: Figure
    layer: tuple[int, ...]
    parameter: str
    """`weight` or `bias`; `shortcut.weight` of a block."""
    place: tuple[int, ...]
    """Its index there."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A sample of the data, with what it is and what it is taken for."""

    split: str
    row: int
    actual: str
    predicted: str
    values: list[Figure] = []
    """Its inputs in the data's own unit, in the order of the first column's names."""
    picture: Picture | None = None


class Exciting(msgspec.Struct, frozen=True, kw_only=True):
    """A sample for which a unit gives much."""

    value: Figure
    sample: Sample


class UnitFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One unit in numbers, over up to `num_samples` samples of the training split."""

    unit: Unit
    name: str
    bias: Weight | None
    incoming: list[Weight]
    outgoing: list[Weight]
    """The largest ones, largest first, where there are more."""
    num_incoming: int
    num_outgoing: int
    num_samples: int
    mean: Figure
    spread: Figure
    """Mean and standard deviation of what it gives, after its activation."""
    dead: Figure = None
    """The share of the values at which no gradient passes; None where that is no question."""
    saturated: Figure = None
    """The share of the values at which the activation is nearly flat; None likewise."""
    gradient: Figure = None
    """The 2-norm of the loss's gradient by its incoming weights and its bias."""
    exciting: list[Exciting] = []
    """The three samples for which it gives most."""
    before: Tile | None = None
    after: Tile | None = None
    """On both sides of its activation, large."""


class LayerMaps(msgspec.Struct, frozen=True, kw_only=True):
    """What a layer makes of the chosen picture."""

    layer: tuple[int, ...]
    text: str
    num_maps: int
    maps: list[UnitTile]
    """At most MOST_MAPS, those that give most first where there are more."""


class SampleSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen sample on its way through the network."""

    sample: Sample
    scores: list[Figure]
    """The probability of each class, or the numbers of a regression in their own unit."""
    rows: list[int]
    """Rows of the split to look at, one after the other: those that are wrong first."""
    num_wrong: int
    """How many of them are."""
    maps: list[LayerMaps] = []
    """Of a picture, layer by layer, as long as what they make has a height and a width."""
    saliency: Tile | None = None
    """Of a picture: how much the winning score moves with each pixel."""


class Inside(msgspec.Struct, frozen=True, kw_only=True):
    """A network from within."""

    epoch: int
    """Epochs finished, as steps are."""
    step: int
    columns: list[Column]
    wires: list[Wires]
    has_all_wires: bool
    """Whether the network is small enough for all of them; else there are those of the unit."""
    unit: UnitFigures | None = None
    sample: SampleSeen | None = None


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a change by hand does to a network, by names like `test_loss` and `train_accuracy`."""

    event: int
    """The number of the event that tells of it."""
    before: dict[str, Figure]
    after: dict[str, Figure]
    num_samples: dict[str, int]
    """How many of each split were asked about: not all of a large one."""
