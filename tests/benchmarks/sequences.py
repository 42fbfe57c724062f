"""Steps of networks that read sequences: perceptui's beside the loop that one would write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn, optim

from engine.training.trainer import Trainer
from tests.benchmarks.contestants import Contestant
from tests.benchmarks.headless import preset
from tests.benchmarks.report import Row, Section
from tests.benchmarks.steps import Arm, alternate, endless, loop_steps, trainer_steps
from tests.benchmarks.turns import Spread, ratios

PRESETS = ("names-gpt", "names-rnn", "sorting", "parity", "sine-gru", "grokking")
LEAST = 1.5
"""How many times perceptui's step the loop's takes, at least, below so many parameters."""
SMALL = 100_000


def sequences(name: str, repeats: int, block_s: float, data: Path) -> Section:
    """A preset's step, by perceptui's trainer and by a loop, block after block in turn."""
    with Contestant() as child:
        told = child.call(f"{__name__}:steps", name, str(data), repeats, block_s)
    seconds, count = told["seconds"], told["parameters"]
    target = LEAST if count < SMALL else 1.0
    rows = [
        Row("perceptui, the trainer's step", Spread.of(seconds["trainer"])),
        Row(
            "a plain loop",
            Spread.of(seconds["loop"]),
            ratios(seconds["loop"], seconds["trainer"]),
            target,
        ),
    ]
    note = (
        f"{count:,} parameters, threads: {told['threads']} each, {told['executor']}. The loop has "
        "the same network of PyTorch's modules, and tensors in memory; that of texts is nanoGPT's."
    )
    return Section(f"{name}, one step", rows, [note])


def steps(name: str, data_dir: str, repeats: int, block_s: float) -> dict[str, Any]:
    """Seconds per step of the trainer and of the loop; run in a process of its own."""
    trainer, twin = (endless(preset(name, seed=0), Path(data_dir)) for _ in range(2))
    arms = {"trainer": trainer_steps(trainer), "loop": _loop(twin)}
    return {
        "seconds": alternate(arms, repeats, block_s),
        "parameters": sum(one.numel() for one in trainer.model.parameters()),
        "executor": trainer.execution.executor,
        "threads": trainer.experiment.threads,
    }


def _loop(twin: Trainer) -> Arm:
    """A loop over the same samples with a network and an optimizer of its own."""
    asked = twin.experiment
    split = twin.splits.train
    optimizer: optim.Optimizer = asked.optimizer.build(twin.model.parameters())
    size = None if asked.batch_size == "full" else int(asked.batch_size)
    inputs, targets, threads = split.inputs, split.targets, int(asked.threads)
    if asked.objective.name == "next_token":
        return Arm(_nano(twin.model, optimizer, inputs, targets, size or 1), threads)
    criterion: nn.Module = asked.loss.build()
    if targets.dim() > 1 and targets.dtype == torch.int64:  # a class at each place
        criterion = EachPlace(criterion)
    return loop_steps(twin.model, criterion, optimizer, inputs, targets, size, threads)


class EachPlace(nn.Module):
    """A loss of the classes at all places of sequences."""

    def __init__(self, loss: nn.Module) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        loss: Tensor = self.loss(outputs.view(-1, outputs.shape[-1]), targets.reshape(-1))
        return loss


def _nano(
    network: nn.Module, optimizer: optim.Optimizer, inputs: Tensor, targets: Tensor, size: int
) -> Any:
    """nanoGPT's step: windows drawn at random and stacked, gradients clipped."""

    def take(count: int) -> None:
        for _ in range(count):
            drawn = torch.randint(len(inputs), (size,)).tolist()
            x = torch.stack([inputs[one] for one in drawn])
            y = torch.stack([targets[one] for one in drawn])
            logits = network(x)
            loss = nn.functional.cross_entropy(
                logits.view(-1, logits.shape[-1]), y.view(-1), ignore_index=-1
            )
            loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    return take
