"""Schedules that multiply the rate at certain epochs."""

from __future__ import annotations

import math

from engine.parts.component import parameter
from engine.parts.schedules.base import WARMUP, Formula, Schedule


def step_lr(done: int, lr: float, step_size: int, gamma: float) -> float:
    """The rate is multiplied by gamma every step_size epochs."""
    return lr * gamma ** (done // step_size)


def multi_step_lr(done: int, lr: float, milestones: tuple[int, ...], gamma: float) -> float:
    """The rate is multiplied by gamma at each milestone."""
    return lr * gamma ** sum(done >= milestone for milestone in milestones)


def exponential_lr(done: int, lr: float, gamma: float) -> float:
    """The rate is multiplied by gamma every epoch."""
    return lr * gamma**done


class StepLR(Schedule):
    """Multiply the rate by gamma every step_size epochs."""

    words = "Lowers the learning rate at regular times: long steps at first, fine ones later."

    step_size: int = parameter(help="epochs between two drops", minimum=1, unit="epochs")
    gamma: float = parameter(default=0.1, help="what the rate is multiplied by", above=0, maximum=1)
    warmup: int = parameter(default=0, help=WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        return Formula(step_lr, {"lr": lr, "step_size": self.step_size, "gamma": self.gamma})

    def spread(self, total: int) -> Schedule:
        return self.with_values(step_size=math.ceil(self._fall_length(total) / 3))


class MultiStepLR(Schedule):
    """Multiply the rate by gamma at each of the milestones, counted in epochs."""

    words = "Lowers the learning rate at times that you choose."

    milestones: tuple[int, ...] = parameter(
        help="the epochs after which it drops", minimum=1, unit="epochs"
    )
    gamma: float = parameter(default=0.1, help="what the rate is multiplied by", above=0, maximum=1)
    warmup: int = parameter(default=0, help=WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        arguments = {"lr": lr, "milestones": self.milestones, "gamma": self.gamma}
        return Formula(multi_step_lr, arguments)

    def spread(self, total: int) -> Schedule:
        length = self._fall_length(total)
        return self.with_values(milestones=(math.ceil(length / 2), math.ceil(length * 3 / 4)))


class ExponentialLR(Schedule):
    """Multiply the rate by gamma after every one of the epochs."""

    words = "Lowers the learning rate a little after each pass over the data."

    gamma: float = parameter(help="what the rate is multiplied by", above=0, maximum=1)
    warmup: int = parameter(default=0, help=WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        return Formula(exponential_lr, {"lr": lr, "gamma": self.gamma})

    def spread(self, total: int) -> Schedule:
        """The rate is a hundredth at the end."""
        return self.with_values(gamma=float(f"{0.01 ** (1 / self._fall_length(total)):.4g}"))
