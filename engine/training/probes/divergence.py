"""Finds out where a training that diverged went non-finite first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import torch

from engine.runs.events import Diverged
from engine.training.checkpoint import Checkpoint
from engine.training.full_state import full_state, kept, restore
from engine.training.precision import casting
from engine.training.trainer import Trainer

MOST_S = 5.0
"""Seconds of training that are repeated at most to find the place."""


def located(
    event: Diverged,
    trainer: Trainer,
    finite: Checkpoint | None,
    factors: Sequence[tuple[int, float]],
    path: Path,
) -> Diverged:
    """The event with the first layer that went non-finite, if it can be found in time.

    The last steps are repeated from a finite state, since the step that met the first
    infinity has spread it over all weights; the trainer is then put back as it was.
    finite: None where there is no such state any more.
    factors: learning-rate factors by step, oldest first, as they were set on the way.
    path: names the checkpoint in errors.
    """
    now = kept(full_state(trainer))
    if event.at_end:  # the update that did it was the last one: nothing has spread since
        try:
            return _looked_through(event, trainer)
        finally:
            restore(trainer, now, path)
    if finite is None:
        return event
    steps = event.step - 1 - int(finite.state["step"])
    pace_s = trainer.elapsed_s / max(1, trainer.global_step)
    if steps < 0 or steps * pace_s > MOST_S:
        return event
    restore(trainer, finite, path)
    ahead: Sequence[tuple[int, float]] = [
        change for change in factors if change[0] >= trainer.global_step
    ]
    try:
        while trainer.global_step < event.step - 1 and trainer.reason is None:
            ahead = _set_factors(trainer, ahead)
            trainer.step()
        if trainer.reason is not None:
            return event
        _set_factors(trainer, ahead)
        return _looked_through(event, trainer)
    finally:
        restore(trainer, now, path)


def _set_factors(
    trainer: Trainer, ahead: Sequence[tuple[int, float]]
) -> Sequence[tuple[int, float]]:
    """Set what was set before the next step; returns what comes later."""
    while ahead and ahead[0][0] <= trainer.global_step:
        trainer.learning_rate.factor = ahead[0][1]
        trainer.learning_rate.apply(trainer.epoch, trainer.global_step)
        ahead = ahead[1:]
    return ahead


def _looked_through(event: Diverged, trainer: Trainer) -> Diverged:
    """Run the batch that made the loss non-finite through the layers, one by one."""
    if trainer.batch == 0:
        trainer.batches.shuffle()
    x, _ = trainer.batches[trainer.batch]
    layers = trainer.experiment.layers
    with torch.no_grad():
        for index, module in enumerate(trainer.model):
            weights = [*module.parameters(), *module.buffers()]
            if not all(bool(tensor.isfinite().all()) for tensor in weights):
                part = "weights"
            else:
                with casting(trainer.model, x.device):
                    x = module(x)
                part = "output"
                if bool(x.isfinite().all()):
                    continue
            return msgspec.structs.replace(
                event, layer=index, layer_text=str(layers[index]), part=part
            )
    return msgspec.structs.replace(event, part="loss")
