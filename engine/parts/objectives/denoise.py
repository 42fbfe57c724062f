"""Denoising diffusion: to say which noise there is in a point that noise was added to."""

from __future__ import annotations

from engine.parts.component import parameter
from engine.parts.later import torch
from engine.parts.objectives.timed import Timed, waves


def left_of_it(step: torch.Tensor, steps: int) -> torch.Tensor:
    """How much of a point's square is left after so many of all steps, from 1 to nearly nothing."""
    time = step / steps
    return torch.exp(-0.1 * time - 9.95 * time**2)


def noisy(
    points: torch.Tensor, targets: torch.Tensor, steps: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Each point after some steps of noise, with the time, and the noise that was added."""
    step = torch.randint(1, steps + 1, (len(points), 1), device=points.device)
    left, noise = left_of_it(step, steps), torch.randn_like(points)
    mixed = left.sqrt() * points + (1 - left).sqrt() * noise
    return torch.cat([mixed, waves(step / steps)], 1), noise


def denoised(model: torch.nn.Module, noise: torch.Tensor, steps: int) -> list[torch.Tensor]:
    """Noise, from which what the network takes for noise is removed, so many times a little."""
    way = [noise]
    for number in range(steps, 0, -1):
        step = torch.full((len(noise), 1), number, device=noise.device)
        left, before = left_of_it(step, steps), left_of_it(step - 1, steps)
        share = left / before  # of the square that this step left
        said = model(torch.cat([way[-1], waves(step / steps)], 1))
        mean = (way[-1] - (1 - share) / (1 - left).sqrt() * said) / share.sqrt()
        spread = ((1 - share) * (1 - before) / (1 - left)).sqrt()
        way.append(mean + spread * torch.randn_like(noise))
    return way


class Denoise(Timed, name="denoise"):
    """Say which noise there is in a point (DDPM); what is learned makes points.

    Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models, 2020: the network predicts the
    noise, and a sample's steps have the variance of the posterior. How fast the noise grows is the
    limit of their linear schedule for many steps, from Song and others, Score-Based Generative
    Modeling through Stochastic Differential Equations, 2021, so that any number of steps ends in
    noise alone.
    """

    words = (
        "Mixes noise into each point, sometimes a little, sometimes nearly all, and asks what was "
        "mixed in; who knows that can clean noise until it is points."
    )
    here = "Here {train} points are learned from, each anew with other noise."
    make = staticmethod(noisy)
    draw = staticmethod(denoised)
    needs = (*Timed.needs, left_of_it)

    steps: int = parameter(
        default=100,
        help="steps from a point to noise, and back when it draws",
        minimum=2,
        maximum=1000,
    )

    def making(self) -> dict[str, int]:
        return {"steps": self.steps}
