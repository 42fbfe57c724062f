"""Single steps in one process, block after block in alternation: the loop, perceptui, the floor."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn, optim

from engine.parts.data import DataLocations
from engine.parts.optimizers import Adam
from engine.parts.schedules import Constant
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.training.executor import Executor
from engine.training.trainer import Trainer
from tests.benchmarks.floor import products
from tests.benchmarks.headless import preset
from tests.benchmarks.tutorials import RESIDENT, SMALL

Steps = Callable[[int], None]
"""Trains so many steps."""
ENDLESS = 10**8
OWN_THREADS = torch.get_num_threads()
"""As PyTorch chooses them: what a loop has that doesn't ask. Read before anything is set."""


@dataclass(frozen=True)
class Arm:
    """Something that takes steps, with its number of threads."""

    steps: Steps
    threads: int
    flush: bool = True
    """Whether numbers under 1e-38 count as zero; PyTorch by itself keeps them."""

    def prepare(self) -> None:
        """Set what belongs to the process before steps are taken."""
        torch.set_num_threads(self.threads)
        torch.set_flush_denormal(self.flush)


def alternate(arms: dict[str, Arm], repeats: int, block_s: float) -> dict[str, list[float]]:
    """Seconds per step of each arm, once per round; blocks of about block_s, after a warm-up."""
    sizes = {}
    for name, arm in arms.items():
        arm.prepare()
        arm.steps(3)
        began = time.perf_counter()
        arm.steps(3)
        each = (time.perf_counter() - began) / 3
        sizes[name] = max(1, int(block_s / each))
    taken: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(repeats):
        for name, arm in arms.items():
            arm.prepare()
            began = time.perf_counter()
            arm.steps(sizes[name])
            taken[name].append((time.perf_counter() - began) / sizes[name])
    return taken


def endless(experiment: Experiment, data_dir: Path, executor: Executor = "auto") -> Trainer:
    """A trainer that neither ends nor reports."""
    flat = {"epochs": ENDLESS, "report_every": ENDLESS, "stop_below": None, "schedule": Constant()}
    asked = Experiment(**{**experiment.values(), **flat})
    trainer = Trainer(asked, DataLocations(data_dir), executor=executor)
    trainer.epoch = 1  # the first epoch would be reported
    return trainer


def trainer_steps(trainer: Trainer) -> Arm:
    """The trainer's steps, batches and bookkeeping included."""

    def steps(count: int) -> None:
        for _ in range(count):
            trainer.step()

    return Arm(steps, int(trainer.experiment.threads))


def floor_steps(trainer: Trainer) -> Arm:
    """The matrix products of a trainer's step, nothing else."""
    size = -(-trainer.batches.num_samples // len(trainer.batches))
    size = min(size, int(trainer.experiment.batch_size)) if len(trainer.batches) > 1 else size
    found = products(trainer.model, trainer.chain, size)

    def steps(count: int) -> None:
        with torch.no_grad():
            for _ in range(count):
                for one in found:
                    one()

    return Arm(steps, int(trainer.experiment.threads))


def loop_steps(
    network: nn.Module,
    criterion: nn.Module,
    optimizer: optim.Optimizer,
    inputs: Tensor,
    targets: Tensor,
    batch_size: int | None,
    threads: int,
    flush: bool = False,
) -> Arm:
    """A plain loop over tensors in memory, shuffled by index where there are batches."""
    waiting: list[Tensor] = []

    def steps(count: int) -> None:
        nonlocal waiting
        for _ in range(count):
            x, y = inputs, targets
            if batch_size is not None:
                if not waiting:
                    waiting = list(torch.split(torch.randperm(len(targets)), batch_size))
                index = waiting.pop()
                x, y = inputs[index], targets[index]
            loss = criterion(network(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return Arm(steps, threads, flush)


def small_steps(name: str, data_dir: str, repeats: int, block_s: float) -> dict[str, Any]:
    """Steps of a small tutorial: `loop`, `perceptui` (bare), `trainer`, `floor`."""
    asked = SMALL[name]
    inputs, targets = asked.data()
    network = asked.network()
    labels = targets.long() if name == "two-gaussians" else targets
    optimizer = optim.SGD(network.parameters(), lr=asked.learning_rate)
    bare, whole = (endless(preset(name), Path(data_dir)) for _ in range(2))
    threads = int(bare.experiment.threads)
    loop = loop_steps(network, asked.loss(), optimizer, inputs, labels, None, threads)
    bare.batches.shuffle()
    batch = bare.batches[0]

    def bare_steps(count: int) -> None:
        for _ in range(count):
            bare._step(*batch)

    arms = {
        "loop": loop,
        "perceptui": Arm(bare_steps, threads),
        "trainer": trainer_steps(whole),
        "floor": floor_steps(whole),
    }
    return _told(arms, repeats, block_s)


def mnist_steps(name: str, data_dir: str, repeats: int, block_s: float) -> dict[str, Any]:
    """Steps over MNIST: plain and fused loops, `perceptui`, `perceptui fused`, `floor`."""
    asked = RESIDENT[name]
    experiment = preset(name)
    trainers = {
        "perceptui": endless(experiment, Path(data_dir)),
        "perceptui fused": endless(
            preset(name, optimizer=Adam(asked.learning_rate, fused=True)), Path(data_dir)
        ),
    }
    split = trainers["perceptui"].splits.train
    inputs = split.inputs.float().div_(255).sub_(asked.mean).div_(asked.std)
    arms: dict[str, Arm] = {}
    threads = int(trainers["perceptui"].experiment.threads)
    loops = {
        "plain": (False, threads, False),
        "fused": (True, threads, False),
        "fused, flushed": (True, threads, True),
    }
    if threads != OWN_THREADS:
        loops["fused, torch's threads"] = (True, OWN_THREADS, False)
    for label, (fused, count, flush) in loops.items():
        network = asked.network()
        optimizer = optim.Adam(network.parameters(), lr=asked.learning_rate, fused=fused or None)
        arms[label] = loop_steps(
            network, nn.CrossEntropyLoss(), optimizer, inputs, split.targets, 64, count, flush
        )
    arms |= {label: trainer_steps(trainer) for label, trainer in trainers.items()}
    arms["floor"] = floor_steps(trainers["perceptui"])
    return _told(arms, repeats, block_s)


def _told(arms: dict[str, Arm], repeats: int, block_s: float) -> dict[str, Any]:
    threads = {name: arm.threads for name, arm in arms.items()}
    return {"seconds": alternate(arms, repeats, block_s), "threads": threads}


def growth_steps(
    width: int, batch_size: int, samples: int, repeats: int, block_s: float
) -> dict[str, Any]:
    """Steps of two hidden ReLU layers on points: `loop`, `perceptui`, `floor`."""
    trainer = on_points(width, batch_size, samples)
    loop = loop_on_points(trainer, width, batch_size, samples)
    arms = {"loop": loop, "perceptui": trainer_steps(trainer), "floor": floor_steps(trainer)}
    return _told(arms, repeats, block_s)


def on_points(width: int, batch_size: int, samples: int, executor: Executor = "auto") -> Trainer:
    """A trainer of two hidden ReLU layers that neither ends nor reports."""
    whole = batch_size >= samples
    experiment = from_raw(
        {
            "data": f"circle(samples={samples})",
            "layers": [f"Linear({width})", "ReLU()", f"Linear({width})", "ReLU()", "Linear(1)"],
            "loss": "BCEWithLogitsLoss()",
            "optimizer": "SGD(lr=0.01)",
            "batch_size": "full" if whole else batch_size,
            "epochs": 1000,
            "device": "cpu",
            "seed": 0,
        }
    )
    return endless(experiment, Path(), executor)


def loop_on_points(trainer: Trainer, width: int, batch_size: int, samples: int) -> Arm:
    """A plain loop over the same points, with as many threads."""
    network = nn.Sequential(
        nn.Linear(2, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1)
    )
    split = trainer.splits.train
    return loop_steps(
        network,
        nn.BCEWithLogitsLoss(),
        optim.SGD(network.parameters(), lr=0.01),
        split.inputs,
        split.targets.float().unsqueeze(1),
        None if batch_size >= samples else batch_size,
        int(trainer.experiment.threads),
    )
