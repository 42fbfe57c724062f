"""An experiment fitted to a folder of pictures."""

from __future__ import annotations

from pathlib import Path

from engine.doctor.examination import repaired
from engine.doctor.statistics import Statistics
from engine.parts.data.generators.picture_files import picture_files
from engine.parts.data.image_folder import ImageFolder
from engine.parts.layers import Layer
from engine.parts.layers.activation import ReLU
from engine.parts.layers.convolution import Conv2d
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.layers.pooling import MaxPool2d
from engine.parts.losses import CrossEntropyLoss
from engine.parts.optimizers import Adam
from engine.parts.schedules import CosineAnnealingLR
from engine.spec.experiment import Experiment

_FEW_PICTURES = 50
"""From so many on a fifth is held back."""
_STEPS = 1000


def fitted_to_pictures(path: str) -> Experiment:
    """Two convolutions for the pictures of a folder; raises DataUnavailable for another folder."""
    data = ImageFolder(path, mean=0.5, std=0.25)
    facts = data.known_facts()
    test = 0.2 if facts.num_samples >= _FEW_PICTURES else 0.0
    train = round(facts.num_samples * (1 - test))
    batch_size = 16 if train < 1600 else 64
    epochs = min(60, max(3, -(-_STEPS // max(1, -(-train // batch_size)))))
    layers: tuple[Layer, ...] = (
        *(Conv2d(8, 5, stride=2), ReLU(), Conv2d(16, 3), ReLU(), MaxPool2d(2)),
        *(Flatten(), Linear(len(facts.classes))),
    )
    experiment = Experiment(
        title=Path(path).name,
        summary=f"Tells {len(facts.classes)} kinds of pictures of {Path(path).name} apart.",
        data=data,
        layers=layers,
        loss=CrossEntropyLoss(),
        optimizer=Adam(lr=0.002),
        schedule=CosineAnnealingLR(),
        epochs=epochs,
        batch_size=batch_size,
        test_fraction=test,
        l2=1e-4,
        report_every=max(1, epochs // 20),
        seed=0,
    )
    counts = tuple(len(files) for files in picture_files(path).values())
    return repaired(experiment, Statistics((), (), (), (), counts))
