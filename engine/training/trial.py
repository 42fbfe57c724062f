"""Lets a trainer train something else for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engine.runs.series import Series
from engine.training.full_state import full_state, kept, put_back, training_state
from engine.training.trainer import Trainer


@contextmanager
def trial(trainer: Trainer) -> Iterator[None]:
    """Put everything back afterwards, to the last bit, but for the gradients of the last step.

    The losses that come in the meantime are in no curve.
    """
    present, state = kept(full_state(trainer)), training_state(trainer, 0, [])
    losses, newest_loss, look = trainer.losses, trainer.newest_loss, trainer.reports.last_look
    groups = trainer.optimizer.param_groups
    settings = [{name: group[name] for name in group.keys() - {"params"}} for group in groups]
    trainer.losses, trainer.reports.last_look = Series(), {}
    try:
        yield
    finally:
        put_back(trainer, present, state)
        trainer.losses, trainer.newest_loss, trainer.reports.last_look = losses, newest_loss, look
        for group, values in zip(trainer.optimizer.param_groups, settings, strict=True):
            group.update(values)  # an epoch's rate holds until the next one begins
        trainer.went_aside_at = trainer.global_step
