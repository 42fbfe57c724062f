"""The optimizers of a stack: whose numbers differ from training to training, step by step."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.parts.metrics import METRICS
from engine.training.learning_rate import LearningRate
from engine.training.stacked.errors import Unstackable
from engine.training.traced.errors import Untraceable
from engine.training.traced.update import Update, update_for
from engine.training.trainer import Trainer

_COUNT = "step"
_PLAIN = ("lr", "weight_decay", "momentum", "dampening", "eps", "alpha", "rho", "lr_decay")
_PAIR = "betas"
_FORMS = (
    (r"torch\.add\(([\w#]+), ([\w#]+), alpha=(\w+)\)", r"torch.addcmul(\1, \2, \3)"),
    (r"\.add_\(([\w#]+), alpha=(\w+)\)", r".addcmul_(\1, \2)"),
    (r"\.addcmul_\(([\w#]+), ([\w#]+), value=(\w+)\)", r".addcmul_(\1.mul(\3), \2)"),
    (r"\.addcdiv_\(([\w#]+), ([\w#]+), value=(\w+)\)", r".addcmul_(\1.div(\2), \3)"),
)
"""Calls that take a factor as a number, and those that take a tensor in its place."""


class _Leader:
    """An optimizer that changes nothing, and moves as those of some trainings."""

    def __init__(self, trainer: Trainer) -> None:
        asked = trainer.experiment
        self.schedule = asked.schedule
        self.optimizer = asked.optimizer.build([torch.nn.Parameter(torch.zeros(1))])
        self.learning_rate = LearningRate(
            asked.schedule,
            self.optimizer,
            asked.epochs,
            len(trainer.batches),
            METRICS[asked.select],
        )
        self.learning_rate.load_state(trainer.learning_rate.state())


class Rates:
    """What the optimizers' arithmetic calls by name, before each step.

    Trainings that move alike, same optimizer and same schedule, are asked once.
    """

    def __init__(self, trainers: Sequence[Trainer]) -> None:
        """trainers: one for each row. Raises Unstackable."""
        self._leaders: list[_Leader] = []
        """For those that move alike one."""
        led: dict[object, int] = {}
        self._led: list[int] = []
        """Which of them each row moves as."""
        for row, trainer in enumerate(trainers):
            asked = trainer.experiment
            watches = trainer.learning_rate.watches_loss
            alike: object = row if watches else (str(asked.optimizer), str(asked.schedule))
            if alike not in led:
                led[alike] = len(self._leaders)
                self._leaders.append(_Leader(trainer))
            self._led.append(led[alike])
        self._watching = [
            (row, leader)
            for row, leader in ((row, self._leaders[led]) for row, led in enumerate(self._led))
            if leader.learning_rate.watches_loss
        ]
        """The rows whose rate goes by what selects, each with a leader of its own."""
        groups = self._groups()
        for name, value in groups[0].items():
            if isinstance(value, bool) and any(group.get(name) != value for group in groups):
                raise Unstackable(f"their optimizers differ in {name}")
        kinds = {type(trainer.optimizer) for trainer in trainers}
        if len(kinds) > 1:
            raise Unstackable("their optimizers differ")
        most = {
            **groups[0],
            **{
                name: self._most(name) for name in ("weight_decay", "momentum") if name in groups[0]
            },
            "fused": False,
        }
        if any(leader.learning_rate.first_momentum is not None for leader in self._leaders):
            most["momentum"] = most.get("momentum") or 0.5
        try:
            update = update_for(kinds.pop(), most)
        except Untraceable as error:
            raise Unstackable(str(error)) from error
        self._values = update.values
        self._varied = self._varying()
        self.counts = _COUNT in update.state
        """Whether the optimizer keeps how many steps it made."""
        self.by_row = self._differing(update)
        """Names of the numbers that differ from row to row; the others are one for all."""
        self.update = Update(
            tuple(name for name in update.state if name != _COUNT),
            tuple(
                _in_rows(line, self.by_row) for line in update.lines if not line.startswith(_COUNT)
            ),
            update.numbers,
        )
        """The update of a whole stack, its state without the count of steps."""

    def apply(self, epoch: int, step: int) -> None:
        """Set the rates for trainings that have done so much."""
        for leader in self._leaders:
            leader.learning_rate.apply(epoch, max(0, step - 1))

    def before_epoch(self, epoch: int) -> None:
        """As LearningRate has it."""
        for leader in self._leaders:
            leader.learning_rate.before_epoch(epoch)

    def before_step(self, step: int) -> None:
        """As LearningRate has it."""
        for leader in self._leaders:
            leader.learning_rate.before_step(step)

    def numbers(self, step: int, device: torch.device) -> list[float | Tensor]:
        """Those of the step of this number, from 1: floats, or (trainings, 1) where rows differ."""
        found = self._values(self._group(step), float(step))
        rows = [
            np.broadcast_to(np.asarray(value), len(self._led))
            for name, value in zip(self.update.numbers, found, strict=True)
            if name in self.by_row
        ]
        if not rows:
            return [float(value) for value in found]
        tensors = torch.from_numpy(np.stack(rows).astype(np.float32)).to(device).unsqueeze(2)
        ready = iter(tensors)
        return [
            next(ready) if name in self.by_row else float(value)
            for name, value in zip(self.update.numbers, found, strict=True)
        ]

    def after_epoch(self, scores: NDArray[np.float64]) -> None:
        """Take note of what selects, of each row; it may reduce the row's rate."""
        for row, leader in self._watching:
            leader.learning_rate.after_epoch(float(scores[row]))

    def rate(self, row: int) -> LearningRate:
        """Where the learning rate of a row stands."""
        return self._leaders[self._led[row]].learning_rate

    def _groups(self) -> list[Mapping[str, Any]]:
        return [leader.optimizer.param_groups[0] for leader in self._leaders]

    def _most(self, name: str) -> float:
        return max(float(group[name]) for group in self._groups())

    def _group(self, step: int) -> dict[str, Any]:
        """The settings as Update.values takes them, with an array where they differ."""
        groups = self._groups()
        group: dict[str, Any] = dict(groups[0])
        for name in self._varied:
            values = [each[name] for each in groups]
            if name == _PAIR:
                group[name] = tuple(self._by_row(pair) for pair in zip(*values, strict=True))
            else:
                group[name] = self._by_row(values)
        if "dampening" in group:
            # The first gradient is the first momentum as it is, and without momentum each is.
            is_damped = np.asarray(group["momentum"]) > 0 if step > 1 else False
            damped = np.where(is_damped, group["dampening"], 0.0)
            group["dampening"] = damped if damped.ndim else float(damped)
        return group

    def _by_row(self, values: Sequence[float]) -> NDArray[np.float64]:
        """One for each row, of one for each leader."""
        return np.array(values, dtype=np.float64)[self._led]

    def _varying(self) -> list[str]:
        """The settings that differ between trainings, or may come to."""
        if len(self._leaders) == 1:
            return []
        groups, first = self._groups(), self._leaders[0]
        moves = any(
            leader.schedule != first.schedule or leader.learning_rate.watches_loss
            for leader in self._leaders
        )
        moved = ("lr", "momentum", _PAIR) if moves else ()
        return [
            name
            for name in (*_PLAIN, _PAIR)
            if name in groups[0] and (name in moved or len({each[name] for each in groups}) > 1)
        ]

    def _differing(self, update: Update) -> frozenset[str]:
        found = update.values(self._group(2), 2.0)
        return frozenset(
            name
            for name, value in zip(update.numbers, found, strict=True)
            if isinstance(value, np.ndarray)
        )


def _in_rows(line: str, by_row: frozenset[str]) -> str:
    """A line of an update with tensors for the numbers that differ."""
    for pattern, form in _FORMS:
        line = re.sub(
            pattern,
            lambda found, form=form: (  # type: ignore[misc]  # a default binds it
                found.expand(form) if found[found.re.groups] in by_row else found[0]
            ),
            line,
        )
    return line
