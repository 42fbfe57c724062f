"""Samples that can be predicted without being typed: what the pictures hold, what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.parts.data import Facts
from engine.parts.data.sheet.samples import Samples
from engine.runs.pictures import Picture, Pictures
from engine.runs.run import Run
from engine.service.protocol.description import DataRows
from engine.spec.experiment import Experiment
from tui.language import tr


@dataclass(frozen=True)
class Sample:
    """One sample as a person would type it, and what it is."""

    values: list[str]
    label: str
    picture: Picture | None = None
    is_drawn: bool = False
    """Whether it is a point of the boundary's picture."""


def new_samples(run: Path | None, experiment: Experiment, facts: Facts) -> Samples:
    """How samples that are typed will be read; raises PerceptuiError where that is not known."""
    if run is None or not experiment.data.keeps_table:
        return experiment.data.new_samples(facts)
    return Run(run).new_samples()


def samples_at_hand(
    experiment: Experiment, facts: Facts, pictures: Pictures | None
) -> list[Sample]:
    """Points of the plane (of the test split first), what the experiment asks for, mistakes."""
    asked = [
        Sample([f"{value:g}" for value in row], tr("asked for by the experiment"))
        for row in experiment.predict
    ]
    if pictures is None:
        return asked
    found = []
    if pictures.boundary is not None:
        points = sorted(pictures.boundary.points, key=lambda point: not point.is_test)
        for point in points:
            split = "test" if point.is_test else "training"
            name = facts.classes[point.target] if facts.classes else ""
            label = tr(f"{split} sample: {name}") if name else tr(f"{split} sample")
            values = [f"{point.x1:g}", f"{point.x2:g}"]
            found.append(Sample(values, label, is_drawn=True))
    found += asked
    pixels = experiment.data.pixels()
    scale = 1.0 if pixels is None else pixels.scale / 255
    for picture in pictures.mistakes:
        values = [f"{round(pixel * scale)}" for pixel in picture.pixels]
        found.append(Sample(values, tr(f"actually {picture.actual}"), picture))
    return found


def samples_of(rows: DataRows) -> list[Sample]:
    """Rows of the data itself, each with what it is."""
    told = zip(rows.cells, rows.numbers, rows.answers, strict=True)
    return [
        Sample(cells, tr(f"row {number:,} of the data: {answer}")) for cells, number, answer in told
    ]
