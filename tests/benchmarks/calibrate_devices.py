"""Measures from which amount of work a step is shorter on a card than on the CPU.

`python -m tests.benchmarks.calibrate_devices` prints the table that the rule in
engine.spec.placement was chosen by; it is kept in DEVICES.md beside this file. Networks of
calibrate_threads, then every preset. The median of blocks that take turns;
PERCEPTUI_CUDA_DEVICE=cpu tries the script where there is no card.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import torch

from engine.errors import PerceptuiError
from engine.parts.data import DataLocations
from engine.paths import data_dir
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw, read_file
from engine.spec.placement import is_small
from engine.spec.presets import names, path_of
from engine.spec.work import convolves, positions_in_turn, work_per_step
from engine.training.device import flush_denormals
from engine.training.threads import available
from engine.training.trainer import Trainer
from tests.benchmarks.cuda import Steps, in_turns
from tests.benchmarks.machine import cpu_model
from tests.cuda.device import DEVICE, IS_CUDA

BLOCK_S = 0.2
ENDLESS = {"epochs": 10**7, "report_every": 10**7, "patience": None, "seed": 0}


def networks() -> Iterator[tuple[str, Experiment]]:
    """Dense and convolutional ones over four orders of magnitude of work, then the presets."""
    for width in (16, 64, 128, 256, 512):
        for batch in (16, 128, 1024):
            layers = [f"Linear({width})", "ReLU()", f"Linear({width})", "ReLU()", "Linear(3)"]
            yield f"2-{width}-{width}-3, batch {batch}", _made(layers, "rings", batch)
    for channels in (2, 8):
        for batch in (8, 64):
            convolution = f"Conv2d({channels}, 3)"
            layers = [convolution, "ReLU()", convolution, "ReLU()", "Flatten()", "Linear(10)"]
            yield f"2 Conv2d({channels}, 3), batch {batch}", _made(layers, "digits", batch)
    for name in sorted(names()):
        if not name.endswith("-repaired"):
            yield name, Experiment(**{**read_file(path_of(name)).values(), **ENDLESS})


def _made(layers: list[str], data: str, batch: int) -> Experiment:
    given = {"data": f"{data}()" if data == "digits" else f"{data}(samples=2048)"}
    given |= {"optimizer": "SGD(lr=0.001)", "loss": "CrossEntropyLoss()"}
    return from_raw({**given, "layers": layers, "batch_size": batch, **ENDLESS})


def main() -> int:
    """Measure and print."""
    flush_denormals()
    where = torch.cuda.get_device_name(0) if IS_CUDA else "the CPU again, to try the script"
    cores = f"{cpu_model()}, {available()} cores"
    print(f"{where}; {cores}, torch {torch.__version__}. Medians of blocks that take turns.\n")
    print("| network | kind | work per step | CPU | card | gain | auto |")
    print("|---|---|--:|--:|--:|--:|---|")
    for name, experiment in networks():
        try:
            arms = {one: _trainer(experiment, one) for one in ("cpu", DEVICE)}
        except PerceptuiError as error:
            print(f"| {name} | {str(error).splitlines()[0]} | | | | | |")
            continue
        here = next(iter(arms.values()))
        chain = [*here.chain, *here.rival_chain]
        size = -(-len(here.splits.train) // len(here.batches))
        work, kind = work_per_step(chain, size), _kind(here)
        chosen = "CPU" if is_small(chain, size) else "card"
        seconds = in_turns({one: _steps(trainer) for one, trainer in arms.items()}, BLOCK_S)
        cpu, card = seconds["cpu"] * 1e6, seconds[DEVICE] * 1e6
        print(
            f"| {name} | {kind} | {work / 1e6:.2f} M | {cpu:.0f} µs | {card:.0f} µs "
            f"| {cpu / card:.2f} | {chosen} |",
            flush=True,
        )
    return 0


def _trainer(experiment: Experiment, device: str) -> Trainer:
    return Trainer(
        Experiment(**{**experiment.values(), "device": device}), DataLocations(data_dir())
    )


def _kind(trainer: Trainer) -> str:
    if positions_in_turn(trainer.chain):
        return "recurrent"
    return "convolutional" if convolves(trainer.chain) else "dense"


def _steps(trainer: Trainer) -> Steps:
    def steps(count: int) -> None:
        torch.set_num_threads(int(trainer.experiment.threads))
        for _ in range(count):
            trainer.step()

    return steps


if __name__ == "__main__":
    sys.exit(main())
