"""The layers that a network is made of. To add one, add its class; nothing else needs to know."""

from engine.parts.layers import (
    activation,
    convolution,
    dense,
    normalization,
    pooling,
    pretrained,
    recurrent,
    residual,
    resizing,
    sequence,
    siren,
)
from engine.parts.layers.base import Layer

__all__ = [
    "Layer",
    "activation",
    "convolution",
    "dense",
    "normalization",
    "pooling",
    "pretrained",
    "recurrent",
    "residual",
    "resizing",
    "sequence",
    "siren",
]
