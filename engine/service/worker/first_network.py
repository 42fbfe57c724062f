"""An experiment's network with its first weights, for those who look at it before it trains."""

from __future__ import annotations

from engine.parts.data import DataLocations
from engine.runs.inside import Inside, Look
from engine.service.worker.preparation import prepare
from engine.spec.experiment import Experiment
from engine.training.inside import look_inside


class FirstNetwork:
    """A network on its data, kept since it is looked at again with each key.

    Raises what preparing a training does.
    """

    def __init__(self, experiment: Experiment, locations: DataLocations, told: object) -> None:
        """told: what it was asked for by, in whatever form."""
        self._stamp = _stamp(experiment, told)
        self._trainer = prepare(experiment, locations, "eager")

    def is_of(self, experiment: Experiment, told: object) -> bool:
        """Whether it is what is asked for, of the data as it is by now."""
        return self._stamp == _stamp(experiment, told)

    def inside(self, look: Look) -> Inside:
        """What is to be seen inside of it; raises UsageError."""
        trainer = self._trainer
        try:
            return look_inside(trainer.evaluator, trainer.experiment.network, trainer.splits, look)
        finally:
            trainer.stop_reading()


def _stamp(experiment: Experiment, told: object) -> object:
    """What tells whether the network or the person's own files are others now."""
    files = [(path, path.stat()) for path in experiment.data.files() if path.is_file()]
    return told, [(path, file.st_mtime_ns, file.st_size) for path, file in files]
