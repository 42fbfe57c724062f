"""Finds out where a training that diverged went non-finite first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import torch
from torch import Tensor

from engine.parts.layers.address import Address, at, module_name, place
from engine.runs.changes import Change
from engine.runs.events import Diverged, Part
from engine.training.by_hand import apply
from engine.training.checkpoint import Checkpoint
from engine.training.full_state import full_state, kept, restore
from engine.training.layer_outputs import watched
from engine.training.trainer import Trainer

MOST_S = 5.0
"""Seconds of training that are repeated at most to find the place."""


def located(
    event: Diverged,
    trainer: Trainer,
    finite: Checkpoint | None,
    changes: Sequence[Change],
    path: Path,
) -> Diverged:
    """The event with the first layer that went non-finite, if it can be found in time.

    The last steps are repeated from a finite state, since the step that met the first
    infinity has spread it over all weights; the trainer is then put back as it was.
    finite: None where there is no such state any more.
    changes: what was changed by hand on the way, oldest first.
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
    ahead: Sequence[Change] = [change for change in changes if change.step >= trainer.global_step]
    try:
        while trainer.global_step < event.step - 1 and trainer.reason is None:
            ahead = _changed(trainer, ahead)
            trainer.step()
        if trainer.reason is not None:
            return event
        _changed(trainer, ahead)
        return _looked_through(event, trainer)
    finally:
        restore(trainer, now, path)


def _changed(trainer: Trainer, ahead: Sequence[Change]) -> Sequence[Change]:
    """Do what was done before the next step; returns what comes later."""
    while ahead and ahead[0].step <= trainer.global_step:
        apply(trainer, ahead[0])
        ahead = ahead[1:]
    return ahead


def _looked_through(event: Diverged, trainer: Trainer) -> Diverged:
    """Run the batch that made the loss non-finite through the layers, and look at each."""
    if trainer.batch == 0:
        trainer.batches.shuffle()
    x, _ = trainer.batches[trainer.batch]
    model, layers = trainer.model, trainer.experiment.network
    first: list[tuple[Address, Part]] = []

    def see(address: Address, output: Tensor) -> None:
        if first:
            return
        module = model.get_submodule(module_name(address))
        if not all(map(_is_finite, [*module.parameters(), *module.buffers()])):
            first.append((address, "weights"))
        elif not _is_finite(output):
            first.append((address, "output"))

    with torch.no_grad(), watched(model, layers, see):
        model(x)
    if not first:
        return msgspec.structs.replace(event, part="loss")
    address, part = first[0]
    return msgspec.structs.replace(
        event,
        layer=address[0],
        place=place(address),
        layer_text=at(layers, address).brief,
        part=part,
    )


def _is_finite(tensor: Tensor) -> bool:
    return bool(tensor.isfinite().all())
