"""What a training can ask of its network. To add an objective, add its class."""

from engine.parts.objectives import (
    adversarial,
    autoencode,
    denoise,
    flow,
    next_token,
    supervised,
    variational,
)
from engine.parts.objectives.base import Objective
from engine.parts.objectives.supervised import Supervised

__all__ = [
    "Objective",
    "Supervised",
    "adversarial",
    "autoencode",
    "denoise",
    "flow",
    "next_token",
    "supervised",
    "variational",
]
