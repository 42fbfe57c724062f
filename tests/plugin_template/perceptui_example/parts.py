"""The parts, declared as perceptui declares its own. torch is imported where it is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.doctor.case import Case
from engine.doctor.rule import Remark, rule
from engine.parts.component import parameter
from engine.parts.data.points import Points
from engine.parts.later import torch
from engine.parts.layers.base import Layer
from engine.parts.losses import Loss
from engine.parts.optimizers import Optimizer, Rates

if TYPE_CHECKING:
    from torch import nn, optim


class Waves(Layer):
    """The sine of every value, times its frequency first."""

    words = "Turns what comes in into waves, so that few units draw what comes again and again."
    nonlinear = True
    steady = True

    frequency: float = parameter(default=1.0, help="what the values are multiplied by", above=0)

    @property
    def output_range(self) -> tuple[float, float]:
        return -1.0, 1.0

    def own_module(self) -> type[nn.Module]:
        from .modules import SineModule

        return SineModule


class LogCoshLoss(Loss):
    """The logarithm of the error's hyperbolic cosine: squared near zero, linear far off."""

    words = "Punishes small errors by their square and large ones by their size."

    def own_module(self) -> type[nn.Module]:
        from .modules import LogCosh

        return LogCosh


class SignSGD(Optimizer):
    """Steps by the gradient's sign alone, each as long as the rate (Bernstein et al. 2018)."""

    words = "Heeds only which way is down, not how steep it is."
    rates = Rates(1e-5, 0.1, 0.001)

    def own_class(self) -> type[optim.Optimizer]:
        from .modules import SignDescent

        return SignDescent


class Rose(Points, name="rose"):
    """Uniform points; those inside a flower of four petals are class 1."""

    words = "Asks whether a point lies in a flower."
    class_names = ("outside", "inside")


def rose(samples: int, noise: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Uniform points of a square; those inside of four petals are class 1."""
    points = 4 * torch.rand(samples, 2) - 2
    angles = torch.atan2(points[:, 1], points[:, 0])
    labels = (points.norm(dim=1) < 2 * (2 * angles).cos().abs()).long()
    if noise > 0:  # the points move, their labels stay
        points = points + noise * torch.randn(samples, 2)
    return points, labels


@rule("sine-frequency")
def sine_frequency(case: Case) -> Iterator[Remark]:
    """High frequencies fit noise: neighboring points get unrelated answers."""
    for at, layer in enumerate(case.experiment.layers):
        if isinstance(layer, Waves) and layer.frequency > 30:
            yield Remark("warning", f"layers[{at}]", f"{layer} makes waves shorter than any gap")


RULES = (sine_frequency,)
