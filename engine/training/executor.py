"""Chooses how steps are run; the results are the same to the last bit, unless they are compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn, optim

from engine.errors import UsageError
from engine.parts.data import DataLocations
from engine.training.epoch_score import EpochScore, Measure, is_small
from engine.training.metrics import Evaluator
from engine.training.rival_step import eager_step
from engine.training.rivalry import RivalNetwork
from engine.training.splits import Split
from engine.training.step import Regularization, Step

if TYPE_CHECKING:
    from engine.training.shared.crew import Crew

Executor = Literal["auto", "eager", "traced", "graphed", "compiled"]
NOBODY_WAITS = DataLocations(Path())
MIN_STEPS = 500
"""A trace costs about as much time as 300 eager steps, a recording less."""


@dataclass(frozen=True)
class Execution:
    """How the steps of a training are run."""

    step: Step
    executor: Executor
    """What is really run, as far as batches like most show; never `auto`."""
    reason: str = ""
    """Why they are run eagerly though there are enough for better, or what it cost to compile them;
    else empty."""


def check_executor(executor: Executor, device: torch.device) -> None:
    """Raise UsageError where the device can't run steps so."""
    if executor == "graphed" and device.type != "cuda":
        raise UsageError(
            f'executor "graphed": only a CUDA device replays graphs, but this trains on {device}: '
            'use "auto", "eager" or "traced"'
        )
    if executor == "compiled" and device.type != "cpu":
        raise UsageError(
            f'executor "compiled": steps are compiled for the processor, and this trains on '
            f'{device}: use "auto" or "graphed"'
        )


def chosen_executor(executor: Executor, times: int, device: torch.device) -> Executor:
    """How to run what is done so many times, where that is left open."""
    if executor != "auto":
        return executor
    if times < MIN_STEPS:
        return "eager"
    return "graphed" if device.type == "cuda" else "traced"


def make_execution(
    asked: Executor,
    num_steps: int,
    device: torch.device,
    model: nn.Module,
    criterion: nn.Module,
    optimizer: optim.Optimizer,
    regularization: Regularization,
    example: Callable[[], tuple[Tensor, Tensor]],
    records_updates: bool,
    crew: Crew | None = None,
    locations: DataLocations = NOBODY_WAITS,
) -> Execution:
    """How a training of so many steps is run; example: gives a batch as large as most are.

    records_updates: whether a recorded step of this optimizer repeats, as its part says. locations:
    who is told while a step is compiled, and may raise to give that up.
    Raises UsageError where what is asked for can't be had.
    """
    executor = chosen_executor(asked, num_steps, device)
    if crew is not None:
        return _shared(crew, asked, executor, model, criterion, optimizer, regularization, example)
    if isinstance(model, RivalNetwork) and executor in ("graphed", "compiled"):
        if asked != "auto":
            raise UsageError(
                f'executor "{asked}": two networks against each other are changed within a step: '
                'use "auto" or "traced"'
            )
        executor = "traced"
    if executor == "eager":
        return Execution(eager_step(model, criterion, optimizer, regularization), "eager")
    if executor == "graphed":
        from engine.training.graphed import GraphedStep
        from engine.training.graphed.recorder import CudaRecorder

        recorder = CudaRecorder(device)
        graphed = GraphedStep(
            model, criterion, optimizer, regularization, recorder, records_updates
        )
        graphed.prepare(*example())
        return _had(graphed, executor, graphed.refusal, asked)
    if executor == "compiled":
        from engine.training.compiled import CompiledStep

        compiled = CompiledStep(model, criterion, optimizer, regularization, locations)
        compiled.prepare(*example())
        had = _had(compiled, executor, compiled.refusal, asked)
        return replace(had, reason=compiled.costs)
    from engine.training.traced import TracedStep

    traced = TracedStep(model, criterion, optimizer, regularization)
    traced.prepare(*example())
    return _had(traced, executor, traced.refusal, asked)


def _shared(
    crew: Crew,
    asked: Executor,
    executor: Executor,
    model: nn.Module,
    criterion: nn.Module,
    optimizer: optim.Optimizer,
    regularization: Regularization,
    example: Callable[[], tuple[Tensor, Tensor]],
) -> Execution:
    """How a training of several processes is run: what is theirs alone is traced, or it is not."""
    from engine.training.shared.local import LocalGradients, TracedGradients
    from engine.training.shared.step import SharedStep

    if asked in ("graphed", "compiled"):
        what = "records" if asked == "graphed" else "compiles its steps"
        raise UsageError(f'executor "{asked}": one process {what}, several don\'t: use "auto"')
    parameters = [p for p in model.parameters() if p.requires_grad]
    gradients: LocalGradients
    if executor == "traced":
        traced = TracedGradients(model, criterion, optimizer, regularization, parameters)
        traced.prepare(*example())
        gradients = traced
    else:
        gradients = LocalGradients(model, criterion, regularization, parameters)
    step = crew.step = SharedStep(gradients, parameters, optimizer, regularization)
    found: Executor = "traced" if executor == "traced" else "eager"
    return _had(step, found, gradients.refusal, asked)


def _had(step: Step, executor: Executor, refusal: str, asked: Executor) -> Execution:
    """A step that may have turned out to be eager; raises UsageError if another was asked for."""
    if refusal and asked != "auto":
        raise UsageError(f'executor "{asked}" can\'t be had here: {refusal}: use "auto" or "eager"')
    return Execution(step, "eager" if refusal else executor, refusal)


def make_epoch_score(
    executor: Executor,
    epochs: int,
    device: torch.device,
    evaluator: Evaluator,
    part: Split,
    measure: Measure,
    step: Step | None = None,
) -> EpochScore:
    """What selects, of a split at the end of each of so many epochs.

    step: that of a training whose epochs have one step each; None for others.
    """
    executor = chosen_executor(executor, epochs, device)
    if is_small(part):
        if executor == "graphed":
            from engine.training.graphed.epoch_score import GraphedEpochScore
            from engine.training.graphed.recorder import CudaRecorder

            return GraphedEpochScore(evaluator, part, measure, CudaRecorder(device))
        if executor in ("traced", "compiled"):
            from engine.training.traced import TracedStep
            from engine.training.traced.epoch_score import TracedEpochScore

            traced = step if isinstance(step, TracedStep) else None
            return TracedEpochScore(evaluator, part, measure, traced)
    return EpochScore(evaluator, part, measure)
