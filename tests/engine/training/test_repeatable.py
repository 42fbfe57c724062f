"""The same experiment gives the same bits every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine.training.pictures import boundary
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, OPTIMIZERS, reported, small, trained, weights

_CHANGES: dict[str, dict[str, Any]] = {
    "dropout and batch norm": {
        "layers": ["Linear(4)", "BatchNorm1d()", "ReLU()", "Dropout(0.5)", "Linear(1)", "Sigmoid()"]
    },
    "shuffled batches": {"batch_size": 5},
    "splits": {"validation_fraction": 0.2, "test_fraction": 0.2},
    "noise": {"data": "moons(samples=24, noise=0.3)"},
}


@pytest.mark.parametrize("changes", _CHANGES.values(), ids=_CHANGES.keys())
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_same_experiment_gives_the_same_bits(optimizer: str, changes: dict[str, Any]) -> None:
    """Weights, buffers and reported losses agree in every bit, whatever was drawn before."""
    experiment = small(optimizer=optimizer, **changes)
    first, first_events = trained(experiment)
    torch.rand(17)
    second, second_events = trained(experiment)
    assert weights(first) == weights(second)
    assert [e.metrics for e in reported(first_events)] == [
        e.metrics for e in reported(second_events)
    ]


def test_augmented_images_give_the_same_bits(tmp_path: Path) -> None:
    """Flips, shifts and turns follow the seed: augmented training is repeatable and augments."""
    for name, color in (("dark", 40), ("light", 200)):
        (tmp_path / name).mkdir()
        for n in range(3):
            image = Image.new("L", (6, 6), color)
            image.putpixel((n, 1), 255 - color)
            image.save(tmp_path / name / f"{n}.png")
    call = f'images("{tmp_path}", size=6, color="gray"'
    layers = ["Conv2d(2, 3)", "ReLU()", "Flatten()", "Linear(2)"]
    changes = {"layers": layers, "loss": "CrossEntropyLoss()", "batch_size": 4}
    experiment = small(data=f"{call}, flip=True, shift=0.2, rotate=20)", **changes)
    first, _ = trained(experiment)
    second, _ = trained(experiment)
    plain, _ = trained(small(data=f"{call})", **changes))
    assert weights(first) == weights(second)
    assert weights(first) != weights(plain)


def test_another_seed_gives_other_weights() -> None:
    """The seed is what the bits hang on."""
    assert weights(trained(small(seed=1))[0]) != weights(trained(small(seed=2))[0])


def test_a_random_seed_is_resolved_and_repeats() -> None:
    """seed="random" draws one, writes it into the resolved experiment, and that repeats."""
    first, _ = trained(small(seed="random"))
    other, _ = trained(small(seed="random"))
    again, _ = trained(first.experiment)
    assert isinstance(first.experiment.seed, int)
    assert first.experiment.seed != other.experiment.seed
    assert weights(again) == weights(first)


def test_threads_and_device_are_resolved() -> None:
    """The resolved experiment names the threads used and the device, and trains the same."""
    trainer = Trainer(small(threads="auto", device="cpu"), NOWHERE)
    assert trainer.experiment.threads == 1 == torch.get_num_threads()
    assert trainer.experiment.device == "cpu"


def test_looking_changes_nothing() -> None:
    """Evaluations and pictures between steps leave the training as it is."""
    experiment = small(
        layers=_CHANGES["dropout and batch norm"]["layers"], batch_size=5, test_fraction=0.2
    )
    looked_at = Trainer(experiment, NOWHERE)
    while looked_at.reason is None:
        looked_at.step()
        boundary(looked_at.evaluator, looked_at.splits, (6, 4))
        looked_at.evaluator.evaluated(
            "train", looked_at.evaluator.scored(looked_at.device_splits["train"])
        )
    assert looked_at.model.training
    assert weights(looked_at) == weights(trained(experiment)[0])
