"""What a data set looks like, as a client is told."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.decoding import converted
from engine.doctor.statistics import Relations, Spread, Statistics
from engine.parts.data import Facts
from engine.runs.pictures import Point


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """A data set's facts, the statistics of its features, and a picture of it."""

    facts: dict[str, Any]
    """As engine.parts.data.Facts."""
    lowest: list[float]
    highest: list[float]
    means: list[float]
    deviations: list[float]
    """Per feature, of the whole data set; of images over all pixels of up to
    5,000, of fewer large ones."""
    class_counts: list[int]
    class_run: float = 0.0
    """Samples of one class that follow one another, in the mean; 0 for a regression."""
    targets: list[Spread] = []
    """The numbers to predict, of the whole data set; empty for a classification."""
    relations: Relations | None = None
    """Of a person's own data."""
    points: list[Point] = []
    """Samples of planar data; the class is both `target` and `predicted`. Those that the experiment
    holds back for the test are marked."""
    images: list[bytes] = []
    """A few samples of image data, 0 to 255, channel by channel, row by row."""
    image_shape: tuple[int, ...] = ()

    def known_facts(self) -> Facts:
        """The facts as what they are."""
        return converted(self.facts, Facts)

    def statistics(self) -> Statistics:
        """The part that the doctor's rules read."""
        return Statistics(
            tuple(self.lowest),
            tuple(self.highest),
            tuple(self.means),
            tuple(self.deviations),
            tuple(self.class_counts),
            self.class_run,
            tuple(self.targets),
            self.relations,
        )


class DataRows(msgspec.Struct, frozen=True, kw_only=True):
    """A few rows of a data set, as a person would type them."""

    cells: list[list[str]] = []
    answers: list[str] = []
    """What each of them is: what the network is to predict."""
    numbers: list[int] = []
    """Which row of the data each is, from 1."""
    ranges: list[tuple[float, float] | None] = []
    """Between what each column's numbers lie; None where it has none. Empty: nobody looked."""
