"""Chooses how steps are run; the results are the same to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn, optim

from engine.errors import UsageError
from engine.training.step import EagerStep, Regularization, Step

Executor = Literal["auto", "eager", "traced", "graphed"]
MIN_STEPS = 500
"""A trace costs about as much time as 300 eager steps, a recording less."""


def check_executor(executor: Executor, device: torch.device) -> None:
    """Raise UsageError where the device can't run steps so."""
    if executor == "graphed" and device.type != "cuda":
        raise UsageError(
            f'executor "graphed": only a CUDA device replays graphs, but this trains on {device}: '
            'use "auto", "eager" or "traced"'
        )


def make_step(
    executor: Executor,
    num_steps: int,
    device: torch.device,
    model: nn.Module,
    criterion: nn.Module,
    optimizer: optim.Optimizer,
    regularization: Regularization,
    example: Callable[[], tuple[Tensor, Tensor]],
    records_updates: bool,
) -> Step:
    """The step of a training of so many; example: gives a batch as large as most are.

    records_updates: whether a recorded step of this optimizer repeats, as its part says.
    """
    if executor == "auto" and num_steps >= MIN_STEPS:
        executor = "graphed" if device.type == "cuda" else "traced"
    if executor == "graphed":
        from engine.training.graphed import GraphedStep
        from engine.training.graphed.recorder import CudaRecorder

        recorder = CudaRecorder(device)
        graphed = GraphedStep(
            model, criterion, optimizer, regularization, recorder, records_updates
        )
        graphed.prepare(*example())
        return graphed
    if executor == "traced":
        from engine.training.traced import TracedStep

        return TracedStep(model, criterion, optimizer, regularization)
    return EagerStep(model, criterion, optimizer, regularization)


def executor_of(step: Step) -> Executor:
    """How a step is run, as far as that can be told before the first one."""
    if isinstance(step, EagerStep):
        return "eager"
    from engine.training.traced import TracedStep

    if isinstance(step, TracedStep):
        return "traced"
    return "eager" if getattr(step, "refusal", "") else "graphed"
