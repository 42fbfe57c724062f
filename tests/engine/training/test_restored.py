"""A network read back from its checkpoint predicts what the trainer's network did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine.errors import BadCheckpoint, UsageError
from engine.spec.experiment import Experiment
from engine.training import checkpoint
from engine.training.checkpoint import Checkpoint
from engine.training.full_state import full_state
from engine.training.named_tensors import model_tensors
from engine.training.restored import TrainedNetwork
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, small, trained


def _restored(trainer: Trainer, folder: Path) -> TrainedNetwork:
    path = folder / "last.safetensors"
    checkpoint.save(path, full_state(trainer))
    return TrainedNetwork(trainer.experiment, trainer.splits.facts, path)


def _assert_same(trainer: Trainer, network: TrainedNetwork, rows: list[list[float]]) -> None:
    """Fail unless outputs for raw rows equal the trainer's for the same stored samples."""
    expected = trainer.evaluator.outputs(trainer.splits.train.inputs)
    found = network.predict(rows)
    assert torch.equal(torch.tensor([p.outputs for p in found]), expected)
    assert [p.values for p in found] == rows
    classes = trainer.splits.facts.classes
    if classes:
        indices = trainer.evaluator.decoder.predicted_classes(expected).tolist()
        assert [p.predicted for p in found] == [classes[index] for index in indices]
        probabilities = trainer.evaluator.decoder.probabilities(expected)
        assert torch.equal(torch.tensor([p.probabilities for p in found]), probabilities)


def _raw(experiment: Experiment) -> list[list[float]]:
    torch.manual_seed(0)
    rows: list[list[float]] = experiment.data.load(NOWHERE).inputs.flatten(1).tolist()
    return rows


_NORMED = ["Linear(4)", "BatchNorm1d()", "ReLU()", "Dropout(0.5)", "Linear(3)"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"data": 'circle(samples=24, features=["x1^2", "x2^2", "sin(x1)"])'},
        {
            "data": "iris(standardize=True)",
            "layers": _NORMED,
            "loss": "CrossEntropyLoss()",
        },
        {"data": "plane(samples=9)", "layers": ["Linear(1)"], "loss": "MSELoss()"},
        {
            "data": "digits()",
            "layers": ["Conv2d(2, 3)", "ReLU()", "Flatten()", "Linear(10)"],
            "loss": "CrossEntropyLoss()",
            "epochs": 1,
        },
    ],
    ids=["points", "crosses", "table", "regression", "images"],
)
def test_predictions_equal_the_trainers(changes: dict[str, Any], tmp_path: Path) -> None:
    """Raw rows give the very outputs, classes and probabilities, bit by bit."""
    experiment = small(**changes)
    trainer, _ = trained(experiment)
    network = _restored(trainer, tmp_path)
    assert (network.epoch, network.step) == (trainer.epoch, trainer.global_step)
    _assert_same(trainer, network, _raw(experiment))


def test_predictions_of_a_table_take_typed_cells(tmp_path: Path) -> None:
    """Encoded rows of a CSV with categories and missing cells are prepared as in training."""
    table = tmp_path / "t.csv"
    table.write_text("a,color,kind\n1,red,x\n2,blue,y\n,red,x\n4,,y\n")
    experiment = small(data=f'csv("{table}", "kind", missing="mean", standardize=True)')
    trainer, _ = trained(experiment)
    encoded = experiment.data.new_samples(trainer.splits.facts).encode(
        [["1", "red"], ["2", "blue"], ["", "red"], ["4", ""]]
    )
    found = _restored(trainer, tmp_path).predict(encoded)
    expected = trainer.evaluator.outputs(trainer.splits.train.inputs)
    assert torch.equal(torch.tensor([p.outputs for p in found]), expected)


def test_predictions_of_a_folder_of_images_take_pixels(tmp_path: Path) -> None:
    """Rows of 0 to 255 are normalized as the stored images were."""
    for name, color in (("dark", 40), ("light", 200)):
        (tmp_path / name).mkdir()
        for n in range(2):
            Image.new("RGB", (4, 4), (color, n, 9)).save(tmp_path / name / f"{n}.png")
    call = f'images("{tmp_path}", size=4, mean=[0.1, 0.2, 0.3], std=[0.5, 0.6, 0.7], flip=True)'
    layers = ["Conv2d(2, 2)", "Flatten()", "Linear(2)"]
    experiment = small(data=call, layers=layers, loss="CrossEntropyLoss()")
    trainer, _ = trained(experiment)
    _assert_same(trainer, _restored(trainer, tmp_path), _raw(experiment))


def test_no_rows_have_no_predictions(tmp_path: Path) -> None:
    """An empty list is answered by one."""
    trainer, _ = trained(small())
    assert _restored(trainer, tmp_path).predict([]) == []


def test_one_alone_is_refused_where_they_are_normalized_together(tmp_path: Path) -> None:
    """Without running statistics one sample has no deviation: it is said so; two are answered."""
    norm = "BatchNorm1d(track_running_stats=False)"
    trainer, _ = trained(small(layers=["Linear(4)", norm, "ReLU()", "Linear(1)", "Sigmoid()"]))
    network = _restored(trainer, tmp_path)
    with pytest.raises(UsageError, match="give two or more"):
        network.predict([[0.5, 0.5]])
    assert len(network.predict([[0.5, 0.5], [1.0, 1.0]])) == 2


@pytest.mark.parametrize(
    "state", [{}, {"input": 3}, {"input": {"crosses": [], "pixels": {"mean": "x"}}}]
)
def test_a_state_that_does_not_say_how_inputs_are_prepared(
    state: dict[str, Any], tmp_path: Path
) -> None:
    """It is refused as a whole, naming the file."""
    trainer, _ = trained(small(epochs=1))
    path = tmp_path / "x.safetensors"
    checkpoint.save(path, Checkpoint(model_tensors(trainer.model), state))
    with pytest.raises(BadCheckpoint, match=f"^{path}: it does not say how inputs are prepared"):
        TrainedNetwork(trainer.experiment, trainer.splits.facts, path)
