"""Made series of numbers: what comes next can be told of what came before."""

from __future__ import annotations

from engine.parts.component import parameter
from engine.parts.data.base import Data, Generator
from engine.parts.data.facts import Facts
from engine.parts.data.locations import DataLocations
from engine.parts.later import torch


class SineSeries(Data, name="sine_series"):
    """Stretches of sines, each of a period and a phase of its own; the number is the next one."""

    words = (
        "Is waves that are long or short: what comes next follows from the two numbers before, "
        "if one knows how long the wave is."
    )
    here = "Here it is {samples} stretches of {inputs} numbers; {train} of them are learned from."
    well_scaled = True

    samples: int = parameter(default=1000, help="how many", minimum=2, maximum=1_000_000)
    length: int = parameter(
        default=24, help="how many numbers of each are seen", minimum=2, maximum=4096
    )
    noise: float = parameter(
        default=0.0, help="standard deviation of what is added to each", minimum=0
    )

    def facts(self) -> Facts:
        return Facts(
            shape=(self.length, 1),
            task="regression",
            num_samples=self.samples,
            feature_names=tuple(f"t{n}" for n in range(self.length)),
            target_names=("next",),
            is_sequence=True,
        )

    def generator(self, locations: DataLocations) -> Generator:
        return Generator(sine_series, self.values())


def sine_series(samples: int, length: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Stretches of sines of random periods and phases, and the number that comes next."""
    periods = 6 + 18 * torch.rand(samples, 1)
    phases = torch.rand(samples, 1)
    turns = torch.arange(length + 1) / periods + phases
    waves = (2 * torch.pi * turns).sin()
    if noise > 0:
        waves = waves + noise * torch.randn(samples, length + 1)
    return waves[:, :-1].unsqueeze(2), waves[:, -1:]
