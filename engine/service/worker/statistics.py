"""Looks at a data set for those who choose one: statistics and a thumbnail."""

from __future__ import annotations

import msgspec
import torch

from engine.doctor.statistics import Spread
from engine.parts.data import DataLocations, Dataset
from engine.parts.shapes import product
from engine.runs.pictures import Point
from engine.service.protocol.description import Description
from engine.service.worker.relations import relations
from engine.spec.experiment import Experiment
from engine.training.painting import original
from engine.training.pictures import MAX_POINTS
from engine.training.splits import Split, divided, whole
from engine.training.streaming.choice import loaded

NUM_IMAGES = 8
MOST_IMAGES = 5000
MOST_VALUES = MOST_IMAGES * 3 * 32 * 32
"""Images that the statistics are of, and their values, at most: evenly spaced, as many more say
the same."""


def describe(experiment: Experiment, locations: DataLocations) -> Description:
    """Load an experiment's data with its seed and look at it; raises DataUnavailable."""
    torch.manual_seed(experiment.seed if isinstance(experiment.seed, int) else 0)
    data, reader = loaded(experiment.data, locations, torch.device("cpu"))
    data = experiment.objective.dataset(data)
    try:
        return _described(data, whole(data, reader), experiment)
    finally:
        if reader is not None:
            reader.stop()


def _described(data: Dataset, every: Split, experiment: Experiment) -> Description:
    is_image = data.pixels is not None
    first = every.rows(torch.arange(min(NUM_IMAGES if is_image else 0, len(every))))
    most = min(MOST_IMAGES, max(NUM_IMAGES, MOST_VALUES // product(data.facts.shape)))
    is_part = is_image or data.table is not None
    stride = -(-len(every) // most) if is_part else 1
    inputs = every.rows(torch.arange(0, len(every), stride)).float()
    columns = inputs.flatten().unsqueeze(1) if is_image else inputs.flatten(1)
    known = torch.where(columns.isnan(), columns.nanmean(0), columns)
    counts: list[int] = []
    run = 0.0
    if data.facts.classes:
        targets = data.targets.flatten()
        changes = int((targets[1:] != targets[:-1]).sum())
        run = len(targets) / (changes + 1)
        counts = torch.bincount(targets, minlength=len(data.facts.classes)).tolist()
    points = []
    is_copied = data.facts.task == "generation" and inputs.shape[1:] == (2,)
    if is_copied or (data.facts.planar and data.facts.classes):
        test, _, _ = divided(len(data.targets), experiment)
        shown = slice(MAX_POINTS)
        is_test = torch.zeros(len(data.targets), dtype=torch.bool).index_fill(0, test, True)
        kinds = torch.zeros(len(inputs), dtype=torch.long) if is_copied else data.targets
        rows = inputs[shown].tolist(), kinds[shown].tolist(), is_test[shown].tolist()
        points = [Point(x1, x2, c, c, held) for (x1, x2), c, held in zip(*rows, strict=True)]
    scale = 255 / data.pixels.scale if data.pixels else 1.0
    pictures = (first.float() * scale).clamp(0, 255).byte()
    if data.facts.painting:
        pictures = original(data.facts.painting, data.targets).unsqueeze(0)
    return Description(
        facts=msgspec.to_builtins(data.facts),
        lowest=known.amin(0).tolist(),
        highest=known.amax(0).tolist(),
        means=known.mean(0).tolist(),
        deviations=known.std(0, correction=0).tolist(),
        class_counts=counts,
        class_run=run,
        targets=[] if data.facts.classes or data.facts.returned else _spreads(data.targets),
        relations=relations(data, every) if experiment.data.is_own else None,
        points=points,
        images=[bytes(image.flatten().tolist()) for image in pictures],
        image_shape=tuple(pictures.shape[1:]) if is_image or data.facts.painting else (),
    )


def _spreads(targets: torch.Tensor) -> list[Spread]:
    """The figures of numbers to predict; targets: (samples, numbers) or (samples,)."""
    columns = targets.reshape(len(targets), -1).double()
    figures = (columns.amin(0), columns.amax(0), columns.mean(0), columns.std(0, correction=0))
    return [Spread(*values) for values in zip(*(f.tolist() for f in figures), strict=True)]
