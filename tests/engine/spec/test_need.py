"""What a training takes of the memory, known before it begins, and refused where it is too much."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.doctor.case import Case
from engine.doctor.examination import examine
from engine.doctor.rules import room
from engine.errors import BadExperiment
from engine.parts.optimizers import Optimizer
from engine.service.worker.preparation import prepare
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.need import Need
from engine.training import range_test
from engine.training import room as start
from engine.training.range_test import sweep
from engine.training.trainer import Trainer
from tests.engine.parts.data.made import NOWHERE
from tests.engine.training.tiny import small

LARGE = Need(
    weights=6_400_800_004, gradients=6_400_800_004, optimizer=12_801_600_008, batch=32_000_800
)


def large(**changes: object) -> Experiment:
    """The network that passed every check and was killed: two layers of 40,000 units."""
    raw: dict[str, object] = {
        "data": "circle(samples=100)",
        "layers": ["Linear(40000)", "Linear(40000)", "Linear(1)", "Sigmoid()"],
        "loss": "BCELoss()",
        "optimizer": "Adam(lr=0.001)",
        "device": "cpu",
        **changes,
    }
    return from_raw(raw)


def need(experiment: Experiment) -> Need:
    return Case(experiment, experiment.data.facts()).need


def test_each_part_is_counted() -> None:
    """1,600,200,001 parameters, Adam's two means, 100 samples of 2, 40,000 and 40,000 numbers."""
    assert need(large()) == LARGE
    assert need(large(optimizer="SGD(lr=0.1)")).optimizer == 0
    assert need(large(batch_size=10)).batch == LARGE.batch // 10
    assert need(large(precision="bf16", batch_size=1000)).batch == LARGE.batch // 2
    assert str(LARGE) == (
        "26 GB: 6.4 GB of weights, 6.4 GB of gradients, 13 GB of the optimizer's, 32 MB of a batch"
    )


@pytest.mark.parametrize(
    "optimizer",
    [
        *(f"{name}()" for name in Optimizer.members()),
        "SGD(momentum=0.9)",
        "Adam(amsgrad=True)",
        "AdamW(amsgrad=True)",
        "RMSprop(momentum=0.9, centered=True)",
    ],
)
def test_an_optimizer_keeps_what_it_says(optimizer: str) -> None:
    """So many numbers for each weight are in its state after a step, counters aside."""
    experiment = small(optimizer=optimizer, epochs=1)
    trainer = Trainer(experiment, NOWHERE, "eager")
    trainer.step()
    weights = list(trainer.model.parameters())
    state = trainer.optimizer.state_dict()["state"]
    kept = sum(
        value.numel()
        for index, values in state.items()
        for name, value in values.items()
        if isinstance(value, torch.Tensor) and name not in ("step", "mu_product")
    )
    assert kept == experiment.optimizer.state_size * sum(one.numel() for one in weights)


def test_exactly_what_there_is_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor's error names what it takes and what there is; a byte more, and it is silent."""
    monkeypatch.setattr(room, "free_bytes", lambda: LARGE.total - 1)
    (found,) = [one for one in examine(large()) if one.severity == "error"]
    assert (found.code, found.place, found.repaired) == ("too-little-memory", "layers", None)
    assert found.message == (
        f"a training takes at least {LARGE}; 26 GB of memory are free, so it would be killed"
    )
    monkeypatch.setattr(room, "free_bytes", lambda: LARGE.total)
    assert [one for one in examine(large()) if one.severity == "error"] == []


def test_on_a_gpu_the_weights_alone_pass_through_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are made there; how much the GPU has is seen at the start."""
    monkeypatch.setattr(room, "free_bytes", lambda: LARGE.weights)
    assert "too-little-memory" not in {one.code for one in examine(large(device="cuda"))}
    monkeypatch.setattr(room, "free_bytes", lambda: LARGE.weights - 1)
    assert "too-little-memory" in {one.code for one in examine(large(device="cuda"))}


def test_a_large_batch_is_named_as_what_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is most of what is needed."""
    monkeypatch.setattr(room, "free_bytes", lambda: 1_000_000)
    many = large(data="circle(samples=1000000)", layers=["Linear(1)", "Sigmoid()"])
    (found,) = [one for one in examine(many) if one.code == "too-little-memory"]
    assert found.place == "batch_size"


def test_nothing_is_made_of_what_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a training nor a test of its rates begins."""
    monkeypatch.setattr(start, "free_bytes", lambda: LARGE.total - 1)
    monkeypatch.setattr("engine.service.worker.preparation.Trainer", _never)
    monkeypatch.setattr(range_test, "Trainer", _never)
    for begin in (prepare, sweep):
        with pytest.raises(BadExperiment, match=r"^layers: a training takes at least 26 GB"):
            begin(large(), NOWHERE)


def _never(*_: object) -> None:
    raise AssertionError("it was begun")


def test_absent_data_is_told_by_whoever_loads_it(tmp_path: Path) -> None:
    """Its shape is not known, so nothing is said of the memory."""
    absent = large(data=f"csv({str(tmp_path / 'x.csv')!r}, 'y')", loss="MSELoss()")
    start.check_room(absent)
