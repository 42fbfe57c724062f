"""The next step of a training, taken apart."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor

from engine.errors import UsageError
from engine.runs.dissected_step import Clipping, DissectedStep, Focus, Part
from engine.runs.script.plan import Plan
from engine.runs.script.step import step_lines
from engine.training.microscope.forward import batch_of, layers_of
from engine.training.microscope.loss import loss_of
from engine.training.microscope.numbers import figure
from engine.training.microscope.rehearsal import Rehearsal, rehearse
from engine.training.microscope.update import update_of
from engine.training.trainer import Trainer


def dissect(trainer: Trainer, focus: Focus) -> DissectedStep:
    """The step that comes next in its parts; no bit of the training changes.

    Raises UsageError where none comes, or its loss can't be computed.
    """
    if trainer.reason is not None:
        raise UsageError("the training is over: no step is left to be taken apart")
    done = rehearse(trainer, focus.sample)
    return DissectedStep(
        step=trainer.global_step + 1,
        epoch=trainer.epoch + 1,
        parts=parts_of(trainer),
        sample=done.sample,
        batch=batch_of(trainer, done),
        layers=layers_of(trainer, done),
        loss=loss_of(trainer, done),
        left_over=None if done.left_over is None else figure(done.left_over),
        clipping=_clipping(trainer, done),
        update=update_of(trainer, done),
        digest_before=digest_of(done.before),
        digest=digest_of(done.after),
    )


def parts_of(trainer: Trainer) -> list[Part]:
    """What the step does, one thing after the other, in the lines of the training's script."""
    sizes = {name: len(part) for name, part in trainer.splits.named().items()}
    plan = Plan(
        trainer.experiment,
        trainer.locations,
        trainer.splits.facts,
        trainer.chain,
        sizes,
        trainer.splits.input_map.pixels,
    )
    lines = step_lines(plan)
    parts = [
        Part(name="batch", lines=lines.batch),
        Part(name="forward", lines=lines.forward),
        Part(name="loss", lines=lines.loss),
        Part(name="zero_grad", lines=lines.zero_grad),
        Part(name="backward", lines=lines.backward),
    ]
    if lines.clip:
        parts.append(Part(name="clip", lines=lines.clip))
    return [*parts, Part(name="step", lines=lines.step)]


def digest_of(tensors: dict[str, Tensor]) -> str:
    """SHA-256 of a network's weights and buffers, by name."""
    found = hashlib.sha256()
    for name in sorted(tensors):
        found.update(name.encode())
        flat = tensors[name].detach().cpu().contiguous().reshape(-1)
        found.update(flat.view(torch.uint8).numpy().tobytes())
    return found.hexdigest()


def _clipping(trainer: Trainer, done: Rehearsal) -> Clipping | None:
    most = trainer.regularization.clip_norm
    if most is None or done.norm is None:
        return None
    factor = (most / (done.norm + 1e-6)).clamp(max=1.0)  # as torch's clip_grad_norm_ has it
    return Clipping(most=most, norm=figure(done.norm), factor=figure(factor))
