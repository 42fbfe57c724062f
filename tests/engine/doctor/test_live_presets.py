"""The precision of the live findings: what is said of the shipped presets while they train."""

from __future__ import annotations

import dataclasses

import pytest

from engine.parts.data import DataLocations
from engine.parts.data.torchvision_sets import TorchvisionSet
from engine.paths import data_dir
from engine.runs import events as ev
from engine.spec.experiment import Experiment
from engine.training.probes.budget import Budget
from engine.training.probes.instruments import Instruments
from engine.training.trainer import Trainer
from tests.presets.measure import NAMES, parameters, preset

QUICK = [name for name in NAMES if not isinstance(preset(name).data, TorchvisionSet)]
HEALTHY = parameters(name for name in QUICK if preset(name).healthy)


def appeared(asked: Experiment) -> set[tuple[str, str, str]]:
    """Severity, code and place of all that ever stood, with a look at every report."""
    experiment = dataclasses.replace(asked, device="cpu", threads=1, seed=0)
    trainer = Trainer(experiment, DataLocations(data_dir()))
    instruments = Instruments(trainer)
    instruments.budget = Budget(share=1e9)
    found: list[ev.Event] = []
    while trainer.reason is None:
        instruments.before_step()
        for event in trainer.step():
            assert isinstance(event, ev.EpochFinished)
            found += instruments.reported(event)
    found += instruments.finished()
    return {(e.severity, e.code, e.place) for e in found if isinstance(e, ev.FindingAppeared)}


SHOWN = {
    "grokking": {("warning", "overfitting", "test_loss")},
    "parity": {("warning", "no-better-than-commonest", "test_accuracy")},
}
"""What a preset is there to show, until it goes: one learns by heart long before it understands,
one guesses long before it knows."""


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_preset_draws_no_warning(name: str) -> None:
    """From its first epoch to its last there is neither error nor warning."""
    found = {one for one in appeared(preset(name)) if one[0] != "info"}
    assert found == SHOWN.get(name, set())


def test_the_dead_tutorial_is_found() -> None:
    """The tutorial whose last ReLU kills its only output is found to be just that."""
    assert ("error", "dead-units", "layers[3]") in appeared(preset("one-step"))
