"""What a training can ask of its network. To add an objective, add its class."""

from engine.parts.objectives import denoise, flow, next_token, supervised
from engine.parts.objectives.base import Objective
from engine.parts.objectives.supervised import Supervised

__all__ = [
    "Objective",
    "Supervised",
    "denoise",
    "flow",
    "next_token",
    "supervised",
]
