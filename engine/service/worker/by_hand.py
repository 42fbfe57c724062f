"""What a person changes in a training: what a replay has ahead, what was done, how it is undone."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import UsageError
from engine.parts.layers.address import place
from engine.runs import events as ev
from engine.runs.changes import Change, Touch
from engine.runs.inside import Unit
from engine.service import protocol as p
from engine.training.by_hand import Undo, apply, parameter_value, silencing_module
from engine.training.silencing import silenced
from engine.training.trainer import Trainer

SEEDS = 2**31


@dataclass(frozen=True)
class _Done:
    """A change with the way back from it."""

    change: Change
    event: int
    """The number of the event that tells of it."""
    undo: Undo


class ByHand:
    """The changes of one training, each at its step."""

    def __init__(self, trainer: Trainer, ahead: Sequence[Change]) -> None:
        """ahead: what is to be done once as many steps are."""
        self._trainer = trainer
        self._ahead = sorted(ahead, key=lambda change: change.step)[::-1]
        self._done: list[_Done] = []
        self.next_step: float = math.inf
        """After how many steps something is to be done; asked before each of them."""
        self._look_ahead()

    def next(self) -> Change:
        """What is to be done then; it is handed out once."""
        change = self._ahead.pop()
        self._look_ahead()
        return change

    def _look_ahead(self) -> None:
        self.next_step = self._ahead[-1].step if self._ahead else math.inf

    @property
    def changes(self) -> list[Change]:
        """What was done in this process, oldest first, and still counts."""
        return [done.change for done in self._done]

    def do(self, change: Change, event: int) -> None:
        """Do it now; event: the number of the event that will tell. Raises UsageError."""
        self._done.append(_Done(change, event, apply(self._trainer, change)))

    def take_back(self) -> ev.TakenBack:
        """Undo the newest change of the network; raises UsageError where a step came after it."""
        step = self._trainer.global_step
        touches = [done for done in self._done if isinstance(done.change, Touch)]
        newest = touches[-1] if touches else None
        if newest is None or newest.change.step != step:
            raise UsageError("nothing to take back: nothing was changed since the last step")
        newest.undo()
        self._done.remove(newest)
        return ev.TakenBack(step=step, change=newest.event)

    def went_back(self) -> None:
        """Forget what was done later than where the training stands now, and all ways back."""
        step = self._trainer.global_step
        self._done = [
            _Done(done.change, done.event, _nothing_to_undo)
            for done in self._done
            if done.change.step < step
        ]

    def change_of(self, touch: p.Touch) -> Change:
        """The change that a command asks for; raises UsageError."""
        step = self._trainer.global_step
        match touch:
            case p.SetParameter(layer=layer, parameter=parameter, place=at, value=value):
                return ev.ParameterSet(
                    step=step,
                    layer=layer,
                    parameter=parameter,
                    place=at,
                    value=value,
                    before=parameter_value(self._trainer, layer, parameter, at),
                )
            case p.Silence(unit=unit):
                self._check_asleep(unit, asleep=False)
                return ev.UnitSilenced(step=step, layer=unit.layer, unit=unit.index)
            case p.Wake(unit=unit):
                self._check_asleep(unit, asleep=True)
                return ev.UnitWoken(step=step, layer=unit.layer, unit=unit.index)
            case p.Redraw(layer=layer, seed=seed):
                drawn = secrets.randbelow(SEEDS) if seed is None else seed
                if not 0 <= drawn < SEEDS:
                    raise UsageError(f"seed {drawn}: give 0 to {SEEDS - 1:,}")
                return ev.LayerRedrawn(step=step, layer=layer, seed=drawn)
        raise AssertionError(f"{touch} is no change")

    def _check_asleep(self, unit: Unit, *, asleep: bool) -> None:
        """Raise UsageError unless a unit is silenced, or is not; or where there is none."""
        name = silencing_module(self._trainer, unit.layer, unit.index)
        if (unit.index in silenced(self._trainer.model).get(name, ())) != asleep:
            state = "not silenced" if asleep else "silenced already"
            raise UsageError(f"{place(unit.layer)}: unit {unit.index} is {state}")


def _nothing_to_undo() -> None:
    raise AssertionError("a training that went back has nothing to take back")
