"""Looks at a data set for those who choose one: statistics and a thumbnail."""

from __future__ import annotations

import msgspec
import torch

from engine.parts.data import Places
from engine.runs.pictures import Point
from engine.service.description import Description
from engine.spec.experiment import Experiment
from engine.training.pictures import MAX_POINTS

NUM_IMAGES = 8
MOST_IMAGES = 5000
"""Images that the statistics are of, at most: evenly spaced, as many more say the same."""


def describe(experiment: Experiment, places: Places) -> Description:
    """Load an experiment's data with its seed and look at it; raises DataUnavailable."""
    torch.manual_seed(experiment.seed if isinstance(experiment.seed, int) else 0)
    data = experiment.data.load(places)
    is_image = data.pixels is not None
    stride = -(-len(data.inputs) // MOST_IMAGES) if is_image else 1
    inputs = data.inputs[::stride].float()
    columns = inputs.flatten().unsqueeze(1) if is_image else inputs.flatten(1)
    known = torch.where(columns.isnan(), columns.nanmean(0), columns)
    counts: list[int] = []
    if data.facts.classes:
        counts = torch.bincount(data.targets, minlength=len(data.facts.classes)).tolist()
    points = []
    if data.facts.planar and data.facts.classes:
        rows = zip(inputs[:MAX_POINTS].tolist(), data.targets[:MAX_POINTS].tolist(), strict=True)
        points = [Point(x1, x2, target, target, False) for (x1, x2), target in rows]
    scale = 255 / data.pixels.scale if data.pixels else 1.0
    shown = (data.inputs[: NUM_IMAGES if is_image else 0].float() * scale).clamp(0, 255).byte()
    return Description(
        facts=msgspec.to_builtins(data.facts),
        lowest=known.amin(0).tolist(),
        highest=known.amax(0).tolist(),
        means=known.mean(0).tolist(),
        deviations=known.std(0, correction=0).tolist(),
        class_counts=counts,
        points=points,
        images=[bytes(image.flatten().tolist()) for image in shown],
        image_shape=tuple(inputs.shape[1:]) if is_image else (),
    )
