"""Autoencoders: to give back what comes in, through a place where little can pass."""

from __future__ import annotations

from engine.parts.component import parameter
from engine.parts.later import torch
from engine.parts.objectives.returning import GivesBack


def given_back(
    inputs: torch.Tensor, targets: torch.Tensor, noise: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Each sample, with noise in it where that is wanted, and the sample itself laid out flat."""
    asked = inputs.flatten(1)
    return (inputs + noise * torch.randn_like(inputs) if noise else inputs), asked


class Autoencode(GivesBack, name="autoencode"):
    """Give back what comes in: what is narrow on the way holds what matters of it.

    Hinton and Salakhutdinov, Reducing the Dimensionality of Data with Neural Networks, 2006; with
    noise in what comes in Vincent and others, Stacked Denoising Autoencoders, 2010, whose first
    kind of noise is this one, a normal number for each input.
    """

    words = (
        "Asks for the very sample that comes in; where a layer on the way is narrow, the network "
        "must find out what of it matters."
    )
    here = "Here {train} samples are learned from, each of {inputs} numbers."
    make = staticmethod(given_back)

    noise: float = parameter(
        default=0.0,
        help="deviation of the noise that is added to what comes in, and is not asked for",
        minimum=0,
        maximum=100,
    )

    def making(self) -> dict[str, float]:
        return {"noise": self.noise}
