"""Two networks against each other: one makes points, the other tells them from the data's."""

from __future__ import annotations

from engine.parts.component import parameter
from engine.parts.data.facts import Facts
from engine.parts.later import torch
from engine.parts.layers import Layer
from engine.parts.objectives.points import MakesPoints


def with_noise(
    points: torch.Tensor, targets: torch.Tensor, latent: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Noise for as many points as there are, and these, which what is made of it is to be like."""
    return torch.randn(len(points), latent, device=points.device), points


def generated(model: torch.nn.Module, noise: torch.Tensor) -> list[torch.Tensor]:
    """What the network makes of noise, in a single step."""
    return [model(noise)]


class Adversarial(MakesPoints, name="adversarial"):
    """Make points that a second network can't tell from the data's (a GAN).

    Goodfellow and others, Generative Adversarial Nets, 2014. In each step the discriminator learns
    first, that points of the data are 1 and points that were made 0; then the network learns to
    have it say 1 (their non-saturating loss). Each has an optimizer of its own. The loss compares
    what the discriminator says with 1 and 0; with MSELoss() that is Mao and others, Least Squares
    Generative Adversarial Networks, 2017. Different rates for both are of Heusel and others, GANs
    Trained by a Two Time-Scale Update Rule, 2017.
    """

    words = (
        "Has one network make points and another tell them from real ones: each gets better "
        "because the other does."
    )
    here = (
        "Here {train} points are to be told from as many made ones, and the network learns what "
        "is taken for real."
    )
    make = staticmethod(with_noise)
    draw = staticmethod(generated)

    discriminator: tuple[Layer, ...] = parameter(
        help="layers of the network that tells points from made ones; it ends with one number"
    )
    latent: int = parameter(
        default=2, help="numbers of noise that a point is made of", minimum=1, maximum=1000
    )
    rate: float = parameter(
        default=1.0,
        help="the discriminator's learning rate, as a share of the network's",
        above=0,
        maximum=1000,
    )

    @property
    def rival(self) -> tuple[Layer, ...]:
        return self.discriminator

    @property
    def rival_share(self) -> float:
        return self.rate

    def with_rival(self, layers: tuple[Layer, ...], share: float) -> Adversarial:
        return self.with_values(discriminator=layers, rate=share)

    def num_inputs(self, width: int) -> int:
        return self.latent

    def noise_shape(self, facts: Facts) -> tuple[int, ...]:
        return (self.latent,)

    def making(self) -> dict[str, int]:
        return {"latent": self.latent}
