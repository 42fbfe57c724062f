"""Optimizers, in the order in which they are listed."""

from engine.parts.optimizers.base import Optimizer, Rates
from engine.parts.optimizers.gradient import SGD
from engine.parts.optimizers.moments import Adam, Adamax, AdamW, NAdam, RAdam
from engine.parts.optimizers.scaled import Adadelta, Adagrad, RMSprop

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rates",
]
