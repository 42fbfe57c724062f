"""A run's network put back on the run's data, as one of its checkpoints has it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.decoding import converted
from engine.parts.data import DataLocations
from engine.runs.contents import CheckpointKind
from engine.runs.events import Evaluated
from engine.runs.inside import Inside, Look
from engine.runs.run import Run
from engine.service import protocol as p
from engine.spec.experiment import Experiment
from engine.training.checkpoint import load
from engine.training.inside import look_inside
from engine.training.pictures import all_pictures
from engine.training.stored_network import load_network
from engine.training.trainer import Trainer
from engine.training.training_state import Count


class _Counters(msgspec.Struct, frozen=True):
    """What of a checkpoint's state says when it was."""

    epoch: Count
    step: Count


class RunAgain:
    """Evaluates and draws a checkpoint of a run on its data; not a step is done.

    Raises DataUnavailable where the data is missing or has changed since the run began,
    BadCheckpoint for a damaged checkpoint.
    """

    def __init__(self, run: Run, locations: DataLocations, checkpoint: CheckpointKind) -> None:
        run.check_unchanged()
        experiment = run.experiment()
        path = run.checkpoint(checkpoint)
        self._stamp = _stamp(path)
        weights = load(path)
        anywhere = Experiment(**{**experiment.values(), "device": "auto"})
        self._trainer = Trainer(anywhere, locations, "eager")  # none is to be recorded
        load_network(self._trainer.model, self._trainer.chain, weights, path)
        self._counters = converted(weights.state, _Counters)
        self._losses = run.losses()
        self._measured: list[Evaluated] = []

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

    def is_of(self, run: Run, checkpoint: CheckpointKind) -> bool:
        """Whether this is what that checkpoint holds by now."""
        return self._stamp == _stamp(run.checkpoint(checkpoint))

    def reviewed(self, size: tuple[int, int], *, measure: bool) -> p.Reviewed:
        """What is drawn of it; size: (columns, rows) of the boundary's grid."""
        trainer = self._trainer
        try:
            pictures = all_pictures(trainer.evaluator, trainer.splits, self._losses, size)
            if measure and not self._measured:
                self._measured = trainer.evaluations()  # as at the end of a training
        finally:
            trainer.stop_reading()
        return p.Reviewed(
            epoch=self._counters.epoch,
            step=self._counters.step,
            pictures=pictures,
            evaluated=self._measured if measure else [],
        )

    def inside(self, look: Look) -> Inside:
        """What is to be seen inside of it; raises UsageError."""
        trainer = self._trainer
        try:
            return look_inside(
                trainer.evaluator,
                trainer.experiment.layers,
                trainer.splits,
                look,
                epoch=self._counters.epoch,
                step=self._counters.step,
            )
        finally:
            trainer.stop_reading()


def _stamp(path: Path) -> tuple[object, ...]:
    """Which file this is: a checkpoint is replaced as a whole."""
    file = path.stat()
    return path, file.st_ino, file.st_mtime_ns, file.st_size
