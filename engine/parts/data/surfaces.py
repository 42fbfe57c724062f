"""Regressions of the playground: a number to predict over a plane or a line."""

from __future__ import annotations

from engine.parts.component import parameter
from engine.parts.data.base import Data, Generator
from engine.parts.data.crosses import PLAIN
from engine.parts.data.facts import Facts
from engine.parts.data.locations import DataLocations
from engine.parts.data.points import BY_NOISE, Planar
from engine.parts.later import torch

NOISE = "standard deviation of the normal noise added to each target"


class Plane(Planar, name="plane"):
    """A slanted plane over the square from -2 to 2: the target is (x1 + x2) / 2."""

    words = "Is a number that grows evenly with both inputs: a single Linear layer can learn it."
    here = "Here it is {samples} points; {train} of them are trained on."

    noise: float = parameter(
        default=0.0,
        help=NOISE,
        minimum=0,
        maximum=100,
        unit="target units",
        handle=BY_NOISE,
    )

    def facts(self) -> Facts:
        shape = (len(self.features),)
        return Facts(shape, "regression", self.samples, feature_names=PLAIN, planar=True)

    def generator(self, locations: DataLocations) -> Generator:
        return Generator(plane, self.own_values())


def plane(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """A slanted plane over a square: the target is (x1 + x2) / 2."""
    points = 4 * torch.rand(samples, 2) - 2
    targets = points.sum(dim=1, keepdim=True) / 2
    return points, targets + noise * torch.randn(samples, 1)


class Wave(Data, name="wave"):
    """About two periods of a sine over one input from -3 to 3: the target is sin(2x)."""

    words = "Is a number that rises and falls with one input: a bent curve must be learned."
    here = "Here it is {samples} points; {train} of them are trained on."
    well_scaled = True

    samples: int = parameter(default=200, help="how many points", minimum=2, maximum=10_000_000)
    noise: float = parameter(
        default=0.1,
        help=NOISE,
        minimum=0,
        maximum=100,
        unit="target units",
        handle=BY_NOISE,
    )

    def facts(self) -> Facts:
        return Facts((1,), "regression", self.samples, feature_names=("x",))

    def generator(self, locations: DataLocations) -> Generator:
        return Generator(wave, self.values())


def wave(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """About two periods of a sine over -3 to 3: the target is sin(2x)."""
    inputs = 6 * torch.rand(samples, 1) - 3
    targets = torch.sin(2 * inputs)
    return inputs, targets + noise * torch.randn(samples, 1)
