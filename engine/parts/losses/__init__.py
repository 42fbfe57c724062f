"""Losses, what the training makes small, in the order in which they are listed.

HingeEmbeddingLoss is not among them: it compares distances of pairs with 1 and -1, and an
experiment has neither pairs nor such targets. A classifier's hinge loss is MultiMarginLoss.
"""

from engine.parts.losses.base import Loss, Outputs
from engine.parts.losses.distance import HuberLoss, L1Loss, MSELoss, SmoothL1Loss
from engine.parts.losses.likelihood import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    FocalLoss,
    NLLLoss,
)
from engine.parts.losses.margin import MultiMarginLoss

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "FocalLoss",
    "HuberLoss",
    "L1Loss",
    "Loss",
    "MSELoss",
    "MultiMarginLoss",
    "NLLLoss",
    "Outputs",
    "SmoothL1Loss",
]
