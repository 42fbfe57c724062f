"""A folder of small pictures, and an experiment on it with everything random."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from engine.spec.experiment import Experiment
from tests.engine.training.tiny import small

CLASSES = ("cats", "dogs", "owls")
PER_CLASS = 14


def pictures_in(folder: Path) -> Path:
    """Random pictures of two formats and sizes, the same ones each time."""
    generator = torch.Generator().manual_seed(7)
    for number, label in enumerate(CLASSES):
        (folder / label).mkdir(parents=True)
        for n in range(PER_CLASS):
            low, high = 60 * number, 60 * number + 130
            pixels = torch.randint(low, high, (6 + n % 3, 7, 3), generator=generator).byte()
            suffix = "jpg" if n % 4 == 0 else "png"
            Image.fromarray(pixels.numpy()).save(folder / label / f"{n:02}.{suffix}")
    return folder


def divided_in(folder: Path) -> Path:
    """The same pictures in folders of splits; none of owls to validate on."""
    pictures = pictures_in(folder)
    for label in CLASSES:
        for split, numbers in (("val", range(4)), ("test", range(4, 6)), ("train", range(6, 14))):
            if (label, split) == ("owls", "val"):
                continue
            (folder / split / label).mkdir(parents=True)
            for file in sorted((pictures / label).iterdir()):
                if int(file.stem) in numbers:
                    file.rename(folder / split / label / file.name)
        shutil.rmtree(pictures / label)
    return folder


def experiment_on(folder: Path, **changes: Any) -> Experiment:
    """Shuffled batches of augmented pictures, Dropout, a split of each kind: 5 steps an epoch."""
    data = f"images({str(folder)!r}, size=6, mean=0.5, std=0.3, flip=True, shift=0.2)"
    layers = ["Conv2d(3, 3)", "BatchNorm2d()", "ReLU()", "Flatten()", "Dropout(0.2)", "Linear(3)"]
    values = {
        "data": data,
        "layers": layers,
        "loss": "CrossEntropyLoss()",
        "optimizer": "Adam(lr=0.01)",
        "batch_size": 6,
        "validation_fraction": 0.2,
        "test_fraction": 0.15,
        "epochs": 3,
    }
    return small(**{**values, **changes})
