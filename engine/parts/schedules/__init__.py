"""Learning-rate schedules, in the order in which they are listed."""

from engine.parts.schedules.base import Constant, Formula, Schedule
from engine.parts.schedules.drops import ExponentialLR, MultiStepLR, StepLR
from engine.parts.schedules.gradual import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    LinearLR,
    PolynomialLR,
)
from engine.parts.schedules.one_cycle import OneCycleLR
from engine.parts.schedules.plateau import ReduceLROnPlateau

__all__ = [
    "Constant",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "ExponentialLR",
    "Formula",
    "LinearLR",
    "MultiStepLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "Schedule",
    "StepLR",
]
