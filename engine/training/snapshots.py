"""Takes snapshots of a training's weights on the way, within a share of its time."""

from __future__ import annotations

import math
import time

import torch
from torch import Tensor

from engine.runs.directory import RunDirectory
from engine.runs.snapshots import (
    USUAL_BYTES,
    Layout,
    Snapshot,
    SnapshotWriter,
    Taken,
    spacing_of,
)
from engine.training.checkpoint import Checkpoint
from engine.training.full_state import input_tensors
from engine.training.named_tensors import model_tensors
from engine.training.probes.budget import Budget
from engine.training.trainer import Trainer
from engine.training.training_state import plain

SHARE = 0.004
"""Snapshots take about this share of the training's time: what can't be counted, the checks and
the caches that are cold afterwards, is more than as much again, and all of it a hundredth."""
AHEAD_S = 1.0
"""So much of a training's time to come is spent from before it has come, at most."""
LEAST_S = 0.1
"""A training is taken to be no shorter: one of a few steps is worth seeing, too."""
NATURAL = 32
"""Each of the first steps has a snapshot; later ones lie apart by this part of the steps done."""
WRITE_S = 15e-6
"""What writing a snapshot of a small network takes at first."""
ROWS = 256
ROWS_BYTES = 4_000_000
"""Snapshots that wait in memory to be written: so many at most, or one."""


class SnapshotTaker:
    """Copies the weights when `due` says so, and writes the copies in parts."""

    def __init__(self, trainer: Trainer, writer: SnapshotWriter | None) -> None:
        """writer: None where none are to be kept."""
        self._trainer = trainer
        self._writer = writer
        self.budget = Budget(SHARE)
        self._began_s, self._began_thread_s = trainer.elapsed_s, time.thread_time()
        self._began_step = trainer.global_step
        self._spacing = spacing_of(writer.steps, NATURAL) if writer else 1
        self._pending: list[Taken] = []
        self._write_s = WRITE_S
        """What writing one takes, about: counted once it is taken, since it follows from that."""
        self._live: list[Tensor] = []
        """The bytes of the tensors that steps write into."""
        self._rows: list[Tensor] = []
        self.due: float = math.inf
        """Steps done when the next snapshot is to be taken."""
        if writer is not None:
            parts = [tensor.to(trainer.device) for tensor in _tensors(trainer).values()]
            self._live = [_bytes_of(part) for part in parts]
            row = sum(len(part) for part in self._live)
            count = max(1, min(ROWS, ROWS_BYTES // max(1, row)))
            buffer = torch.empty(count, row, dtype=torch.uint8, device=trainer.device)
            self._rows = list(buffer.unbind())
            self._buffer = buffer
            newest = writer.newest
            is_there = newest is not None and newest.step == trainer.global_step
            self.due = trainer.global_step
            if is_there:
                self._set_due()

    @classmethod
    def begin(cls, trainer: Trainer, directory: RunDirectory, limit_bytes: int) -> SnapshotTaker:
        """Of a run that begins; of a network too large for the limit none are kept.

        Raises OSError where the file can't be made.
        """
        layout = _layout_of(trainer, limit_bytes)
        is_kept = layout.capacity() >= 2
        return cls(trainer, SnapshotWriter(directory.path, layout) if is_kept else None)

    @classmethod
    def resume(cls, trainer: Trainer, directory: RunDirectory, after_event: int) -> SnapshotTaker:
        """Of a run that goes on: those that no longer count are gone. Raises OSError."""
        writer = SnapshotWriter.reopened(directory.path, _layout_of(trainer, USUAL_BYTES))
        if writer is not None:
            writer.cut(trainer.global_step, after_event)
        return cls(trainer, writer)

    def take(self, last_event: int) -> str:
        """Keep the weights as they are now, if there is time for it; why it failed, or nothing.

        last_event: number of the newest event in the record.
        """
        began = time.thread_time()
        self._set_due()
        lacking_s = self.budget.lacking_s("take", self._worth_s(), 0.0)
        if lacking_s > 0:
            self._put_off(lacking_s)
            self.budget.spend("look", time.thread_time() - began)
            return ""
        return self._take(last_event, began)

    def finish(self, last_event: int) -> str:
        """Keep the weights as they are at the end, and write all; why it failed, or nothing."""
        if self._writer is None:
            return ""
        kept = self._pending[-1] if self._pending else self._writer.newest
        trouble = ""
        if kept is None or kept.step < self._trainer.global_step:
            trouble = self._take(last_event, time.thread_time())
        return trouble or self.flush()

    def flush(self) -> str:
        """Write those that wait; why it failed, or nothing."""
        if self._writer is None or not self._pending:
            return ""
        began = time.perf_counter()
        pending, self._pending = self._pending, []
        rows = (memoryview(row) for row in self._buffer[: len(pending)].cpu().numpy())
        try:
            thinned = self._writer.write(list(zip(pending, rows, strict=True)))
        except OSError as error:
            return f"{self._writer.path}: {error.strerror or error}"
        finally:
            took_s = time.perf_counter() - began
            self.budget.spend("write", took_s - self._write_s * len(pending))
            self._write_s = took_s / len(pending)
        self._spacing <<= thinned
        return ""

    def went_back(self, after_event: int) -> str:
        """Forget those that no longer count; after_event: number of the last event that does."""
        if self._writer is None:
            return ""
        step = self._trainer.global_step
        self._pending = []
        self.due = step
        try:
            self._writer.cut(step, after_event)
        except OSError as error:
            return f"{self._writer.path}: {error.strerror or error}"
        if step in self._writer.steps:
            self._set_due()
        return ""

    def _take(self, last_event: int, began: float) -> str:
        # Of this thread alone: a busy machine that lets it wait once would end them for long.
        trainer = self._trainer
        torch.cat(self._live, out=self._rows[len(self._pending)])
        loss = trainer.newest_loss
        self._pending.append(
            Taken(
                trainer.global_step,
                trainer.epoch,
                last_event,
                math.nan if loss is None else loss,
            )
        )
        self.budget.spend("take", time.thread_time() - began + self._write_s)
        return self.flush() if len(self._pending) == len(self._rows) else ""

    def _set_due(self) -> None:
        step = self._trainer.global_step
        self.due = step + max(1, step // NATURAL) * self._spacing

    def _put_off(self, lacking_s: float) -> None:
        """Look again once there is likely to be time: looking at every step costs as much."""
        trainer = self._trainer
        step = trainer.global_step
        done = max(1, step - self._began_step)
        step_s = max(self._elapsed_s() / done, self._whole_s() / 2 / self._num_steps())
        most = max(NATURAL, step)
        earned_s = SHARE * step_s * most
        wait = most if earned_s <= lacking_s else math.ceil(most * lacking_s / earned_s)
        self.due = max(self.due, step + wait)

    def _worth_s(self) -> float:
        """The time of training that snapshots may take their share of by now.

        A half of what is to come counts from the start, when most changes; so does a half of the
        whole where it is short. The other half is left for what comes later.
        """
        done = min(1.0, self._trainer.global_step / self._num_steps())
        return max(self._elapsed_s(), self._whole_s() * (1 + done) / 2)

    def _whole_s(self) -> float:
        """What the training will have taken, but for what lies far ahead."""
        steps = self._num_steps()
        done = min(1.0, self._trainer.global_step / steps)
        ahead_s = self._elapsed_s() / max(done, 1 / steps) * (1 - done)
        return max(LEAST_S, self._elapsed_s() + min(AHEAD_S, ahead_s))

    def _elapsed_s(self) -> float:
        """What the training has taken of this thread, whatever else the machine does."""
        return min(
            self._trainer.elapsed_s - self._began_s, time.thread_time() - self._began_thread_s
        )

    def _num_steps(self) -> int:
        return max(1, self._trainer.experiment.epochs * len(self._trainer.batches))


def checkpoint_of(snapshot: Snapshot) -> Checkpoint:
    """A snapshot as a checkpoint that holds weights, from which predictions can be made."""
    tensors, start = {}, 0
    for (name, dtype, shape), size in zip(
        snapshot.layout.tensors, snapshot.layout.sizes(), strict=True
    ):
        part = bytearray(snapshot.content[start : start + size])
        kind = getattr(torch, dtype)
        flat = torch.frombuffer(part, dtype=kind) if size else torch.empty(0, dtype=kind)
        tensors[name] = flat.reshape(shape)
        start += size
    taken = snapshot.taken
    counters = {"epoch": taken.epoch, "step": taken.step, "last_event": taken.event}
    return Checkpoint(tensors, {**snapshot.layout.state, **counters})


def _layout_of(trainer: Trainer, limit_bytes: int) -> Layout:
    """How a trainer's snapshots are laid out."""
    tensors = tuple(
        (name, str(tensor.dtype).removeprefix("torch."), tuple(tensor.shape))
        for name, tensor in _tensors(trainer).items()
    )
    return Layout(limit_bytes, tensors, {"input": plain(trainer.splits.input_map.state())})


def _tensors(trainer: Trainer) -> dict[str, Tensor]:
    """What a snapshot holds: the weights, and what inputs are brought to one scale with."""
    return {**model_tensors(trainer.model), **input_tensors(trainer)}


def _bytes_of(tensor: Tensor) -> Tensor:
    """A tensor's own bytes, (bytes,); later changes of the tensor show in it."""
    assert tensor.is_contiguous(), "layers make plain tensors"
    return tensor.detach().reshape(-1).view(torch.uint8)
