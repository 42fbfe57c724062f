"""What a network gives back of samples, and the plane of the places that it knows them by."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.parts.layers.modules import Sampled
from engine.parts.shapes import Shape, product
from engine.runs.pictures import LatentPlane, Returned
from engine.training.inputs import InputMap
from engine.training.metrics import Evaluator
from engine.training.splits import Split, Splits

MOST_RETURNED = 12
"""Samples that are shown with what is given back."""
MOST_PLACES = 400
"""Samples whose places are shown."""
WIDEST = 64
"""Numbers of a place at most."""
MOST_TILES, FEWEST_TILES = 15, 3
"""Decoded places in each direction."""
MOST_BYTES = 24_000
"""Of all decoded places together: they are sent at every look."""
MARGIN = 0.05
"""Free border around the places, as a share of their range."""


def returned(evaluator: Evaluator, splits: Splits) -> Returned | None:
    """Pictures as they come in, and as they are given back; None where none are."""
    facts = evaluator.facts
    if len(facts.returned) != 3 or splits.train.origin is None:
        return None
    name, part = _shown(splits)
    count = min(MOST_RETURNED, len(part))
    given = part.rows(torch.arange(count))
    back = evaluator.decoder.numbers(evaluator.outputs(given)).cpu()
    asked = part.targets[:count].cpu()
    given = given.cpu().flatten(1)
    channels, height, width = facts.returned

    def as_pixels(flat: Tensor) -> bytes:
        return _in_bytes(flat, splits.input_map, facts.returned)

    return Returned(
        height=height,
        width=width,
        channels=channels,
        count=count,
        given=as_pixels(given),
        asked=b"" if torch.equal(given, asked) else as_pixels(asked),
        back=as_pixels(back),
        split=name,
    )


def latent_plane(evaluator: Evaluator, splits: Splits) -> LatentPlane | None:
    """Where samples lie in the narrowest place on the way, and what is decoded there.

    None for a network that gives nothing back, or has no such place.
    """
    facts, part = evaluator.facts, _shown(splits)[1]
    coding = coding_of(evaluator, part) if facts.returned else None
    if coding is None or part.origin is None:
        return None
    rows = torch.arange(min(MOST_PLACES, len(part)))
    places = coding.places(evaluator, part.rows(rows))
    if not bool(places.isfinite().all()):
        return None
    kinds = part.origin[1][: len(rows)].cpu() if facts.kinds else None
    axes = _Axes.of(places)
    points = axes.coordinates(places)
    (low1, high1), (low2, high2) = (_range(points[:, n]) for n in range(2))
    columns, height = _tiles(facts.returned), 1 if places.shape[1] == 1 else _tiles(facts.returned)
    x1, x2 = _centers(low1, high1, columns), _centers(low2, high2, height).flip(0)
    grid = torch.stack([x1.repeat(height), x2.repeat_interleave(columns)], 1)
    tiles = b""
    if len(facts.returned) == 3:
        back = coding.decoded(evaluator, axes.places(grid))
        tiles = _in_bytes(back, splits.input_map, facts.returned)
    return LatentPlane(
        x1=(low1, high1),
        x2=(low2, high2),
        points=[(a, b) for a, b in (points * 1e4).round().div(1e4).tolist()],
        kinds=[] if kinds is None else kinds.flatten().tolist(),
        names=facts.kinds,
        numbers=places.shape[1],
        share=axes.share,
        columns=columns,
        rows=height,
        shape=facts.returned,
        tiles=tiles,
    )


@dataclass(frozen=True)
class Coding:
    """A network in two: layers that say where a sample lies, and those that make one of a place."""

    number: int
    """Of the layer that gives the place."""

    def places(self, evaluator: Evaluator, stored: Tensor) -> Tensor:
        """Where samples lie: (samples, numbers), on the CPU."""
        model, device = evaluator.model, _device(evaluator.model)
        values = evaluator.input_map.batch(stored.to(device))
        return _run(model, values, 0, self.number + 1).flatten(1).float().cpu()

    def decoded(self, evaluator: Evaluator, places: Tensor) -> Tensor:
        """What is made of places: (places, numbers of a sample), on the CPU."""
        model = evaluator.model
        values = places.to(_device(model))
        outputs = _run(model, values, self.number + 1, len(list(model.children())))
        return evaluator.decoder.numbers(outputs).cpu()


def coding_of(evaluator: Evaluator, part: Split) -> Coding | None:
    """Where a network is narrowest: where it draws a place, else the last of its fewest numbers.

    None where it is nowhere narrower than a sample. part: samples that it can be given.
    """
    model = evaluator.model
    layers = list(model.children())
    values = evaluator.input_map.batch(part.rows(torch.arange(1)).to(_device(model)))
    sizes = []
    for number, layer in enumerate(layers):
        if isinstance(layer, Sampled):
            return Coding(number)
        values = _run(model, values, number, number + 1)
        sizes.append((values.numel(), -number))
    size, number = min(sizes)
    narrow = size < evaluator.facts.num_targets and size <= WIDEST
    return Coding(-number) if narrow else None


@dataclass(frozen=True)
class _Axes:
    """Two directions in which places are drawn: their own two numbers, or where they differ most.

    Of more than two numbers these are the first principal components.
    """

    middle: Tensor
    directions: Tensor
    """(2, numbers)."""
    share: float
    """Of the variance that they have."""

    @classmethod
    def of(cls, places: Tensor) -> _Axes:
        numbers = places.shape[1]
        if numbers <= 2:
            return cls(torch.zeros(numbers), torch.eye(2, numbers), 1.0)
        middle = places.mean(0)
        _, spreads, directions = torch.linalg.svd((places - middle).double(), full_matrices=False)
        squares = spreads.square()
        share = float(squares[:2].sum() / squares.sum()) if float(squares.sum()) else 1.0
        # Of either sign the same is told: the largest number is positive.
        largest = directions.gather(1, directions.abs().argmax(1, keepdim=True)).sign()
        return cls(middle, (directions * largest)[:2].float(), share)

    def coordinates(self, places: Tensor) -> Tensor:
        """(places, 2)."""
        return (places - self.middle) @ self.directions.T

    def places(self, coordinates: Tensor) -> Tensor:
        """(places, numbers)."""
        return coordinates @ self.directions + self.middle


def unscaled(flat: Tensor, input_map: InputMap, shape: Shape) -> Tensor:
    """Pictures as the network takes them with pixels from 0 to 1: (pictures, numbers) both."""
    pixels = input_map.pixels
    if pixels is None or (not any(pixels.mean) and all(one == 1 for one in pixels.std)):
        return flat
    mean, std = (torch.tensor(one).view(1, -1, 1, 1) for one in (pixels.mean, pixels.std))
    return (flat.view(-1, *shape) * std + mean).flatten(1)


def _in_bytes(flat: Tensor, input_map: InputMap, shape: Shape) -> bytes:
    """The same, each pixel 0 to 255."""
    shades = (unscaled(flat, input_map, shape).nan_to_num(0.0) * 255).round().clamp(0, 255)
    return bytes(shades.byte().flatten().tolist())


def _run(model: nn.Module, values: Tensor, first: int, last: int) -> Tensor:
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            for layer in list(model.children())[first:last]:
                values = layer(values)
    finally:
        model.train(was_training)
    return values


def _device(model: nn.Module) -> torch.device:
    return next((p.device for p in model.parameters()), torch.device("cpu"))


def _shown(splits: Splits) -> tuple[str, Split]:
    return ("test", splits.test) if splits.test is not None else ("train", splits.train)


def _range(values: Tensor) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    border = max((high - low) * MARGIN, 1e-6)
    return low - border, high + border


def _tiles(shape: Shape) -> int:
    return max(FEWEST_TILES, min(MOST_TILES, math.isqrt(MOST_BYTES // product(shape))))


def _centers(low: float, high: float, count: int) -> Tensor:
    width = (high - low) / count
    return low + width * (torch.arange(count) + 0.5)
