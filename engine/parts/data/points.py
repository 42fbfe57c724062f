"""Points in a plane: the tutorials' circle and clouds, and the playground."""

from __future__ import annotations

import dataclasses
import math
import sys
from typing import ClassVar

from engine.parts.component import parameter
from engine.parts.data.base import Data, Generator
from engine.parts.data.crosses import PLAIN, Cross
from engine.parts.data.dataset import Dataset
from engine.parts.data.facts import Facts
from engine.parts.data.locations import DataLocations
from engine.parts.kinds import Handle
from engine.parts.later import torch

NOISE = "standard deviation of the normal noise that moves each point, labels kept"
BY_NOISE = Handle("noise", by=0.05)
BY_INPUT = Handle("inputs")


class Planar(Data, abstract=True):
    """Points (x1, x2), shown to the network as the chosen features."""

    is_planar = True
    well_scaled = True
    balanced = True

    samples: int = parameter(
        default=200, help="how many points, all classes together", minimum=2, maximum=10_000_000
    )
    noise: float = parameter(
        default=0.0,
        help=NOISE,
        minimum=0,
        maximum=100,
        unit="coordinate units",
        handle=BY_NOISE,
    )
    features: tuple[Cross, ...] = parameter(
        default=PLAIN, help="what the network is shown of each point", handle=BY_INPUT
    )

    def facts(self) -> Facts:
        raise NotImplementedError

    def load(self, locations: DataLocations) -> Dataset:
        crosses = () if self.features == PLAIN else self.features
        return dataclasses.replace(super().load(locations), crosses=crosses)

    def complaint(self) -> str:
        if not self.features:
            return f"features is empty: give at least one of {', '.join(PLAIN)}"
        twice = [name for name in self.features if self.features.count(name) > 1]
        return f"features names {twice[0]} twice" if twice else ""

    def own_values(self) -> dict[str, object]:
        """The parameters that the generator takes: all but the features."""
        return {name: value for name, value in self.values().items() if name != "features"}


class Points(Planar, abstract=True):
    """Points in a plane that belong to classes.

    The function behind the class, of the data set's name, makes them. It stands alone, given torch
    and math: it is printed into exported scripts.
    """

    here = "Here it is {samples} points in {classes} classes; {train} of them are trained on."

    class_names: ClassVar[tuple[str, ...]] = ()

    def labels(self) -> tuple[str, ...]:
        return self.class_names

    def facts(self) -> Facts:
        return Facts(
            shape=(len(self.features),),
            task="classification",
            num_samples=self.samples,
            classes=self.labels(),
            feature_names=PLAIN,
            planar=True,
        )

    def generator(self, locations: DataLocations) -> Generator:
        function = getattr(sys.modules[type(self).__module__], self.name)
        # Only some of them use math, and a script has no import that it does not need.
        imports = ("import math",) if "math" in function.__code__.co_names else ()
        return Generator(function, self.own_values(), imports=imports)

    def complaint(self) -> str:
        count = len(self.labels())
        if self.samples < count:
            return f"samples={self.samples} is fewer than the {count} classes"
        return super().complaint()


class Circle(Points, name="circle"):
    """Normal points around the origin; those inside the unit circle are class 1."""

    words = (
        "Asks whether a point lies in a circle: no straight line can tell, so a layer that bends "
        "is needed."
    )
    class_names = ("outside", "inside")
    samples: int = parameter(default=100, help="how many points", minimum=2, maximum=10_000_000)


def circle(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Normal points; those inside the unit circle are class 1."""
    points = torch.randn(samples, 2)
    labels = (points[:, 0] ** 2 + points[:, 1] ** 2 < 1).long()
    if noise > 0:  # the points move, their labels stay
        points = points + noise * torch.randn(samples, 2)
    return points, labels


class Gaussians(Points, name="gaussians"):
    """Two round normal clouds, around (center, center) and (-center, -center)."""

    words = "Is two clouds of points that a straight line tells apart, but for where they overlap."
    class_names = ("upper right", "lower left")
    samples: int = parameter(
        default=200,
        help="how many points, both clouds together; of an odd number the first gets one more",
        minimum=2,
        maximum=10_000_000,
    )
    noise: float = parameter(
        default=1.0,
        help="standard deviation of each cloud",
        minimum=0,
        maximum=100,
        unit="coordinate units",
        handle=BY_NOISE,
    )
    center: float = parameter(
        default=2.0, help="both coordinates of the first cloud's center", above=0, maximum=1000
    )


def gaussians(samples: int, noise: float, center: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Two round clouds: class 0 around (center, center), class 1 around its mirror image."""
    half = (samples + 1) // 2
    first = torch.normal(center * torch.ones(half, 2), noise)
    second = torch.normal(-center * torch.ones(samples - half, 2), noise)
    points = torch.cat((first, second))
    labels = torch.cat((torch.zeros(half), torch.ones(samples - half))).long()
    return points, labels


class Xor(Points, name="xor"):
    """Uniform points of the square from -2 to 2; class 1 where x1 and x2 differ in sign."""

    words = (
        "Asks whether two numbers differ in sign: the oldest question that a single layer can't "
        "answer."
    )
    class_names = ("signs agree", "signs differ")


def xor(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Uniform points of a square; class 1 where the signs of x1 and x2 differ."""
    points = 4 * torch.rand(samples, 2) - 2
    labels = (points[:, 0] * points[:, 1] < 0).long()
    if noise > 0:  # the points move, their labels stay
        points = points + noise * torch.randn(samples, 2)
    return points, labels


class Moons(Points, name="moons"):
    """Two half circles of radius 1 that reach into one another."""

    words = "Is two half moons that reach into one another: the boundary must be a curve."
    class_names = ("upper moon", "lower moon")
    noise: float = parameter(
        default=0.1,
        help=NOISE,
        minimum=0,
        maximum=100,
        unit="coordinate units",
        handle=BY_NOISE,
    )


def moons(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Two half circles of radius 1 that reach into one another."""
    labels = torch.arange(samples) % 2
    angle = math.pi * torch.rand(samples)
    x1 = torch.where(labels == 0, torch.cos(angle), 1 - torch.cos(angle))
    x2 = torch.where(labels == 0, torch.sin(angle), 0.5 - torch.sin(angle))
    points = torch.stack((x1 - 0.5, x2 - 0.25), dim=1)  # centered on the origin
    return points + noise * torch.randn(samples, 2), labels


class Spiral(Points, name="spiral"):
    """Two arms of radius 3 that wind around the origin, half a turn apart."""

    words = "Is two arms wound around each other: hard for a small network."
    class_names = ("first arm", "second arm")
    noise: float = parameter(
        default=0.1,
        help=NOISE,
        minimum=0,
        maximum=100,
        unit="coordinate units",
        handle=BY_NOISE,
    )
    turns: float = parameter(
        default=1.25, help="how often each arm goes around", above=0, maximum=10
    )


def spiral(samples: int, noise: float, turns: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Two arms that wind around the origin, half a turn apart, out to radius 3."""
    labels = torch.arange(samples) % 2
    along = torch.rand(samples)  # 0 at the origin, 1 at the end of the arm
    angle = 2 * math.pi * turns * along + math.pi * labels
    points = 3 * along.unsqueeze(1) * torch.stack((torch.sin(angle), torch.cos(angle)), dim=1)
    return points + noise * torch.randn(samples, 2), labels


class Rings(Points, name="rings"):
    """Three rings around the origin, of radius 1, 2 and 3."""

    words = "Is three rings one inside the other: each class surrounds another."
    class_names = ("inner ring", "middle ring", "outer ring")
    samples: int = parameter(
        default=300, help="how many points, all rings together", minimum=3, maximum=10_000_000
    )
    noise: float = parameter(
        default=0.15,
        help=NOISE,
        minimum=0,
        maximum=100,
        unit="coordinate units",
        handle=BY_NOISE,
    )


def rings(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Three rings around the origin, of radius 1, 2 and 3."""
    labels = torch.arange(samples) % 3
    angle = 2 * math.pi * torch.rand(samples)
    radius = (labels + 1).unsqueeze(1)
    points = radius * torch.stack((torch.cos(angle), torch.sin(angle)), dim=1)
    return points + noise * torch.randn(samples, 2), labels


class Checkerboard(Points, name="checkerboard"):
    """Uniform points of a board of four by four squares of side 1, from -2 to 2."""

    words = "Is the squares of a board: the two classes change places again and again."
    class_names = ("white square", "black square")
    samples: int = parameter(default=400, help="how many points", minimum=2, maximum=10_000_000)


def checkerboard(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Uniform points of a board of four by four squares of side 1, black ones class 1."""
    points = 4 * torch.rand(samples, 2) - 2
    labels = torch.floor(points).sum(dim=1).long() % 2
    if noise > 0:  # the points move, their labels stay
        points = points + noise * torch.randn(samples, 2)
    return points, labels


class Blobs(Points, name="blobs"):
    """Round normal clouds, one per class, their centers evenly on a circle of radius 2."""

    words = "Is a cloud for each class, well apart: the easiest of all."

    samples: int = parameter(
        default=300, help="how many points, all clouds together", minimum=2, maximum=10_000_000
    )
    noise: float = parameter(
        default=0.4,
        help="standard deviation of each cloud",
        minimum=0,
        maximum=100,
        unit="coordinate units",
        handle=BY_NOISE,
    )
    classes: int = parameter(default=3, help="how many clouds", minimum=2, maximum=20)

    def labels(self) -> tuple[str, ...]:
        return tuple(f"blob {n + 1}" for n in range(self.classes))


def blobs(samples: int, noise: float, classes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Round clouds, one per class, whose centers stand evenly on a circle of radius 2."""
    labels = torch.arange(samples) % classes
    angle = 2 * math.pi * labels / classes
    centers = 2 * torch.stack((torch.cos(angle), torch.sin(angle)), dim=1)
    return centers + noise * torch.randn(samples, 2), labels


class EightGaussians(Points, name="eight_gaussians"):
    """Eight small normal clouds, their centers evenly on a circle of radius 2."""

    words = "Is eight small clouds on a circle: whoever makes points like these must forget none."
    class_names = tuple(f"cloud {n + 1}" for n in range(8))
    samples: int = parameter(
        default=1000, help="how many points, all clouds together", minimum=8, maximum=10_000_000
    )
    noise: float = parameter(
        default=0.1,
        help="standard deviation of each cloud",
        minimum=0,
        maximum=100,
        unit="coordinate units",
        handle=BY_NOISE,
    )


def eight_gaussians(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Eight small clouds, whose centers stand evenly on a circle of radius 2."""
    labels = torch.arange(samples) % 8
    angle = math.pi / 4 * labels
    centers = 2 * torch.stack((torch.cos(angle), torch.sin(angle)), dim=1)
    return centers + noise * torch.randn(samples, 2), labels
