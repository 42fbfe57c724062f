"""A run's checkpoints: written now and then, and at the end, elsewhere if need be."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.runs import events as ev
from engine.runs.contents import CheckpointKind
from engine.runs.directory import RunDirectory
from engine.training.best import Best
from engine.training.checkpoint import Checkpoint, save
from engine.training.full_state import full_state
from engine.training.last_good_state import LastGoodState
from engine.training.model import is_finite
from engine.training.trainer import Trainer

CHECKPOINT_S = 5.0
"""Seconds of training between two checkpoints, at least."""
CHECKPOINT_SHARE = 0.02
"""Checkpoints take at most this share of the training's time."""


@dataclass(frozen=True)
class Outcome:
    """What became of the last checkpoints."""

    events: list[ev.Event]
    unkept: str
    """Why the run's directory holds not all of them; empty where it does."""


class Checkpoints:
    """Writes what is to be kept of a training; raises nothing, but returns events that tell."""

    def __init__(self, trainer: Trainer, directory: RunDirectory, last_good: LastGoodState) -> None:
        self.due_s = CHECKPOINT_S
        """Seconds of training after which the next ones are due."""
        self.best = Best(trainer)
        self._trainer = trainer
        self._directory = directory
        self._last_good = last_good
        self._trouble = ""
        """What was told last of why nothing can be written; empty while all is well."""

    def put_off(self) -> None:
        """The next ones are due as long after now as after any others."""
        self.due_s = self._trainer.elapsed_s + CHECKPOINT_S

    def save(self, last_event: int) -> list[ev.Event]:
        """Write the checkpoints; where one can't be, the old one stays and an event says so.

        last_event: number of the newest event in the record. Weights that are not finite are
        not worth keeping: the ones before stay then, too.
        """
        self.put_off()
        if not is_finite(self._trainer.model):
            return []
        began = time.perf_counter()
        curve_trouble = self._write_losses()
        wanted = self._unsaved_best()
        saved, trouble = self._written({**wanted, "last": full_state(self._trainer, last_event)})
        took_s = time.perf_counter() - began
        self.due_s = self._trainer.elapsed_s + max(CHECKPOINT_S, took_s / CHECKPOINT_SHARE)
        return [*saved, *self._told(trouble or curve_trouble)]

    def save_at_end(self, last_event: int) -> Outcome:
        """Write the checkpoints for the last time: where they can't be, again, then elsewhere."""
        wanted = self._unsaved_best()
        if is_finite(self._trainer.model):
            wanted["last"] = full_state(self._trainer, last_event)
        return self._kept(wanted)

    def save_finite(self) -> Outcome:
        """As save_at_end after a divergence: the newest state that is worth going back to."""
        wanted = self._unsaved_best()
        finite = self._last_good.better_than_file()
        if finite is not None:
            wanted["last"] = finite
        return self._kept(wanted)

    def _unsaved_best(self) -> dict[CheckpointKind, Checkpoint]:
        """The best by its kind, if the file lacks it.

        To be asked for before the present state is: it may have to be trained again.
        """
        best = None if self.best.is_saved else self.best.checkpoint()
        return {} if best is None else {"best": best}

    def _kept(self, wanted: dict[CheckpointKind, Checkpoint]) -> Outcome:
        curve_trouble = self._write_losses()
        saved, trouble = self._written(wanted)
        if trouble:
            again, trouble = self._written(_without(wanted, saved))
            saved += again
        rescued = self._rescued(_without(wanted, saved))
        return Outcome([*saved, *self._told(trouble or curve_trouble), *rescued], trouble)

    def _written(
        self, wanted: dict[CheckpointKind, Checkpoint]
    ) -> tuple[list[ev.CheckpointSaved], str]:
        """Write into the run's directory; the events of what was, and why others were not."""
        events: list[ev.CheckpointSaved] = []
        trouble = ""
        for kind, checkpoint in wanted.items():
            path = self._directory.checkpoint(kind)
            try:
                save(path, checkpoint)
            except OSError as error:
                trouble = _reason(path, error)
                continue
            events.append(
                ev.CheckpointSaved(
                    kind=kind,
                    path=str(path),
                    epoch=int(checkpoint.state["epoch"]),
                    step=int(checkpoint.state["step"]),
                )
            )
            if kind == "best":
                self.best.is_saved = True
            elif checkpoint.state["step"] == self._trainer.global_step:
                self._last_good.saved()
        return events, trouble

    def _rescued(self, wanted: dict[CheckpointKind, Checkpoint]) -> list[ev.Event]:
        """Write checkpoints that have no room in their run somewhere else."""
        trouble = ""
        for place in _elsewhere() if wanted else ():
            try:
                folder = Path(tempfile.mkdtemp(prefix=f"{self._directory.name}-", dir=place))
            except OSError as error:
                trouble = _reason(place, error)
                continue
            try:
                return [_rescued(folder, kind, wanted[kind]) for kind in wanted]
            except OSError as error:
                trouble = _reason(folder, error)
                shutil.rmtree(folder, ignore_errors=True)
        return [ev.CheckpointFailed(message=f"nor elsewhere: {trouble}")] if trouble else []

    def _write_losses(self) -> str:
        """Write the curve; returns why it could not be, empty where it could."""
        try:
            self._directory.write_losses(self._trainer.losses)
        except OSError as error:
            return _reason(self._directory.path, error)
        return ""

    def _told(self, trouble: str) -> list[ev.Event]:
        """The event that tells why something could not be written, once for each reason."""
        is_new = bool(trouble) and trouble != self._trouble
        self._trouble = trouble
        return [ev.CheckpointFailed(message=trouble)] if is_new else []


def _without(
    wanted: dict[CheckpointKind, Checkpoint], saved: list[ev.CheckpointSaved]
) -> dict[CheckpointKind, Checkpoint]:
    kinds = {event.kind for event in saved}
    return {kind: checkpoint for kind, checkpoint in wanted.items() if kind not in kinds}


def _rescued(folder: Path, kind: CheckpointKind, checkpoint: Checkpoint) -> ev.CheckpointRescued:
    path = folder / f"{kind}.safetensors"
    save(path, checkpoint)
    return ev.CheckpointRescued(
        kind=kind,
        path=str(path),
        epoch=int(checkpoint.state["epoch"]),
        step=int(checkpoint.state["step"]),
    )


def _elsewhere() -> Iterator[Path]:
    """Where else a checkpoint may lie, the likeliest place first."""
    with suppress(OSError):
        yield Path(tempfile.gettempdir())  # $TMPDIR, where it can be written
    yield Path("/var/tmp")
    yield Path.home()


def _reason(path: Path, error: OSError) -> str:
    """Why a file could not be written, with its name."""
    reason = error.strerror or str(error)
    return reason if str(path) in reason else f"{path}: {reason}"
