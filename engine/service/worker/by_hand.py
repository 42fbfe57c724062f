"""What a person changes in a training: it is done and recorded, repeated, or taken back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import UsageError
from engine.parts.layers.address import place
from engine.runs import events as ev
from engine.runs.changes import Change, Touch
from engine.runs.inside import Effect, Unit
from engine.service import protocol as p
from engine.service.worker.changes_ahead import ChangesAhead
from engine.service.worker.recorder import Recorder
from engine.training.best import Best
from engine.training.by_hand import Undo, apply, parameter_value, silencing_module
from engine.training.quick_scores import quick_scores
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

    def __init__(
        self, trainer: Trainer, changes: Sequence[Change], recorder: Recorder, best: Best
    ) -> None:
        """changes: what is to be done again, in a training that is repeated."""
        self._trainer = trainer
        self._recorder = recorder
        self._best = best
        self._done: list[_Done] = []
        self.ahead = ChangesAhead(changes)

    def do_what_is_due(self) -> None:
        """Repeat what was done after as many steps, in the run that is repeated."""
        step = self._trainer.global_step
        if step >= self.ahead.next_step:  # asked before every step
            for change in self.ahead.due(step):
                self.change(change)

    @property
    def changes(self) -> list[Change]:
        """What was done in this process, oldest first, and still counts."""
        return [done.change for done in self._done]

    def change(self, change: Change) -> None:
        """Do it now and record it; raises UsageError, nothing is changed then."""
        if not isinstance(change, ev.LearningRateChanged):
            self._turn()
        event = self._recorder.number + 1
        self._done.append(_Done(change, event, apply(self._trainer, change)))
        self._recorder.record(change)
        self._best.turn(self._recorder.number)

    def touch(self, touch: p.Touch) -> Effect:
        """Change the network, and tell what that does to it; raises UsageError."""
        before, counts = quick_scores(self._trainer)
        if isinstance(touch, p.TakeBack):
            self._turn()
            self._recorder.record(self._take_back())
            self._best.turn(self._recorder.number)
        else:
            self.change(self._change_of(touch))
        after, _ = quick_scores(self._trainer)
        return Effect(event=self._recorder.number, before=before, after=after, num_samples=counts)

    def settle(self) -> None:
        """Have the present state judged, if the next step was to do that."""
        if self._trainer.reason is None:
            self._trainer.epoch_end.settle(self._trainer.epoch)
            self._best.after_epoch(self._recorder.number)

    def _turn(self) -> None:
        """The network becomes another one: have what it was judged, and be found again."""
        self.settle()
        self._best.turn(self._recorder.number)

    def _take_back(self) -> ev.TakenBack:
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

    def _change_of(self, touch: p.Touch) -> Change:
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
