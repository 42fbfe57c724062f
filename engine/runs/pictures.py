"""What a screen draws of a network, as small matrices of plain numbers."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from engine.runs.tile import Tile


class Boundary(msgspec.Struct, frozen=True, kw_only=True):
    """What a network says over the plane of its two inputs."""

    columns: int
    rows: int
    cells: bytes
    """Row by row from the top (largest x2): class · levels + confidence, or the level of a
    regression's prediction between its lowest and highest target."""
    levels: int
    classes: tuple[str, ...]
    """Empty for a regression."""
    x1: tuple[float, float]
    x2: tuple[float, float]
    points: list[Point]
    values: tuple[float, float] = (0.0, 1.0)
    """What the lowest and the highest level of a regression mean."""


class Point(msgspec.Struct, frozen=True, array_like=True):
    """A sample on the plane."""

    x1: float
    x2: float
    target: int
    """Its class, or the level of its regression target."""
    predicted: int
    is_test: bool


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Actual and predicted values, sample by sample."""

    actual: list[float]
    """Class indices, or the first target of a regression."""
    predicted: list[float | None]
    """The same of the network's answers; None where it is non-finite."""
    probabilities: list[float | None]
    """Of the second class where there are two; empty otherwise."""
    classes: tuple[str, ...]
    """Empty for a regression."""
    split: str
    num_samples: int
    """Of the whole split; more than are listed if it is large."""


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """A regression of one input: the network's curve over it, and the samples."""

    x: list[float]
    y: list[float | None]
    train: list[tuple[float, float]]
    test: list[tuple[float, float]]


class Cloud(msgspec.Struct, frozen=True, kw_only=True):
    """Points of the data, and those that a network makes."""

    x1: tuple[float, float]
    x2: tuple[float, float]
    """Between what they are drawn; what is made beyond that is not seen."""
    data: list[tuple[float, float]]
    made: list[tuple[float, float]]
    distance: float | None
    """How far both are apart, by energy distance; None where something is not finite."""
    floor: float
    """How far as many other points of the data would be from these, about."""
    arrows: list[tuple[float, float, float, float]] = []
    """Where points are sent in the middle of their way from noise, of a network that does so: a
    place, and how far it is sent."""
    judged: Boundary | None = None
    """What a second network takes for data and what for made, between the same edges; without
    points. None where there is none."""
    told_apart: float | None = None
    """The share of the data's points and of the made ones that it tells right."""
    steps: int = 0
    """That the network takes from noise to points; 0 where it takes them at once."""
    stages: list[int] = []
    """Of these, those after which it is told where the points are: 0, which is noise, and more."""
    way: bytes = b""
    """Where they are then, a stage after the other: two bytes a point, 1 to PLACES of the way from
    edge to edge, 0 beyond them."""

    def points_after(self, stage: int) -> list[tuple[float, float]]:
        """Where points are after one of the stages; beyond the edges nan."""
        size = len(self.way) // len(self.stages)
        codes = self.way[stage * size : (stage + 1) * size]
        return [
            (_place(codes[at], self.x1), _place(codes[at + 1], self.x2)) for at in range(0, size, 2)
        ]


PLACES = 254
"""From edge to edge, of a point on its way: more than a screen has columns."""


def _place(code: int, edges: tuple[float, float]) -> float:
    low, high = edges
    return low + (high - low) * (code - 0.5) / PLACES if code else math.nan


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """One sample drawn as an image, with what it is and what it was taken for."""

    height: int
    width: int
    channels: int
    pixels: bytes
    """0 to 255, channel by channel, row by row."""
    actual: str
    predicted: str


class Painting(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that a network learns pixel by pixel, and what it has of it."""

    height: int
    width: int
    channels: int
    original: bytes
    painted: bytes
    """Both 0 to 255, channel by channel, row by row."""
    psnr: float | None
    """How close they are, in decibels; None where they are the same, or no numbers are there."""


class Returned(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures that a network was given, and what it gives back."""

    height: int
    width: int
    channels: int
    count: int
    given: bytes
    """What comes in, one after the other: each 0 to 255, channel by channel, row by row."""
    asked: bytes
    """What is to come out; empty where that is what comes in."""
    back: bytes
    """What does."""
    split: str


class LatentPlane(msgspec.Struct, frozen=True, kw_only=True):
    """Where samples lie in the narrowest place of a network, and what it makes of places there."""

    x1: tuple[float, float]
    x2: tuple[float, float]
    points: list[tuple[float, float]]
    """A sample each."""
    kinds: list[int]
    """The class of each, by number; empty for data without classes."""
    names: tuple[str, ...]
    """Of the classes."""
    numbers: int
    """That say where a sample lies; of more than two, directions are shown in which they differ
    most."""
    share: float
    """Of the variance of places that these two directions have."""
    columns: int
    rows: int
    """Of the places that are decoded, evenly over the plane."""
    shape: tuple[int, ...]
    """Of a sample."""
    tiles: bytes
    """What is decoded there, row by row from the top (largest x2): each a picture, 0 to 255;
    empty where samples are no pictures."""

    def tile(self, column: int, row: int) -> bytes:
        """What is decoded at a place; row: from the top."""
        size = len(self.tiles) // (self.columns * self.rows)
        start = (row * self.columns + column) * size
        return self.tiles[start : start + size]

    def place(self, column: int, row: int) -> tuple[float, float]:
        """Where that is."""
        (low1, high1), (low2, high2) = self.x1, self.x2
        x1 = low1 + (high1 - low1) * (column + 0.5) / self.columns
        return x1, high2 - (high2 - low2) * (row + 0.5) / self.rows


class SequenceMap(msgspec.Struct, frozen=True, kw_only=True):
    """What a layer that reads sequences does with one sample."""

    layer: str
    """Its place: `layers[2][1]`."""
    kind: Literal["attention", "states"]
    edge: list[str]
    """What stands at each position; empty for numbers."""
    tiles: list[Tile]
    """attention: one for each head, a row for each position, of what it takes of each other.
    states: one, a row for each number of the state, a column for each position."""


class TokenPlane(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens, put where their learned rows differ most."""

    names: list[str]
    x: list[float]
    y: list[float]
    share: float
    """Of the variance between them that these two directions have."""
    layer: str = ""
    """That has the rows, as SequenceMap names it."""


class Pictures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is drawn of a network; None or empty where the data has no such picture."""

    losses: list[tuple[int, float | None]]
    """The bounded curve of the training loss: (epoch, loss)."""
    comparison: Comparison
    boundary: Boundary | None = None
    curve: Curve | None = None
    painting: Painting | None = None
    mistakes: list[Picture] = []
    cloud: Cloud | None = None
    """What a network makes that learned to make points; None for others."""
    returned: Returned | None = None
    """What a network gives back that is asked for what comes in; None for others."""
    latent: LatentPlane | None = None
    written: str = ""
    """What a network writes that is asked for the next token; empty for others."""
    following: list[tuple[str, float]] = []
    """What it says comes after the beginning of a line: the likeliest tokens, each with its
    probability."""
    invented: tuple[int, int] = (0, 0)
    """Of what it wrote: how many lines, or words, are none of the text's, and how many there are.
    """
    maps: list[SequenceMap] = []
    plane: TokenPlane | None = None
