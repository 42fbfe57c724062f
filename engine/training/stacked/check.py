"""What trainings must share to be stacked, and the proof that a stacked step is theirs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.spec.stackable import differing, why_alone
from engine.training.splits import StreamedSplit
from engine.training.stacked.errors import Unstackable
from engine.training.stacked.member import Member
from engine.training.stacked.program import Rows
from engine.training.step import EagerStep
from engine.training.trainer import Trainer

TOLERANCE = 1e-5
"""By which losses may differ, and of the largest gradient the others."""
_PROVEN = 3
"""Trainings whose first step is done alone as well."""


def check_alike(trainers: Sequence[Trainer]) -> None:
    """Raise Unstackable where trainings are of different shapes, or one can't be stacked at all."""
    first = trainers[0]
    for trainer in trainers:
        experiment = trainer.experiment
        if reason := why_alone(experiment):
            raise Unstackable(reason)
        if apart := differing(first.experiment, experiment):
            raise Unstackable(f"they differ in {apart}")
        if any(isinstance(part, StreamedSplit) for part in trainer.device_splits.values()):
            raise Unstackable("its data is read from files as it is used")
        sizes, others = (
            {name: len(part) for name, part in one.device_splits.items()}
            for one in (trainer, first)
        )
        if sizes != others:
            raise Unstackable("their splits have different sizes")
        if trainer.chain[-1].output_shape != first.chain[-1].output_shape:
            raise Unstackable("their outputs have different shapes")


def check_step(
    members: Sequence[Member],
    rows: Rows,
    losses: Tensor,
    gradients: Tensor,
    inputs: Tensor,
    targets: Tensor,
    generators: Sequence[Tensor],
    *,
    is_shared: bool,
) -> None:
    """Raise Unstackable unless losses and gradients of a step are those of steps alone.

    rows: before the step; generators: as they were then. Some of the trainings are compared; their
    trainers stand where their rows do then.
    """
    for row in sorted({0, len(members) // 2, len(members) - 1})[:_PROVEN]:
        member = members[row]
        trainer = member.trainer
        torch.set_rng_state(generators[row])
        step = trainer.execution.step
        assert isinstance(step, EagerStep)
        member.take(rows, row, trainer.global_step)
        batch = (inputs, targets) if is_shared else (inputs[row], targets[row])
        try:
            loss = step.gradients(*batch)
        except RuntimeError:
            continue  # BCELoss refuses outputs that are not finite, where a stack has nan
        own = torch.cat(
            [p.grad.reshape(-1) for p in trainer.model.parameters() if p.grad is not None]
        )
        trainer.optimizer.zero_grad()
        member.take(rows, row, trainer.global_step)
        if not loss.isfinite():
            continue
        apart = (loss - losses[row]).abs().item()
        if not apart <= TOLERANCE * max(1.0, abs(loss.item())):
            raise Unstackable(f"its loss would differ by {apart:.1g}")
        apart = (own - gradients[row]).abs().max().item()
        if not apart <= 10 * TOLERANCE * max(own.abs().max().item(), 1e-3):
            raise Unstackable(f"its gradients would differ by {apart:.1g}")
