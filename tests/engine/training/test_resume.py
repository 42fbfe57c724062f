"""A training that was interrupted anywhere ends with the same bits as one that was not."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from engine.errors import BadCheckpoint, BadExperiment, DataUnavailable
from engine.parts.layers.normalization import BatchNorm1d, BatchNorm2d
from engine.parts.schedules import OneCycleLR
from engine.runs.events import Diverged, EpochFinished, Event
from engine.spec.experiment import Experiment
from engine.training import checkpoint
from engine.training.checkpoint import Checkpoint
from engine.training.full_state import full_state, restore
from engine.training.trainer import Trainer
from tests.engine.spec.strategies import experiments
from tests.engine.training.tiny import NOWHERE, OPTIMIZERS, bits, small, weights
from tests.thoroughness import examples

_TIMES = {"elapsed_s", "steps_per_s", "samples_per_s"}


def _said(events: list[Event]) -> list[dict[str, Any]]:
    """Events without what depends on the clock; as texts, since nan is not equal to itself."""
    return [
        {name: repr(getattr(e, name)) for name in e.__struct_fields__ if name not in _TIMES}
        for e in events
        if isinstance(e, EpochFinished | Diverged)
    ]


def _state(checkpoint: Checkpoint) -> dict[str, str]:
    """The plain values of a training's state, but for the clock."""
    return {name: repr(value) for name, value in checkpoint.state.items() if name != "elapsed_s"}


def assert_resumes(experiment: Experiment, stop_after: int) -> None:
    """Fail unless stopping after so many steps and going on in a new trainer changes nothing."""
    whole = Trainer(experiment, NOWHERE)
    events: list[Event] = []
    known = [0]  # events after so many steps
    while whole.reason is None:
        events += whole.step()
        known.append(len(events))
    end = full_state(whole)
    stop_after = min(stop_after, len(known) - 1)
    if whole.reason == "diverged":
        stop_after = min(stop_after, len(known) - 2)  # no checkpoint is taken of a diverged state
    before = known[stop_after]

    interrupted = Trainer(experiment, NOWHERE)
    while interrupted.global_step < stop_after and interrupted.reason is None:
        interrupted.step()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "last.safetensors"
        checkpoint.save(path, full_state(interrupted))
        torch.manual_seed(12345)  # another process would begin with another state
        resumed = Trainer(experiment, NOWHERE)
        torch.rand(3)
        restore(resumed, checkpoint.load(path), path)
    assert _said(list(resumed.events())) == _said(events[before:])
    assert resumed.reason == whole.reason
    assert bits(full_state(resumed).tensors) == bits(end.tensors)
    assert _state(full_state(resumed)) == _state(end)


@st.composite
def _trainings(draw: DrawFn) -> Experiment:
    """Any experiment that can be trained, its rates low enough that most don't diverge."""
    drawn = draw(experiments())
    optimizer = dataclasses.replace(drawn.optimizer, lr=draw(st.sampled_from([0.001, 0.05, 2.0])))
    schedule = drawn.schedule
    if isinstance(schedule, OneCycleLR):
        # RMSprop fails where its momentum begins at 0, in PyTorch's own schedule too.
        schedule = dataclasses.replace(schedule, max_lr=0.1, max_momentum=0.9)
    changes = {
        "optimizer": optimizer,
        "schedule": schedule,
        "epochs": draw(st.integers(1, 4)),
        "batch_size": draw(st.just("full") | st.integers(4, 15)),
        "seed": draw(st.integers(0, 99)),
        "threads": 1,
        "device": "cpu",
        "start_from": "",
    }
    return Experiment(**{**drawn.values(), **changes})


def _evaluable(experiment: Experiment) -> bool:
    """Whether a split of one sample can be evaluated: not with the batch's own statistics."""
    norms = [layer for layer in experiment.layers if isinstance(layer, BatchNorm1d | BatchNorm2d)]
    return all(layer.track_running_stats for layer in norms)


@settings(
    max_examples=examples(60),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(experiment=_trainings().filter(_evaluable), stop_after=st.integers(0, 40))
def test_any_training_resumes_anywhere(experiment: Experiment, stop_after: int) -> None:
    """Weights, buffers, optimizer, generators, counters, reports: nothing tells the two apart."""
    try:
        Trainer(experiment, NOWHERE)
    except (BadExperiment, DataUnavailable):  # a last batch of one; a class to balance is absent
        reject()
    assert_resumes(experiment, stop_after)


_NOISY = ["Linear(4)", "BatchNorm1d()", "ReLU()", "Dropout(0.3)", "Linear(1)", "Sigmoid()"]

_CHANGES: Mapping[str, dict[str, Any]] = {
    "one cycle": {"schedule": "OneCycleLR(0.2)", "optimizer": "Adam(lr=0.05)"},
    "warm-up": {"schedule": "CosineAnnealingLR(warmup=2)"},
    "plateau": {
        "schedule": "ReduceLROnPlateau(factor=0.5, patience=0, cooldown=1, warmup=1)",
        "validation_fraction": 0.2,
    },
    "patience": {"patience": 1, "validation_fraction": 0.2, "report_every": 3},
    "patience by a metric": {
        "patience": 2,
        "validation_fraction": 0.2,
        "select": "balanced_accuracy",
    },
    "plateau of a metric": {
        "schedule": "ReduceLROnPlateau(factor=0.5, patience=0)",
        "validation_fraction": 0.2,
        "select": "accuracy",
    },
    "unshuffled": {"shuffle": False},
}


def test_finite_weights_that_overflow_diverge_without_gradients() -> None:
    """BCELoss raises, yet it is a divergence; its norm is unknown, resumed before it or not."""
    experiment = small(data="moons(samples=16)", optimizer="SGD(lr=1e30)", batch_size=8)
    events = list(Trainer(experiment, NOWHERE).events())
    assert isinstance(events[-1], Diverged)
    assert events[-1].gradient_norm == "unknown"
    assert_resumes(experiment, events[-1].step - 1)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_resumes(optimizer: str) -> None:
    """Its state goes on with dropout, batch norm and shuffled batches, inside an epoch."""
    experiment = small(optimizer=optimizer, layers=_NOISY, batch_size=7, epochs=3)
    assert_resumes(experiment, 6)


@pytest.mark.parametrize("changes", _CHANGES.values(), ids=_CHANGES.keys())
def test_every_rule_of_the_epochs_resumes(changes: dict[str, Any]) -> None:
    """Schedules, patience, order: before, inside, at the end of an epoch, and at the very end."""
    experiment = small(layers=_NOISY, batch_size=7, epochs=5, **changes)
    for stop_after in (0, 2, 4, 9, 20):
        assert_resumes(experiment, stop_after)


def test_one_checkpoint_can_be_gone_back_to_twice(tmp_path: Path) -> None:
    """Training on does not write into the checkpoint that it went on from."""
    path = tmp_path / "last.safetensors"
    trainer = Trainer(small(optimizer="Adam(lr=0.05)"), NOWHERE)
    trainer.step()
    checkpoint.save(path, full_state(trainer))
    loaded = checkpoint.load(path)
    before = bits(loaded.tensors)
    ends = []
    for _ in range(2):
        trainer = Trainer(small(optimizer="Adam(lr=0.05)"), NOWHERE)
        restore(trainer, loaded, path)
        list(trainer.events())
        ends.append(weights(trainer))
    assert bits(loaded.tensors) == before
    assert ends[0] == ends[1]


def test_a_finished_training_stays_finished(tmp_path: Path) -> None:
    """A checkpoint of the end says why it ended; nothing is trained on from it."""
    path = tmp_path / "last.safetensors"
    trainer = Trainer(small(stop_below=100.0), NOWHERE)
    trainer.step()
    checkpoint.save(path, full_state(trainer))
    resumed = Trainer(small(stop_below=100.0), NOWHERE)
    restore(resumed, checkpoint.load(path), path)
    assert resumed.reason == "stop_below"
    assert list(resumed.events()) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"layers": ["Linear(5)", "ReLU()", "Linear(1)", "Sigmoid()"]}, "made for another network"),
        ({"layers": ["Linear(1)", "Sigmoid()"]}, "made for another network"),
        ({"optimizer": "Adam(lr=0.1)"}, "made with SGD, not with Adam"),
    ],
)
def test_another_experiments_state_is_refused_whole(changes: dict[str, Any], reason: str) -> None:
    """The error names the file and what differs, and the trainer is untouched."""
    path = Path("somewhere/last.safetensors")
    other = Trainer(small(optimizer="SGD(lr=0.1, momentum=0.9)"), NOWHERE)
    other.step()
    stored = full_state(other)
    trainer = Trainer(small(**changes), NOWHERE)
    before, state = bits(full_state(trainer).tensors), _state(full_state(trainer))
    with pytest.raises(BadCheckpoint, match=f"^{path}: {reason}"):
        restore(trainer, stored, path)
    assert bits(full_state(trainer).tensors) == before
    assert _state(full_state(trainer)) == state


def test_weights_alone_are_no_state_to_go_on_from() -> None:
    """A checkpoint without counters and generators is refused, and nothing of it is loaded."""
    stored = full_state(Trainer(small(seed=1), NOWHERE))
    alone = Checkpoint({**stored.tensors}, {"epoch": 1, "step": 1})
    trainer = Trainer(small(seed=2), NOWHERE)
    before = weights(trainer)
    with pytest.raises(BadCheckpoint, match="holds weights only"):
        restore(trainer, alone, Path("best.safetensors"))
    assert weights(trainer) == before
