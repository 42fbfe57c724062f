"""The best state of a training so far, kept so that it can be gone back to."""

from __future__ import annotations

import logging
import math
import time
from typing import NamedTuple

from engine.training.checkpoint import Checkpoint
from engine.training.kept_state import KeptState
from engine.training.model import is_finite
from engine.training.trainer import Trainer
from engine.training.trial import trial

COPY_SHARE = 0.01
"""Copies of the state take about this share of the training's time."""
MAX_SPACING_S = 0.1
"""Seconds of training between two copies, at most: as much may have to be trained again."""

_log = logging.getLogger(__name__)


class _Mark(NamedTuple):
    """An epoch that was better than all before it."""

    epoch: int
    value: float
    last_event: int
    elapsed_s: float


class Best:
    """Keeps the state at the end of the best epoch, as often as every epoch is the best.

    To copy it each time would cost small networks a quarter of their time. So states are copied
    now and then, and what lies between two of them is trained again, with the same bits, when it
    is asked for. Where that might give others, on a GPU, or takes long, with data that is read
    from files, each is copied.

    Call `go_on` before steps and `after_epoch` after each epoch; last_event, everywhere: number
    of the newest event in the record.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.is_saved = True
        """Whether the file holds it, or there is nothing to hold."""
        self._trainer = trainer
        on_cpu, is_alone = trainer.device.type == "cpu", trainer.crew is None
        self._trains_again = on_cpu and is_alone and trainer.splits.reader is None
        self._taken: Checkpoint | None = None
        """What was the best when the training went on from a checkpoint."""
        self._best: tuple[KeptState, _Mark] | None = None
        """What has become the best since, if it is none of `_marks`: a state at or before it."""
        self._start: KeptState | None = None
        """The newest copy, from which the epochs since are trained again."""
        self._marks: list[tuple[int, float, int, float]] = []
        """What a _Mark has of the epochs since that were the best, oldest first."""
        self._rooms: list[KeptState] = []
        self._due_s = -math.inf
        """Seconds of training after which the next copy is due."""
        self._last_event = 0
        self._elapsed_s = 0.0
        """Those of the epoch before, where it is not judged yet."""

    def checkpoint(self) -> Checkpoint | None:
        """It, until the next better one comes; None where there is none."""
        self._settle()
        return self._taken if self._best is None else self._best[0].checkpoint()

    def go_on(self, last_event: int) -> None:
        """Before steps: the trainer stands where its last step or a checkpoint left it."""
        trainer = self._trainer
        self._last_event, self._elapsed_s = last_event, trainer.elapsed_s
        if self._start is None and trainer.epoch and trainer.epoch_end.waits(trainer.epoch):
            self._copy(last_event)

    def turn(self, last_event: int) -> None:
        """Something else than a step has changed the trainer: no copy leads past this point."""
        self._settle()
        self._forget()
        self.go_on(last_event)

    def after_epoch(self, last_event: int) -> None:
        """Note whether an epoch is the best so far: the newest or, if it waited, the one before.

        Weights that are not finite are not worth keeping, whatever they come to.
        """
        trainer, selection = self._trainer, self._trainer.selection
        elapsed_s, waits = trainer.elapsed_s, trainer.epoch_end.comes_free
        if selection.improved:
            selection.improved = self.is_saved = False
            if selection.epoch == trainer.epoch:
                if waits or elapsed_s >= self._due_s or trainer.reason is not None:
                    self._copy(last_event)
                self._marks.append((selection.epoch, selection.value, last_event, elapsed_s))
                return
            # A plain tuple, for this is done in every epoch of most trainings.
            mark = selection.epoch, selection.value, self._last_event, self._elapsed_s
            self._marks.append(mark)
        if waits:
            self._last_event, self._elapsed_s = last_event, elapsed_s
            if elapsed_s >= self._due_s:
                self._copy(last_event)

    def take(self, best: Checkpoint | None) -> bool:
        """Take what was the best where the trainer stands now; whether it is that.

        A best of later on is none of this training; it comes again if it is to come.
        """
        is_earlier = best is not None and best.state["step"] <= self._trainer.global_step
        self._taken = best if is_earlier else None
        self._best = None
        self._rooms = []  # the checkpoint's tensors may be some of theirs
        self._forget()
        return is_earlier

    def _forget(self) -> None:
        """Train nothing again from what is kept: the next copy is due."""
        self._start, self._marks, self._due_s = None, [], -math.inf

    def _copy(self, last_event: int) -> None:
        """Keep the present state as the newest, if it is finite.

        Then what came before it is, too: no update makes numbers of what is none.
        """
        began = time.perf_counter()
        if not is_finite(self._trainer.model):
            self._settle()
            self._forget()
            return
        if self._marks and self._start is not None:
            self._best = self._start, _Mark(*self._marks[-1])
        self._start, self._marks = self._room(), []
        self._start.take(last_event)
        took_s = time.perf_counter() - began
        spacing_s = min(took_s / COPY_SHARE, MAX_SPACING_S) if self._trains_again else 0.0
        self._due_s = self._trainer.elapsed_s + spacing_s

    def _room(self, *needed: KeptState | None) -> KeptState:
        """Room for the state as the trainer has it now; the best stays, and what is needed too."""
        used = [state for state in (self._best and self._best[0], *needed) if state is not None]
        for room in self._rooms:
            if room.fits() and not any(room is other for other in used):
                return room
        self._rooms = [*used, KeptState(self._trainer)]
        return self._rooms[-1]

    def _settle(self) -> None:
        """Have a copy of the best itself, of the newest that is finite."""
        marks, self._marks = self._marks, []
        for mark in (_Mark(*each) for each in reversed(marks)):
            if self._start is not None:
                state = self._there(self._start, mark)
                if state.is_finite():
                    self._best = state, mark
                    return
        if self._best is not None:
            start, mark = self._best
            self._best = self._there(start, mark), mark

    def _there(self, start: KeptState, mark: _Mark) -> KeptState:
        """The state at the end of a marked epoch, trained again from the one that is kept."""
        trainer = self._trainer
        if start.epoch == mark.epoch:
            return start
        with trial(trainer):
            start.put_back()
            while trainer.epoch < mark.epoch:
                trainer.step()
            room = self._room(self._start)
            room.take(mark.last_event)
            room.date(mark.last_event, mark.elapsed_s)
            trainer.epoch_end.settle(mark.epoch)
            found = trainer.selection.value
        if found != mark.value:
            self._trains_again = False
            _log.warning(
                "epoch %d, trained again, comes to %r instead of %r: from here on each best "
                "state is copied",
                *(mark.epoch, found, mark.value),
            )
        return room
