"""A card against plain loops on the same card, and against the CPU: `make bench-cuda`.

python -m tests.benchmarks.cuda [--json FILE]; under four minutes. PERCEPTUI_CUDA_DEVICE=cpu tries
the script where there is no card.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn, optim

from engine.parts.data import DataLocations
from engine.paths import data_dir
from engine.spec.experiment_reader import from_raw
from engine.training.trainer import Trainer
from tests.benchmarks.headless import Headless, preset
from tests.benchmarks.turns import Spread, ratios
from tests.benchmarks.tutorials import SMALL, mnist_by_loader
from tests.cuda.device import DEVICE, IS_CUDA, QUICK

TURNS, BLOCK_S = 7, 0.4
WIDE = 1024
GOALS = {"two-gaussians": 3.0, "mnist": 10.0, "wide": 0.9}
"""How many times longer the plain loop must take; wide: the plain loop with its own graph."""

Steps = Callable[[int], None]


def main() -> int:
    """Measure all, print a line each; exit code 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    where = torch.cuda.get_device_name(0) if IS_CUDA else "the CPU, to try the script"
    print(f"torch {torch.__version__} on {where}")
    found = [two_gaussians(), wide(), choice()]
    if (data_dir() / "MNIST" / "raw").is_dir():
        found.append(mnist())
    else:
        print(f"MNIST is not in {data_dir()}: left out; PERCEPTUI_DATA_DIR names its place")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0 if all(one["held"] for one in found) else 1


def told(what: str, held: bool, **figures: Any) -> dict[str, Any]:
    """A row, printed."""
    text = "  ".join(
        f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in figures.items()
    )
    print(f"{'ok    ' if held else 'MISSED'} {what:40} {text}", flush=True)
    return {"what": what, "held": held, **figures}


def in_turns(arms: dict[str, Steps], seconds: float = BLOCK_S) -> dict[str, float]:
    """Median seconds of a step of each arm, measured for so long in blocks that take turns."""
    sizes = {}
    for name, steps in arms.items():
        steps(30)
        began = _now()
        steps(30)
        sizes[name] = max(1, int(30 * seconds / max(1e-6, _now() - began) / TURNS))
    took: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(TURNS):
        for name, steps in arms.items():
            began = _now()
            steps(sizes[name])
            took[name].append((_now() - began) / sizes[name])
    return {name: Spread.of(seconds).middle for name, seconds in took.items()}


def _now() -> float:
    if IS_CUDA:
        torch.cuda.synchronize()
    return time.perf_counter()


def _ours(experiment: Any, executor: Any = QUICK) -> Steps:
    trainer = Trainer(experiment, DataLocations(data_dir()), executor)

    def steps(count: int) -> None:
        for _ in range(count):
            trainer.step()

    return steps


def _loop(
    network: nn.Module, loss_of: nn.Module, optimizer: optim.Optimizer, *batch: Tensor
) -> Steps:
    inputs, targets = batch

    def steps(count: int) -> None:
        for _ in range(count):
            loss = loss_of(network(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return steps


def _graphed(
    network: nn.Module, loss_of: nn.Module, optimizer: optim.Optimizer, *batch: Tensor
) -> Steps:
    """The loop as PyTorch's documentation records it as a graph of its own."""
    step = _loop(network, loss_of, optimizer, *batch)
    if not IS_CUDA:
        return step
    beside = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # torch's
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        step(3)
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step(1)

    def steps(count: int) -> None:
        for _ in range(count):
            graph.replay()

    return steps


def two_gaussians() -> dict[str, Any]:
    """The tutorial's step, and ours."""
    asked = SMALL["two-gaussians"]
    inputs, targets = (one.to(DEVICE) for one in asked.data())
    network = asked.network().to(DEVICE)
    optimizer = optim.SGD(network.parameters(), lr=asked.learning_rate)
    endless = preset("two-gaussians", device=DEVICE, epochs=10**7, report_every=10**7, seed=0)
    arms = {
        "loop": _loop(network, asked.loss(), optimizer, inputs, targets.long()),
        "perceptui": _ours(endless),
        "eager": _ours(endless, "eager"),
    }
    seconds = in_turns(arms)
    ratio = seconds["loop"] / seconds["perceptui"]
    return told(
        "two-gaussians, a step",
        ratio >= GOALS["two-gaussians"] or not IS_CUDA,
        ratio=ratio,
        **_micro(seconds),
    )


def wide() -> dict[str, Any]:
    """Four layers of 1,024 at a batch of 4,096, and the memory that it takes."""
    width, batch = (WIDE, 4096) if IS_CUDA else (64, 128)
    layers = [text for _ in range(4) for text in (f"Linear({width})", "ReLU()")]
    experiment = from_raw(
        {
            "data": f"circle(samples={batch})",
            "layers": [*layers, "Linear(1)"],
            "loss": "BCEWithLogitsLoss()",
            "optimizer": "SGD(lr=0.01)",
            "batch_size": "full",
            "epochs": 10**7,
            "report_every": 10**7,
            "device": DEVICE,
            "seed": 0,
        }
    )
    modules: list[nn.Module] = []
    size = 2
    for _ in range(4):
        modules += [nn.Linear(size, width), nn.ReLU()]
        size = width
    network = nn.Sequential(*modules, nn.Linear(width, 1)).to(DEVICE)
    optimizer = optim.SGD(network.parameters(), lr=0.01)
    inputs = torch.randn(batch, 2, device=DEVICE)
    targets = (inputs[:, :1] > 0).float()
    loss_of = nn.BCEWithLogitsLoss()
    loop_bytes = _peak_bytes(_loop(network, loss_of, optimizer, inputs, targets))
    our_bytes = _peak_bytes(_ours(experiment))
    arms = {
        "loop": _loop(network, loss_of, optimizer, inputs, targets),
        "loop graphed": _graphed(network, loss_of, optimizer, inputs, targets),
        "perceptui": _ours(experiment),
    }
    seconds = in_turns(arms)
    ratio = seconds["loop graphed"] / seconds["perceptui"]
    return told(
        f"4 x {width}, batch {batch}, a step",
        ratio >= GOALS["wide"] or not IS_CUDA,
        ratio=ratio,
        our_mb=our_bytes / 1e6,
        loop_mb=loop_bytes / 1e6,
        **_micro(seconds),
    )


def _peak_bytes(steps: Steps) -> int:
    """The most that the card has had while steps were done; 0 on the CPU."""
    if not IS_CUDA:
        return 0
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    steps(150)
    torch.cuda.synchronize()
    return torch.cuda.max_memory_allocated() - before


def mnist() -> dict[str, Any]:
    """An epoch of the tutorial by DataLoader on the device, and of the preset, from files on."""
    ours, theirs = [], []
    with Headless(data_dir()) as headless:
        headless.train(preset("mnist", device=DEVICE, epochs=1, seed=0))
        for seed in range(2 if IS_CUDA else 1):
            theirs.append(mnist_by_loader(seed, 1, str(data_dir()), DEVICE).seconds)
            experiment = preset("mnist", device=DEVICE, epochs=1, seed=seed)
            ours.append(headless.train(experiment).seconds)
    ratio = ratios(theirs, ours).middle
    return told(
        "mnist, an epoch",
        ratio >= GOALS["mnist"] or not IS_CUDA,
        ratio=ratio,
        perceptui_s=statistics.median(ours),
        loop_s=statistics.median(theirs),
    )


def choice() -> dict[str, Any]:
    """Where a network of 17 parameters belongs: a step on the device and on the CPU."""
    endless = {"epochs": 10**7, "report_every": 10**7, "seed": 0}
    arms = {
        "device": _ours(preset("circle", **{**endless, "device": DEVICE})),
        "cpu": _ours(preset("circle", **endless), "traced"),
    }
    seconds = in_turns(arms)
    belongs = "cpu" if seconds["cpu"] < seconds["device"] else DEVICE
    return told("circle, a step", True, belongs_to=belongs, **_micro(seconds))


def _micro(seconds: dict[str, float]) -> dict[str, float]:
    return {f"{name.replace(' ', '_')}_us": 1e6 * value for name, value in seconds.items()}


if __name__ == "__main__":
    raise SystemExit(main())
