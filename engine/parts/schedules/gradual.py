"""Schedules that move the rate along a line or a curve of the epochs."""

from __future__ import annotations

import math

from engine.parts.component import parameter
from engine.parts.schedules.base import WARMUP, Formula, Schedule


def linear_lr(done: int, lr: float, start_factor: float, end_factor: float, length: int) -> float:
    """The rate goes in a straight line from one multiple of lr to another, and stays there."""
    share = min(done, length) / length
    return lr * (start_factor + (end_factor - start_factor) * share)


def polynomial_lr(done: int, lr: float, length: int, power: float) -> float:
    """The rate falls to 0 along a power of what is left."""
    return lr * math.pow(1 - min(done, length) / length, power)


def cosine_annealing_warm_restarts(
    done: int, lr: float, first: int, factor: int, eta_min: float
) -> float:
    """Half a cosine from lr down to eta_min, again and again, each factor times as long."""
    length = first
    if factor == 1:
        done %= length
    while done >= length:
        done -= length
        length *= factor
    return eta_min + (lr - eta_min) * (1 + math.cos(math.pi * done / length)) / 2


def cosine_annealing_lr(done: int, lr: float, length: int, eta_min: float) -> float:
    """The rate follows half a cosine from lr down to eta_min."""
    return eta_min + (lr - eta_min) * (1 + math.cos(math.pi * done / length)) / 2


class LinearLR(Schedule):
    """Move the rate in a straight line for some epochs, then leave it there."""

    words = (
        "Moves the learning rate along a straight line, mostly up at the beginning, so that it "
        "starts gently."
    )

    start_factor: float = parameter(
        default=1 / 3, help="the first rate, as a share of the optimizer's", above=0, maximum=1
    )
    end_factor: float = parameter(
        default=1.0, help="the last rate, as a share of the optimizer's", minimum=0, maximum=1
    )
    total_iters: int | None = parameter(
        default=5, help="epochs that it moves; None means all", minimum=1, unit="epochs"
    )
    warmup: int = parameter(default=0, help=WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        length = max(1, total - self.warmup) if self.total_iters is None else self.total_iters
        factors = {"start_factor": self.start_factor, "end_factor": self.end_factor}
        return Formula(linear_lr, {"lr": lr, **factors, "length": length})

    def spread(self, total: int) -> Schedule:
        return self.with_values(total_iters=None)

    def begun_sooner(self, total: int) -> Schedule:
        rises = self.start_factor < self.end_factor
        other = self.with_values(total_iters=max(1, total // 10)) if rises else self
        return other.with_values(warmup=0) if rises else super().begun_sooner(total)


class PolynomialLR(Schedule):
    """Let the rate fall to 0 along a power of the epochs left."""

    words = "Lets the learning rate fall to zero along a curve."

    total_iters: int | None = parameter(
        default=5, help="epochs until it is 0; None means all", minimum=1, unit="epochs"
    )
    power: float = parameter(default=1.0, help="1 is a straight line", minimum=0, maximum=100)
    warmup: int = parameter(default=0, help=WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        length = max(1, total - self.warmup) if self.total_iters is None else self.total_iters
        return Formula(polynomial_lr, {"lr": lr, "length": length, "power": self.power})

    def spread(self, total: int) -> Schedule:
        return self.with_values(total_iters=None)


class CosineAnnealingWarmRestarts(Schedule):
    """Let the rate fall along half a cosine and begin anew at the top; counts epochs."""

    words = (
        "Lets the learning rate fall and jumps back to the top, to leave a place where nothing "
        "improves."
    )

    T_0: int = parameter(help="epochs until the first restart", minimum=1, unit="epochs")
    T_mult: int = parameter(
        default=1, help="how many times as long each next fall is", minimum=1, maximum=1000
    )
    eta_min: float = parameter(default=0.0, help="the rate at the bottom", minimum=0)
    warmup: int = parameter(default=0, help=WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        return Formula(
            cosine_annealing_warm_restarts,
            {"lr": lr, "first": self.T_0, "factor": self.T_mult, "eta_min": self.eta_min},
        )

    def spread(self, total: int) -> Schedule:
        """As many falls as begin now, the last of which ends with the training."""
        length = self._fall_length(total)
        falls, begun, weight = 0, 0, 0  # weight: of all falls, in lengths of the first
        while begun < length:
            begun += self.T_0 * self.T_mult**falls
            weight += self.T_mult**falls
            falls += 1
        return self.with_values(T_0=math.ceil(length / weight))


class CosineAnnealingLR(Schedule):
    """Let the rate fall along half a cosine; counts epochs."""

    words = (
        "Lets the learning rate fall slowly, then quickly, then slowly: long steps first, fine "
        "ones at the end."
    )

    T_max: int | None = parameter(
        default=None,
        help="epochs from the top to the bottom; None means all",
        minimum=1,
        unit="epochs",
    )
    eta_min: float = parameter(default=0.0, help="the rate at the bottom", minimum=0)
    warmup: int = parameter(default=0, help=WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        length = max(1, total - self.warmup) if self.T_max is None else self.T_max
        return Formula(cosine_annealing_lr, {"lr": lr, "length": length, "eta_min": self.eta_min})

    def spread(self, total: int) -> Schedule:
        return self.with_values(T_max=None)
