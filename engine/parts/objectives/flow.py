"""Flow matching: to say at each place and time where noise has to go to become data."""

from __future__ import annotations

import math
from dataclasses import replace

from engine.parts.component import parameter
from engine.parts.data.base import Facts
from engine.parts.later import torch
from engine.parts.objectives.base import Objective

NUM_WAVES = 3


def waves(time: torch.Tensor) -> torch.Tensor:
    """A time from 0 to 1 as six numbers, so that small differences show: (samples, 1) to (…, 6)."""
    angles = math.pi * time * torch.tensor([1.0, 2.0, 4.0], device=time.device)
    return torch.cat([angles.sin(), angles.cos()], 1)


def on_the_way(points: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Each point somewhere on a straight way from noise, with the time, and its velocity there."""
    noise, time = torch.randn_like(points), torch.rand(len(points), 1, device=points.device)
    return torch.cat([noise + time * (points - noise), waves(time)], 1), points - noise


def carried(model: torch.nn.Module, noise: torch.Tensor, steps: int) -> list[torch.Tensor]:
    """Noise, carried along the velocities that the network says, in so many steps."""
    way = [noise]
    for step in range(steps):
        time = torch.full((len(noise), 1), step / steps, device=noise.device)
        way.append(way[-1] + model(torch.cat([way[-1], waves(time)], 1)) / steps)
    return way


class Flow(Objective, name="flow"):
    """Say which way noise has to go to become data (flow matching); what is learned makes points.

    Lipman and others, Flow Matching for Generative Modeling, 2023: the way is straight, and the
    time reaches the network as a few sines beside the point.
    """

    words = (
        "Puts each point somewhere on a straight way from noise to where it belongs and asks which "
        "way to go; who knows that can turn noise into points."
    )
    here = "Here {train} points are learned from, each anew at another place of another way."
    make = staticmethod(on_the_way)
    draw = staticmethod(carried)
    needs = (waves,)
    needs_math = True
    is_stackable = False

    steps: int = parameter(
        default=40,
        help="steps from noise to a sample, when it draws",
        minimum=1,
        maximum=1000,
    )

    def drawing(self) -> dict[str, int]:
        return {"steps": self.steps}

    def refusal(self, facts: Facts) -> str:
        return points_refusal(self.name, facts)

    def asked(self, facts: Facts) -> Facts:
        (width,) = facts.shape
        return made_facts(facts, (width + 2 * NUM_WAVES,))


def points_refusal(name: str, facts: Facts) -> str:
    """Why an objective that makes points can't be asked of data like this, or empty."""
    if facts.planar and facts.shape != (2,):
        return f"{name}() makes points (x1, x2): leave features out of the data"
    if facts.num_tokens or facts.shape != (2,):
        return (
            f"{name}() learns to make points of a plane: take moons(), rings() or "
            'eight_gaussians(), or points(path="mine.csv")'
        )
    return ""


def made_facts(facts: Facts, shape: tuple[int, ...]) -> Facts:
    """Facts of a training that makes rows like the data's; shape: of a network input."""
    return replace(
        facts,
        shape=shape,
        task="generation",
        classes=(),
        num_targets=facts.shape[0],
        feature_names=(),
        input_names=(),
        target_names=(),
        target_units=(),
        planar=False,
        has_targets=True,
        made=facts.shape,
    )
