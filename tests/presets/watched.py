"""Trainings that the doctor watches from their start to their end."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache

from engine.parts.data import DataLocations
from engine.runs import events as ev
from engine.service.worker.preparation import prepare
from engine.spec.experiment import Experiment
from engine.training.probes.budget import Budget
from engine.training.probes.instruments import Instruments
from tests.presets.measure import DATA_DIR, begun_from_file, preset


@dataclass(frozen=True)
class Watched:
    """What a training came to, and what was said of it meanwhile.

    That being watched changes no bit is claimed by tests/engine/training/test_probes.py.
    """

    metrics: dict[str, ev.Figure]
    appeared: frozenset[tuple[str, str, str]]
    """Severity, code and place of all that ever stood."""


@cache
def watched(name: str) -> Watched:
    """A shipped preset; each is trained once."""
    return watched_training(preset(name))


def watched_training(experiment: Experiment) -> Watched:
    """Train an experiment to its end, with seed 0, and have a look at every report."""
    experiment = dataclasses.replace(experiment, device="cpu", threads=1, seed=0)
    trainer = prepare(begun_from_file(experiment), DataLocations(DATA_DIR))
    instruments = Instruments(trainer)
    instruments.budget = Budget(share=1e9)
    found: list[ev.Event] = []
    while trainer.reason is None:
        instruments.before_step()
        for event in trainer.step():
            assert isinstance(event, ev.EpochFinished)
            found += instruments.reported(event)
    found += instruments.finished()
    stood = (one for one in found if isinstance(one, ev.FindingAppeared))
    return Watched(trainer.metrics, frozenset((e.severity, e.code, e.place) for e in stood))
