"""Streamed images give the numbers of those that are kept in memory, to the last bit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from msgspec.structs import replace

from engine.parts.data import DataLocations
from engine.runs.dissected_step import Focus
from engine.runs.events import EpochFinished
from engine.service.worker.statistics import describe
from engine.spec.experiment import Experiment
from engine.training.answers import predictions
from engine.training.full_state import full_state, kept, restore
from engine.training.microscope import dissect
from engine.training.microscope.dissection import digest_of
from engine.training.pictures import all_pictures
from engine.training.probes.probe import Probe
from engine.training.trainer import Trainer
from tests.engine.training.streaming.folders import divided_in, experiment_on
from tests.engine.training.tiny import NOWHERE, bits, flushed_denormals, weights


@contextmanager
def trainer_of(experiment: Experiment, share: str) -> Iterator[Trainer]:
    """A trainer that may fill this share of the memory with images."""
    with pytest.MonkeyPatch.context() as patch, flushed_denormals():
        patch.setenv("PERCEPTUI_DATA_SHARE", share)
        trainer = Trainer(experiment, NOWHERE)
        try:
            yield trainer
        finally:
            trainer.stop_reading()


def _all_of(trainer: Trainer, *, looked_at: bool) -> list[Any]:
    """Whatever a training can be asked for; looked_at: in the middle of an epoch, too."""
    said: list[Any] = []
    while trainer.reason is None:
        for event in trainer.step():
            assert isinstance(event, EpochFinished)
            said.append({name: repr(value) for name, value in event.metrics.items()})
        if looked_at and trainer.batch == 3:
            said.append(_pictures(trainer))
            said.append(Probe(trainer).measure())
    rows = [[0.0] * 108, [255.0] * 108]
    said.append(predictions(trainer.evaluator, trainer.splits.input_map, rows, rows))
    said += [trainer.reports.evaluations(), _pictures(trainer), weights(trainer)]
    return [*said, bits({"generator": torch.get_rng_state()})]


def _pictures(trainer: Trainer) -> Any:
    return msgspec.to_builtins(all_pictures(trainer.evaluator, trainer.splits, [], (4, 4)))


def test_everything_a_training_says_is_the_same(folder: Path) -> None:
    """Losses, metrics, evaluations, pictures, predictions, weights and the generator's state.

    Looking at it while it trains, which ends what was read ahead, changes none of them.
    """
    experiment = experiment_on(folder)
    with trainer_of(experiment, "1") as trainer:
        expected = _all_of(trainer, looked_at=True)
        assert trainer.started("run").data_path == "resident"
    assert expected[0]["mistakes"], "there is something to be seen"
    with trainer_of(experiment, "0") as trainer:
        assert _all_of(trainer, looked_at=True) == expected
        assert trainer.started("run").data_path == "streamed"
        assert "streamed from the disk" in trainer.started("run").data_reason


def test_steps_are_taken_apart_before_they_are_done(folder: Path) -> None:
    """What is read ahead for a look is read again for the step, with the same augmentation."""
    experiment = experiment_on(folder)
    found: dict[str, list[str]] = {}
    for share in ("1", "0"):
        with trainer_of(experiment, share) as trainer:
            steps = found[share] = []
            for _ in range(len(trainer.batches) + 2):
                steps.append(dissect(trainer, Focus()).digest)
                trainer.step()
                assert steps[-1] == digest_of(trainer.model.state_dict())
    assert found["1"] == found["0"]


@pytest.mark.filterwarnings("ignore::engine.errors.Remark")
def test_splits_of_the_folder_are_the_same(tmp_path: Path) -> None:
    """Its own validation and test pictures are measured, not trained on."""
    experiment = experiment_on(
        divided_in(tmp_path), validation_fraction=0.0, test_fraction=0.0, patience=2
    )
    with trainer_of(experiment, "1") as trainer:
        expected = _all_of(trainer, looked_at=True)
        started = trainer.started("run")
        assert (started.num_train, started.num_validation, started.num_test) == (24, 8, 6)
    with trainer_of(experiment, "0") as trainer:
        assert _all_of(trainer, looked_at=True) == expected
        assert trainer.started("run").data_path == "streamed"


@pytest.mark.parametrize("changes", [{"shuffle": False}, {"batch_size": "full"}, {"batch_size": 1}])
def test_other_orders_are_the_same(folder: Path, changes: dict[str, Any]) -> None:
    """Without shuffling, with everything in one batch, and with batches of one."""
    layers = ["Flatten()", "Linear(3)"]
    experiment = experiment_on(folder, layers=layers, epochs=2, **changes)
    with trainer_of(experiment, "1") as trainer:
        expected = _all_of(trainer, looked_at=False)
    with trainer_of(experiment, "0") as trainer:
        assert _all_of(trainer, looked_at=False) == expected


def test_a_resumed_training_goes_on_in_the_middle_of_an_epoch(folder: Path) -> None:
    """From a checkpoint after 7 of 15 steps of a streamed training: by another one, by one that
    keeps its images in memory, and by the same one with what it had read ahead."""
    experiment = experiment_on(folder)
    with trainer_of(experiment, "1") as trainer:
        expected = _all_of(trainer, looked_at=False)[-2:]
    with trainer_of(experiment, "0") as trainer:
        for _ in range(7):
            trainer.step()
        checkpoint = kept(full_state(trainer))
        trainer.step()
        restore(trainer, checkpoint, Path("last"))
        assert _all_of(trainer, looked_at=False)[-2:] == expected
    for share in ("0", "1"):
        with trainer_of(experiment, share) as trainer:
            restore(trainer, checkpoint, Path("last"))
            assert _all_of(trainer, looked_at=False)[-2:] == expected


def test_the_description_is_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statistics, class counts and thumbnails of the data set; how rows repeat only files tell."""
    monkeypatch.setenv("PERCEPTUI_DATA_SHARE", "1")
    expected = describe(experiment_on(folder), DataLocations(folder))
    monkeypatch.setenv("PERCEPTUI_DATA_SHARE", "0")
    streamed = describe(experiment_on(folder), DataLocations(folder))
    assert replace(streamed, relations=expected.relations) == expected
    assert expected.class_counts == [14, 14, 14]


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_a_gpu_it_is_the_same(folder: Path) -> None:
    """Pinned, copied beside the computing, one batch ahead: the same bits."""
    experiment = experiment_on(folder, device="cuda")
    with trainer_of(experiment, "1") as trainer:
        expected = _all_of(trainer, looked_at=True)
    with trainer_of(experiment, "0") as trainer:
        assert _all_of(trainer, looked_at=True) == expected
        inputs, _ = trainer.batches[0]
        assert inputs.device == trainer.device
