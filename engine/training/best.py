"""The best state of a training so far, kept so that it can be gone back to."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from typing import NamedTuple

from engine.training.aside import aside
from engine.training.checkpoint import Checkpoint
from engine.training.kept_state import KeptState
from engine.training.model import is_finite
from engine.training.trainer import Trainer

COPY_SHARE = 0.01
"""Copies of the state take about this share of the training's time."""
MAX_SPACING_S = 0.1
"""Seconds of training between two copies, at most: as much may have to be trained again."""

_log = logging.getLogger(__name__)


class _Mark(NamedTuple):
    """An epoch that was better than all before it."""

    epoch: int
    loss: float
    last_event: int
    elapsed_s: float


@dataclass
class _Candidate:
    """The best, if its weights are finite: some epochs after a state that is kept."""

    start: KeptState
    marks: list[_Mark]
    """The last of them is the best one."""


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
        self._trains_again = trainer.device.type == "cpu" and trainer.splits.reader is None
        self._taken: Checkpoint | None = None
        """What was the best when the training went on from a checkpoint."""
        self._best: _Candidate | None = None
        """What has become the best since."""
        self._before: _Candidate | None = None
        """The best if no weights of `_best` are finite; None once they are known to be."""
        self._start: KeptState | None = None
        """The newest copy, from which the epochs to come would be trained again."""
        self._rooms: list[KeptState] = []
        self._due_s = -math.inf
        """Seconds of training after which the next copy is due."""
        self._last_event = 0
        self._elapsed_s = 0.0
        """Those of the epoch before, where it is not judged yet."""

    def checkpoint(self) -> Checkpoint | None:
        """It, until the next better one comes; None where there is none."""
        self._settle()
        return self._taken if self._best is None else self._best.start.checkpoint()

    def go_on(self, last_event: int) -> None:
        """Before steps: the trainer stands where its last step or a checkpoint left it."""
        trainer = self._trainer
        self._last_event, self._elapsed_s = last_event, trainer.elapsed_s
        if self._start is None and trainer.epoch and trainer.epoch_end.waits(trainer.epoch):
            self._copy(last_event)

    def turn(self, last_event: int) -> None:
        """Something else than a step has changed the trainer: no copy leads past this point."""
        self._start = None
        self.go_on(last_event)

    def after_epoch(self, last_event: int) -> None:
        """Note whether an epoch is the best so far: the newest or, if it waited, the one before.

        Weights that are not finite are not worth keeping, whatever loss they have.
        """
        trainer, selection = self._trainer, self._trainer.selection
        elapsed_s, waits = trainer.elapsed_s, trainer.epoch_end.comes_free
        if selection.improved:
            selection.improved = False
            if selection.epoch == trainer.epoch:
                if waits or self._start is None or elapsed_s >= self._due_s or trainer.reason:
                    self._copy(last_event)
                self._note(_Mark(selection.epoch, selection.loss, last_event, elapsed_s))
                return
            self._note(_Mark(selection.epoch, selection.loss, self._last_event, self._elapsed_s))
        if waits:
            self._last_event, self._elapsed_s = last_event, elapsed_s
            if elapsed_s >= self._due_s or self._start is None:
                self._copy(last_event)

    def take(self, best: Checkpoint | None) -> bool:
        """Take what was the best where the trainer stands now; whether it is that.

        A best of later on is none of this training; it comes again if it is to come.
        """
        is_earlier = best is not None and best.state["step"] <= self._trainer.global_step
        self._taken = best if is_earlier else None
        self._best = self._before = self._start = None
        self._rooms = []  # the checkpoint's tensors may be some of theirs
        return is_earlier

    def _note(self, mark: _Mark) -> None:
        start, best = self._start, self._best
        if start is None:
            return  # what there was to copy was not finite
        if best is None or best.start is not start:
            self._before, self._best = best, _Candidate(start, [mark])
        else:
            best.marks.append(mark)
        self.is_saved = False

    def _copy(self, last_event: int) -> None:
        """Keep the present state as the newest, if it is finite.

        Then what came before it is, too: no update makes numbers of what is none.
        """
        began = time.perf_counter()
        if is_finite(self._trainer.model):
            self._before = None
            if self._best is not None:
                del self._best.marks[:-1]
            self._start = self._room(self._best)
            self._start.take(last_event)
        else:
            self._settle()
            self._start = None
        took_s = time.perf_counter() - began
        spacing_s = min(took_s / COPY_SHARE, MAX_SPACING_S) if self._trains_again else 0.0
        self._due_s = self._trainer.elapsed_s + spacing_s

    def _room(self, *used: _Candidate | None) -> KeptState:
        """Room for the state as the trainer has it now; what these candidates need stays."""
        needed = [candidate.start for candidate in used if candidate is not None]
        for room in self._rooms:
            if room.fits() and not any(room is other for other in needed):
                return room
        self._rooms = [*needed, KeptState(self._trainer)]
        return self._rooms[-1]

    def _settle(self) -> None:
        """Have a copy of the best itself, of the newest that is finite."""
        candidates = filter(None, (self._best, self._before))
        states = (
            (self._there(candidate.start, mark), mark)
            for candidate in candidates
            for mark in reversed(candidate.marks)
        )
        found = next(((state, mark) for state, mark in states if state.is_finite()), None)
        self._before = None
        self._best = None if found is None else _Candidate(found[0], [found[1]])

    def _there(self, start: KeptState, mark: _Mark) -> KeptState:
        """The state at the end of a marked epoch, trained again from the one that is kept."""
        trainer = self._trainer
        if start.epoch == mark.epoch:
            return start
        newest = None if self._start is None else _Candidate(self._start, [])
        with aside(trainer):
            start.put_back()
            while trainer.epoch < mark.epoch:
                trainer.step()
            room = self._room(self._best, self._before, newest)
            room.take(mark.last_event)
            room.date(mark.last_event, mark.elapsed_s)
            trainer.epoch_end.settle(mark.epoch)
            found = trainer.selection.loss
        if found != mark.loss:
            self._trains_again = False
            _log.warning(
                "epoch %d, trained again, has the loss %r instead of %r: from here on each best "
                "state is copied",
                *(mark.epoch, found, mark.loss),
            )
        return room
