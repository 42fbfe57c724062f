"""Trains some trainings of a stack alone, and compares what they come to."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from engine.parts.data import DataLocations
from engine.service import protocol as p
from engine.spec.experiment import Experiment
from engine.training.stacked.member import Member
from engine.training.trainer import Trainer

_NEVER = 10**9


class SampleCheck:
    """The first and the last loss of a sample, trained once more by itself; nothing is kept."""

    def __init__(self, members: Sequence[Member], locations: DataLocations, count: int) -> None:
        """count: how many are compared, spread over those that did not diverge."""
        self.compared: list[p.Compared] = []
        self._locations = locations
        sound = [member for member in members if member.trainer.reason != "diverged"]
        step = max(1, len(sound) // max(1, count))
        self._waiting = sound[step // 2 :: step][:count]
        self._trainer: Trainer | None = None

    @property
    def is_over(self) -> bool:
        return not self._waiting

    def advance(self, deadline: float) -> None:
        """Train until a time (of time.perf_counter), a step at least; raises what Trainer does."""
        while self._waiting:
            member = self._waiting[0]
            if self._trainer is None:
                asked = member.trainer.experiment
                quiet = Experiment(**{**asked.values(), "report_every": _NEVER})
                self._trainer = Trainer(quiet, self._locations)
            trainer = self._trainer
            if trainer.reason is None:
                trainer.step()
            if trainer.reason is not None or trainer.global_step >= member.trainer.global_step:
                trainer.read()
                self.compared.append(_compared(member, trainer))
                self._trainer = None
                self._waiting.pop(0)
            if time.perf_counter() >= deadline:
                return


def _compared(member: Member, alone: Trainer) -> p.Compared:
    newest = member.trainer.losses.newest, alone.losses.newest
    pairs = [(member.trainer.first_loss, alone.first_loss)]
    pairs.append((newest[0] and newest[0][1], newest[1] and newest[1][1]))
    worst = 0.0
    for stacked, own in pairs:
        if stacked is None or own is None or not math.isfinite(own):
            return p.Compared(index=member.number, apart=None)
        worst = max(worst, abs(stacked - own) / max(1.0, abs(own)))
    return p.Compared(index=member.number, apart=worst)
