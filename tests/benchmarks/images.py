"""A folder of pictures streamed from the disk: its first epoch, and those after it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks.contestants import Contestant
from tests.benchmarks.report import Row, Section
from tests.benchmarks.turns import Spread, ratios

PICTURES, FEW_PICTURES = 5_000, 1_000
SIDE, SIZE, BATCH, EPOCHS = 64, 32, 64, 4
FIRST, SECOND = 1.2, 1.3
"""How many times a DataLoader's, and a resident epoch's, time they may take, at most."""
_HERE = "tests.benchmarks.images"


def images(turns: int, count: int) -> Section:
    """Epochs of a small network on PNGs: streamed, resident, by a DataLoader."""
    told: dict[str, list[float]] = {name: [] for name in ("first", "next", "resident", "loader")}
    with (
        tempfile.TemporaryDirectory() as place,
        Contestant(starts_others=True) as ours,
        Contestant(starts_others=True) as loader,
    ):
        folder = Path(place) / "pictures"
        _draw(folder, count)
        time.sleep(3)  # a file that was written just now may change once more, and is not kept
        loader.call(f"{_HERE}:loader_epochs", str(folder))
        for turn in range(turns):
            first, *others = ours.call(f"{_HERE}:our_epochs", str(folder), "0", f"{place}/{turn}")
            told["first"].append(first)
            told["next"].append(min(others))
            told["loader"].append(loader.call(f"{_HERE}:loader_epochs", str(folder))[0])
            _, *kept = ours.call(f"{_HERE}:our_epochs", str(folder), "1", f"{place}/{turn}")
            told["resident"].append(min(kept))
    spreads = {name: Spread.of(seconds) for name, seconds in told.items()}
    rows = [
        Row("perceptui, streamed, the first epoch", spreads["first"]),
        Row(
            "a DataLoader with two workers, an epoch",
            spreads["loader"],
            ratios(told["loader"], told["first"]),
            round(1 / FIRST, 2),
        ),
        Row("perceptui, streamed, a later epoch", spreads["next"]),
        Row(
            "perceptui, in memory, an epoch",
            spreads["resident"],
            ratios(told["resident"], told["next"]),
            round(1 / SECOND, 2),
        ),
    ]
    note = (
        f"{count:,} PNGs of {SIDE} by {SIDE} pixels, resized to {SIZE} by {SIZE}, to a network "
        "with one hidden layer of 64. What starts the processes that read is in the first epochs; "
        "the ratio under a DataLoader is to the first epoch, the other to a later one."
    )
    return Section(f"{count:,} pictures streamed, an epoch", rows, [note])


def _draw(folder: Path, count: int) -> None:
    """Noise on a slope, so that they are packed as photographs are: to half their size."""
    import numpy as np
    from PIL import Image

    generator = np.random.default_rng(0)
    slope = np.add.outer(np.arange(SIDE), np.arange(SIDE))[:, :, None]
    for number in range(count):
        label = folder / f"class-{number % 2}"
        label.mkdir(parents=True, exist_ok=True)
        pixels = slope + generator.integers(0, 30 + 40 * (number % 2), (SIDE, SIDE, 3))
        Image.fromarray(pixels.astype(np.uint8)).save(label / f"{number:05}.png")


def our_epochs(folder: str, share: str, cache: str) -> list[float]:
    """Seconds of each epoch of perceptui's trainer; share: of the memory that images may fill."""
    from engine.parts.data import DataLocations
    from engine.spec.experiment_reader import from_raw
    from engine.training.trainer import Trainer

    os.environ |= {"PERCEPTUI_DATA_SHARE": share, "PERCEPTUI_IMAGES_DIR": cache}
    experiment = from_raw(
        {
            "data": f"images({folder!r}, size={SIZE})",
            "layers": ["Flatten()", "Linear(64)", "ReLU()", "Linear(2)"],
            "loss": "CrossEntropyLoss()",
            "optimizer": "Adam(lr=0.001)",
            "batch_size": BATCH,
            "epochs": EPOCHS,
            "report_every": EPOCHS,
            "device": "cpu",
            "seed": 0,
        }
    )
    trainer = Trainer(experiment, DataLocations(Path()))
    try:
        return list(_timed(trainer))
    finally:
        trainer.stop_reading()


def _timed(trainer: Any) -> Iterator[float]:
    for _ in range(EPOCHS - 1):
        began = time.perf_counter()
        for _ in range(len(trainer.batches)):
            trainer.step()
        yield time.perf_counter() - began


def loader_epochs(folder: str) -> list[float]:
    """Seconds of an epoch of the loop as one writes it, its processes started for it."""
    import torch
    from torch import nn, optim
    from torch.utils.data import DataLoader
    from torchvision import datasets, transforms

    steps = [transforms.Resize((SIZE, SIZE)), transforms.ToTensor()]
    data = datasets.ImageFolder(folder, transforms.Compose(steps))
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * SIZE**2, 64), nn.ReLU(), nn.Linear(64, 2))
    optimizer = optim.Adam(model.parameters(), lr=0.001)
    loss_of = nn.CrossEntropyLoss()
    torch.manual_seed(0)
    began = time.perf_counter()
    for inputs, targets in DataLoader(data, BATCH, shuffle=True, num_workers=2):
        loss = loss_of(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [time.perf_counter() - began]
