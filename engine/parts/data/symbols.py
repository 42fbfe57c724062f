"""Made tasks on symbols: what a network must find out is a rule, and all of it can be checked."""

from __future__ import annotations

from engine.parts.component import parameter
from engine.parts.data.base import Data, DataLocations, Facts, Generator
from engine.parts.later import torch


class Modular(Data, name="modular"):
    """All pairs of numbers below p; the class is the remainder of their sum divided by p."""

    words = (
        "Asks what two numbers give on a clock of p hours, of which the network knows nothing but "
        "names: it can learn the pairs by heart, or find the clock."
    )
    here = "Here it is {samples} pairs of numbers; {train} of them are learned from."
    well_scaled = True
    balanced = True

    p: int = parameter(default=53, help="how many numbers there are", minimum=2, maximum=1000)

    def facts(self) -> Facts:
        numbers = tuple(map(str, range(self.p)))
        return Facts(
            shape=(2,),
            task="classification",
            num_samples=self.p**2,
            classes=numbers,
            feature_names=("a", "b"),
            num_tokens=self.p,
        )

    def generator(self, locations: DataLocations) -> Generator:
        return Generator(modular, self.values())


def modular(p: int) -> tuple[torch.Tensor, torch.Tensor]:
    """All pairs of numbers below p, and the remainder of their sum divided by p."""
    numbers = torch.arange(p)
    pairs = torch.cartesian_prod(numbers, numbers)
    return pairs, pairs.sum(1) % p
