"""Points in a plane: the tutorials' circle and clouds, and the playground."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from engine.parts.component import parameter
from engine.parts.data.base import Data, DataLocations, Dataset, Facts, Generator
from engine.parts.data.crosses import PLAIN, Cross

NOISE = "standard deviation of the normal noise that moves each point, labels kept"


class Planar(Data, abstract=True):
    """Points (x1, x2), shown to the network as the chosen features."""

    well_scaled = True
    balanced = True

    samples: int = parameter(
        default=200, help="how many points, all classes together", minimum=2, maximum=10_000_000
    )
    noise: float = parameter(
        default=0.0, help=NOISE, minimum=0, maximum=100, unit="coordinate units"
    )
    features: tuple[Cross, ...] = parameter(
        default=PLAIN, help="what the network is shown of each point"
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
    """Points in a plane that belong to classes; its generator has the data set's name."""

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
        from engine.parts.data.generators import points

        function = getattr(points, self.name)
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

    class_names = ("outside", "inside")
    samples: int = parameter(default=100, help="how many points", minimum=2, maximum=10_000_000)


class Gaussians(Points, name="gaussians"):
    """Two round normal clouds, around (center, center) and (-center, -center)."""

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
    )
    center: float = parameter(
        default=2.0, help="both coordinates of the first cloud's center", above=0, maximum=1000
    )


class Xor(Points, name="xor"):
    """Uniform points of the square from -2 to 2; class 1 where x1 and x2 differ in sign."""

    class_names = ("signs agree", "signs differ")


class Moons(Points, name="moons"):
    """Two half circles of radius 1 that reach into one another."""

    class_names = ("upper moon", "lower moon")
    noise: float = parameter(
        default=0.1, help=NOISE, minimum=0, maximum=100, unit="coordinate units"
    )


class Spiral(Points, name="spiral"):
    """Two arms of radius 3 that wind around the origin, half a turn apart."""

    class_names = ("first arm", "second arm")
    noise: float = parameter(
        default=0.1, help=NOISE, minimum=0, maximum=100, unit="coordinate units"
    )
    turns: float = parameter(
        default=1.25, help="how often each arm goes around", above=0, maximum=10
    )


class Rings(Points, name="rings"):
    """Three rings around the origin, of radius 1, 2 and 3."""

    class_names = ("inner ring", "middle ring", "outer ring")
    samples: int = parameter(
        default=300, help="how many points, all rings together", minimum=3, maximum=10_000_000
    )
    noise: float = parameter(
        default=0.15, help=NOISE, minimum=0, maximum=100, unit="coordinate units"
    )


class Checkerboard(Points, name="checkerboard"):
    """Uniform points of a board of four by four squares of side 1, from -2 to 2."""

    class_names = ("white square", "black square")
    samples: int = parameter(default=400, help="how many points", minimum=2, maximum=10_000_000)


class Blobs(Points, name="blobs"):
    """Round normal clouds, one per class, their centers evenly on a circle of radius 2."""

    samples: int = parameter(
        default=300, help="how many points, all clouds together", minimum=2, maximum=10_000_000
    )
    noise: float = parameter(
        default=0.4,
        help="standard deviation of each cloud",
        minimum=0,
        maximum=100,
        unit="coordinate units",
    )
    classes: int = parameter(default=3, help="how many clouds", minimum=2, maximum=20)

    def labels(self) -> tuple[str, ...]:
        return tuple(f"blob {n + 1}" for n in range(self.classes))
