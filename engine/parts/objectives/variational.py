"""Variational autoencoders: to give back what comes in, from a place that is only about known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.parts.component import parameter
from engine.parts.data.facts import Facts
from engine.parts.later import torch
from engine.parts.layers import Layer
from engine.parts.layers.latent import Sampled
from engine.parts.objectives.returning import GivesBack
from engine.parts.shapes import Shape, shape_text

if TYPE_CHECKING:
    from torch import nn


def repeated(inputs: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Each sample, and the sample itself laid out flat."""
    return inputs, inputs.flatten(1)


def decoded(model: torch.nn.Module, noise: torch.Tensor) -> list[torch.Tensor]:
    """What the layers behind the one that draws make of places that are noise."""
    layers = list(model.children())
    drawing = [type(layer).__name__ for layer in layers].index("Sampled")
    for layer in layers[drawing + 1 :]:
        noise = layer(noise)
    return [noise]


class Variational(GivesBack, name="variational"):
    """Give back what comes in from about where it lies (VAE); what is learned makes more of it.

    Kingma and Welling, Auto-Encoding Variational Bayes, 2014: the layers say of each sample a mean
    and the logarithm of a variance for each number of its place, which is drawn from there as the
    mean and the deviation times a standard normal number, so that gradients pass. The loss is their
    negative bound per sample: what is given back wrong, over all numbers of a sample, and how far
    the place is from standard normal noise (KL divergence), that times beta as in Higgins and
    others, beta-VAE, 2017. Where nothing is drawn, in an evaluation, the place is the mean.
    """

    words = (
        "Asks for the very sample that comes in, from a place that is only about known, and holds "
        "all places near noise: then noise can be decoded, too."
    )
    here = "Here {train} samples are learned from, each of {inputs} numbers."
    make = staticmethod(repeated)
    draw = staticmethod(decoded)

    decoder: tuple[Layer, ...] = parameter(
        help="the layers that make a sample of a place, each a call: [Linear(64), ReLU(), …]"
    )
    latent: int = parameter(
        default=2, help="numbers that say where a sample lies", minimum=1, maximum=1024
    )
    beta: float = parameter(
        default=1.0,
        help="how much it counts that places are like noise, beside that samples are given back",
        minimum=0,
        maximum=1000,
    )

    def complaint(self) -> str:
        return "" if self.decoder else "decoder needs a layer, like [Linear(64)]"

    def asked(self, facts: Facts) -> Facts:
        return replace(super().asked(facts), made=facts.shape)

    def noise_shape(self, facts: Facts) -> Shape:
        return (self.latent,)

    def network(self, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        return (*layers, Sampled(self.latent), *self.decoder)

    def misfit(self, shape: Shape) -> str:
        if shape == (2 * self.latent,):
            return ""
        return (
            f"a place of {self.latent} needs as many means and as many variances, but the last "
            f"layer gives {shape_text(shape)}: end with Linear({2 * self.latent})"
        )

    def criterion(self, loss: nn.Module) -> nn.Module:
        return self.own_loss()(loss, **self.weighing())

    def weighing(self) -> dict[str, float]:
        return {"beta": self.beta}

    def own_loss(self) -> type[nn.Module]:
        from engine.parts.layers.modules import VariationalLoss

        return VariationalLoss

    def own_network(self) -> type[nn.Sequential]:
        from engine.parts.layers.modules import Variational as Module

        return Module
