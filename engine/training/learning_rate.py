"""Moves the learning rate (and momentum) of an optimizer along a schedule."""

from __future__ import annotations

import torch
from torch import optim

from engine.parts.metrics import METRICS, Metric
from engine.parts.schedules import Schedule
from engine.training.parameter_groups import set_rate
from engine.training.training_state import PlateauState, RateState


class LearningRate:
    """The learning rate of a training: the schedule's times a factor that a person sets."""

    def __init__(
        self,
        schedule: Schedule,
        optimizer: optim.Optimizer,
        epochs: int,
        steps_per_epoch: int,
        selecting: Metric = METRICS["loss"],
    ) -> None:
        """selecting: by what a schedule goes that watches how good an epoch was."""
        self.factor = 1.0
        self._schedule = schedule
        self._optimizer = optimizer
        self._base = float(optimizer.param_groups[0]["lr"])
        self._total = epochs if schedule.counts == "epochs" else epochs * steps_per_epoch
        self._momentum = schedule.momentum(self._total)
        self._plateau: optim.lr_scheduler.ReduceLROnPlateau | None = None
        if schedule.watches_loss:
            # It reduces the rate of a stand-in, so that warm-up and factor stay on top.
            stand_in = optim.SGD([torch.zeros(1)], lr=self._base)
            self._plateau = schedule.plateau(stand_in, selecting)
        self._last_moving_step = self._total if schedule.moves else schedule.warmup_length

    @property
    def current(self) -> float:
        """The rate that the next step uses, of layers without one of their own."""
        return float(self._optimizer.param_groups[0]["lr"])

    @property
    def watches_loss(self) -> bool:
        """Whether it wants to know of every epoch what selects."""
        return self._plateau is not None

    @property
    def first_momentum(self) -> float | None:
        """The momentum that the schedule gives the first step; None where it leaves it alone."""
        return None if self._momentum is None else self._momentum(0)

    def before_step(self, step: int) -> None:
        """Set the rate for a step; step: how many were done before it."""
        if self._schedule.counts == "steps" and step <= self._last_moving_step:
            self._set(step)

    def before_epoch(self, epoch: int) -> None:
        """Set the rate for an epoch; epoch: how many were done before it."""
        if self._schedule.counts == "epochs":
            self._set(epoch)

    def after_epoch(self, score: float) -> None:
        """Take note of what selects; it may reduce the rate."""
        if self._plateau is not None:
            self._plateau.step(score)

    def apply(self, epoch: int, step: int) -> None:
        """Set the rate anew, after the factor changed or a checkpoint was read."""
        self._set(step if self._schedule.counts == "steps" else epoch)

    def state(self) -> RateState:
        """What a checkpoint keeps."""
        if self._plateau is None:
            return RateState(self.factor)
        names = PlateauState.__struct_fields__
        plateau = PlateauState(*(getattr(self._plateau, name) for name in names))
        return RateState(self.factor, plateau, self._plateau_lr)

    def load_state(self, state: RateState) -> None:
        """Go on from the state of a checkpoint."""
        self.factor = state.factor
        if self._plateau is not None:
            for name in PlateauState.__struct_fields__:
                setattr(self._plateau, name, getattr(state.plateau, name))
            self._plateau.optimizer.param_groups[0]["lr"] = state.plateau_lr

    @property
    def _plateau_lr(self) -> float:
        assert self._plateau is not None
        return float(self._plateau.optimizer.param_groups[0]["lr"])

    def _set(self, done: int) -> None:
        base = self._base if self._plateau is None else self._plateau_lr
        rate = self._schedule.rate(base, done, self._total) * self.factor
        set_rate(self._optimizer, rate)
        if self._momentum is None:
            return
        momentum = self._momentum(done)
        for group in self._optimizer.param_groups:
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            elif "momentum" in group:
                group["momentum"] = momentum
