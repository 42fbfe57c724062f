"""Measures from which amount of work several threads pay.

`python -m tests.benchmarks.calibrate_threads [--rounds 25]` prints the table that the rule in
engine.training.threads was chosen by; it is kept in THREADS.md beside this file. The least of
many rounds is taken of each figure, because other programs make steps slower, never faster.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from engine.parts.layers import Layer
from engine.parts.layers.activation import GELU, ReLU
from engine.parts.layers.convolution import Conv2d
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.layers.normalization import LayerNorm
from engine.parts.layers.residual import Residual
from engine.parts.layers.sequence import Embedding, MeanPool, PositionalEmbedding, SelfAttention
from engine.parts.optimizers import SGD
from engine.parts.shapes import Shape, Tokens
from engine.spec.chain import links
from engine.spec.work import work_per_step
from engine.training.device import flush_denormals
from engine.training.model import build_model
from engine.training.step import Regularization
from engine.training.threads import available
from engine.training.traced import TracedStep
from tests.benchmarks.machine import cpu_model

BLOCK_S = 0.02


@dataclass(frozen=True)
class Case:
    """A network and a batch size."""

    kind: str
    layers: tuple[Layer, ...]
    shape: Shape
    batch_size: int

    @property
    def work(self) -> int:
        return work_per_step(links(self.layers, self.shape, []), self.batch_size)

    def __str__(self) -> str:
        written = " ".join(str(layer) for layer in self.layers if not isinstance(layer, ReLU))
        if self.kind == "sequences":
            width = self.layers[0].values()["embedding_dim"]
            written = f"two blocks of attention of {width} over {self.shape[0]} positions"
        return f"{written}, batch {self.batch_size}"


def cases() -> Iterator[Case]:
    """Dense and convolutional networks over four orders of magnitude of work."""
    for width in (32, 128, 512, 1024):
        layers = (Linear(width), ReLU(), Linear(width), ReLU(), Linear(10))
        for batch_size in (16, 64, 256, 1024, 4096):
            yield Case("dense", layers, (width,), batch_size)
    for batch_size in (16, 64, 256):
        layers = (Linear(128), ReLU(), Linear(64), ReLU(), Linear(10))
        yield Case("dense", layers, (784,), batch_size)
    for channels in (2, 4, 8, 16):
        convolutions = (Conv2d(channels, 3), ReLU(), Conv2d(channels, 3), ReLU())
        for batch_size in (8, 32, 128):
            yield Case(
                "convolutional", (*convolutions, Flatten(), Linear(10)), (1, 28, 28), batch_size
            )

    for width in (32, 64, 128):
        block: tuple[Layer, ...] = (
            Residual((LayerNorm(), SelfAttention(4, causal=True))),
            Residual((LayerNorm(), Linear(4 * width), GELU(), Linear(width))),
        )
        ends = (Embedding(10, width), PositionalEmbedding()), (MeanPool(), Linear(10))
        for batch_size in (16, 64, 256):
            reader = (*ends[0], *block, *block, *ends[1])
            yield Case("sequences", reader, Tokens((16,), 10), batch_size)


def step_s(case: Case, threads: tuple[int, ...], rounds: int) -> dict[int, float]:
    """Seconds per step with each number of threads, the least of the rounds."""
    torch.manual_seed(0)
    model = build_model(case.layers, case.shape)
    optimizer = SGD(lr=1e-6).build(model.parameters())
    step = TracedStep(model, nn.CrossEntropyLoss(), optimizer, Regularization())
    inputs = torch.randn(case.batch_size, *case.shape)
    if isinstance(case.shape, Tokens):
        inputs = torch.randint(0, case.shape.kinds, inputs.shape)
    targets = torch.randint(0, 10, (case.batch_size,))
    least = dict.fromkeys(threads, float("inf"))
    for _ in range(rounds):
        for count in threads:
            torch.set_num_threads(count)
            step(inputs, targets)
            began = time.perf_counter()
            steps = 0
            while (took := time.perf_counter() - began) < BLOCK_S or not steps:
                step(inputs, targets)
                steps += 1
            least[count] = min(least[count], took / steps)
    return least


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure steps with one and with all threads.")
    parser.add_argument("--rounds", type=int, default=25, help="of each figure (25)")
    parser.add_argument("--threads", type=int, default=available(), help="compared with one")
    parser.add_argument(
        "--kind", choices=("dense", "convolutional", "sequences"), help="only these"
    )
    given = parser.parse_args()
    rounds, many = given.rounds, given.threads
    flush_denormals()  # as the worker does
    machine = f"{cpu_model()}, {available()} cores, torch {torch.__version__}"
    load = os.getloadavg()[0]
    print(f"{machine}. Least of {rounds} rounds; load {load:.1f} before the start.\n")
    print(f"| | network | work per step | 1 thread | {many} threads | gain |")
    print("|---|---|--:|--:|--:|--:|")
    for case in sorted(cases(), key=lambda case: (case.kind, case.work)):
        if given.kind not in (None, case.kind):
            continue
        took = step_s(case, (1, many), rounds)
        one, all_of_them = took[1] * 1e6, took[many] * 1e6
        print(
            f"| {case.kind} | {case} | {case.work / 1e6:.2f} M | {one:.0f} µs "
            f"| {all_of_them:.0f} µs | {one / all_of_them:.2f} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
