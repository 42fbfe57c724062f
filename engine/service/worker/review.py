"""A run's network put back on the run's data, as it was at any moment that was kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from engine.decoding import converted
from engine.parts.data import DataLocations
from engine.runs.contents import EXPERIMENT, Moment
from engine.runs.events import Evaluated
from engine.runs.inside import Inside, Look
from engine.runs.run import Run
from engine.service import protocol as p
from engine.spec.experiment import Experiment
from engine.training.checkpoint import Checkpoint
from engine.training.inside import look_inside
from engine.training.moment import weights_at
from engine.training.pictures import all_pictures
from engine.training.stored_network import load_network, other_network
from engine.training.trainer import Trainer
from engine.training.training_state import Count

T = TypeVar("T")


class Counters(msgspec.Struct, frozen=True):
    """What of a checkpoint's state says when it was."""

    epoch: Count
    step: Count


class RunAgain:
    """Evaluates and draws moments of a run on its data; not a step is done.

    Raises DataUnavailable where the data is missing or has changed since the run began,
    BadCheckpoint for damaged weights.
    """

    def __init__(self, run: Run, locations: DataLocations) -> None:
        run.check_unchanged()
        experiment = run.experiment()
        self._run, self._stamp = run, _stamp(run.path / EXPERIMENT)
        anywhere = Experiment(**{**experiment.values(), "device": "auto"})
        self._trainer = Trainer(anywhere, locations, "eager")  # none is to be recorded
        self._loaded: tuple[object, ...] = ()
        """Which checkpoint's file the network has the weights of; empty for a snapshot's."""
        self._counters = Counters(0, 0)
        self._measured: list[Evaluated] = []

    def load(self, moment: Moment) -> None:
        """Have the network as it was at a moment, if it is not so yet."""
        stamp = () if isinstance(moment, int) else _stamp(self._run.checkpoint(moment))
        if stamp and stamp == self._loaded:
            return
        weights, path = weights_at(self._run, moment)
        counters = converted(weights.state, Counters)
        load_network(self._trainer.model, self._trainer.chain, weights, path)
        self._loaded, self._counters, self._measured = stamp, counters, []

    @property
    def step(self) -> int:
        """Steps done when the weights were so."""
        return self._counters.step

    def is_of(self, run: Run) -> bool:
        """Whether this is that run, as it is planned by now."""
        return self._stamp == _stamp(run.path / EXPERIMENT)

    def evaluated(self) -> list[Evaluated]:
        """How good it is on each split, in every metric."""
        trainer = self._trainer
        try:
            return [
                trainer.evaluator.evaluated(name, trainer.evaluator.scored(split))
                for name, split in trainer.device_splits.items()
            ]
        finally:
            trainer.stop_reading()

    def asked(self, ask: Callable[[Trainer], T]) -> T:
        """What is found out with its data and its network, which are left as they are."""
        try:
            return ask(self._trainer)
        finally:
            self._trainer.stop_reading()

    def reviewed(self, size: tuple[int, int], *, measure: bool) -> p.Reviewed:
        """What is drawn of it; size: (columns, rows) of the boundary's grid."""
        trainer = self._trainer
        try:
            if measure and not self._measured:
                self._measured = _as_at_an_end(trainer)
            measured = self._measured if measure else []
            return _drawn(trainer, self._counters, self._run.losses(), size, measured)
        finally:
            trainer.stop_reading()

    def inside(self, look: Look) -> Inside:
        """What is to be seen inside of it; raises UsageError."""
        try:
            return _seen(self._trainer, self._counters, look)
        finally:
            self._trainer.stop_reading()


def of_past(
    trainer: Trainer, weights: Checkpoint, path: Path, request: p.Review | p.InsideOfRun
) -> p.Reviewed | Inside:
    """What is asked about a moment of a training that goes on afterwards, no bit of it changed.

    weights: of that moment, read from that path.
    """
    counters = converted(weights.state, Counters)
    with other_network(trainer.model, trainer.chain, weights, path):
        if isinstance(request, p.InsideOfRun):
            return _seen(trainer, counters, request.look)
        measured = _as_at_an_end(trainer) if request.measure else []
        size = request.columns, request.rows
        return _drawn(trainer, counters, [*trainer.losses.points()], size, measured)


def moments(run: Run) -> p.Moments:
    """Which snapshots a run has; raises BadCheckpoint where they can't be read."""
    taken = run.snapshots.all_taken()
    return p.Moments(
        steps=[one.step for one in taken],
        epochs=[one.epoch for one in taken],
        losses=[one.loss if math.isfinite(one.loss) else None for one in taken],
    )


def _drawn(
    trainer: Trainer,
    counters: Counters,
    losses: list[tuple[int, float | None]],
    size: tuple[int, int],
    measured: list[Evaluated],
) -> p.Reviewed:
    pictures = all_pictures(trainer.evaluator, trainer.splits, losses, size)
    return p.Reviewed(
        epoch=counters.epoch, step=counters.step, pictures=pictures, evaluated=measured
    )


def _seen(trainer: Trainer, counters: Counters, look: Look) -> Inside:
    return look_inside(
        trainer.evaluator,
        trainer.experiment.network,
        trainer.splits,
        look,
        epoch=counters.epoch,
        step=counters.step,
    )


def _as_at_an_end(trainer: Trainer) -> list[Evaluated]:
    """Every split, as it is evaluated at the end of a training."""
    evaluator, libraries = trainer.evaluator, (trainer.experiment.data.library,)
    return [
        evaluator.evaluated(name, evaluator.scored(split), libraries=libraries)
        for name, split in trainer.device_splits.items()
    ]


def _stamp(path: Path) -> tuple[object, ...]:
    """Which file this is: one is replaced as a whole."""
    file = path.stat()
    return path, file.st_ino, file.st_mtime_ns, file.st_size
