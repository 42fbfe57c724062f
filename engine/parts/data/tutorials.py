"""The small data sets of the tutorials, fixed or random, that take no parameters."""

from __future__ import annotations

from engine.parts.data.base import Data, DataLocations, Facts, Generator


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"x{n + 1}" for n in range(count))


class FirstNetwork(Data, name="first_network"):
    """Ten random rows of ten features with ten fixed labels: nothing to learn but by heart."""

    well_scaled = True
    balanced = True

    def facts(self) -> Facts:
        return Facts((10,), "classification", 10, ("0", "1"), feature_names=_numbered(10))

    def generator(self, locations: DataLocations) -> Generator:
        from engine.parts.data.generators import tutorials

        return Generator(tutorials.first_network, {})


class OneStep(Data, name="one_step"):
    """One random row of five features and one random number to predict.

    The tutorial draws the network's weights before the data. Here every experiment draws
    its data first, so the numbers of a seed differ from the tutorial's; the generator is the same.
    """

    well_scaled = True

    def facts(self) -> Facts:
        return Facts((5,), "regression", 1, feature_names=_numbered(5))

    def generator(self, locations: DataLocations) -> Generator:
        from engine.parts.data.generators import tutorials

        return Generator(tutorials.one_step, {})


class ThreeFeatures(Data, name="three_features"):
    """Ten fixed rows of three features of very unlike scale, in two classes."""

    balanced = True

    def facts(self) -> Facts:
        return Facts((3,), "classification", 10, ("0", "1"), feature_names=_numbered(3))

    def generator(self, locations: DataLocations) -> Generator:
        from engine.parts.data.generators import tutorials

        return Generator(tutorials.three_features, {})
