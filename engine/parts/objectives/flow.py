"""Flow matching: to say at each place and time where noise has to go to become data."""

from __future__ import annotations

from engine.parts.component import parameter
from engine.parts.later import torch
from engine.parts.objectives.timed import Timed, waves


def on_the_way(points: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Each point somewhere on a straight way from noise, with the time, and its velocity there."""
    noise, time = torch.randn_like(points), torch.rand(len(points), 1, device=points.device)
    return torch.cat([noise + time * (points - noise), waves(time)], 1), points - noise


def velocity(model: torch.nn.Module, points: torch.Tensor, time: float) -> torch.Tensor:
    """Which way the network says that points go at a time from 0, all noise, to 1, all data."""
    times = torch.full((len(points), 1), time, device=points.device)
    said: torch.Tensor = model(torch.cat([points, waves(times)], 1))
    return said


def carried(model: torch.nn.Module, noise: torch.Tensor, steps: int) -> list[torch.Tensor]:
    """Noise, carried along the velocities that the network says, in so many steps."""
    way = [noise]
    for step in range(steps):
        way.append(way[-1] + velocity(model, way[-1], step / steps) / steps)
    return way


class Flow(Timed, name="flow"):
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
    drift = staticmethod(velocity)
    needs = (*Timed.needs, velocity)

    steps: int = parameter(
        default=40,
        help="steps from noise to a sample, when it draws",
        minimum=1,
        maximum=1000,
    )
