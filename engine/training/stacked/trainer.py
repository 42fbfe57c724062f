"""Trains a stack: every step is one of all its trainings, each as it would be trained alone."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.parts.data import DataLocations
from engine.runs.events import Diverged, EpochFinished, Event, Figure, Reason
from engine.spec.experiment import Experiment
from engine.training.metrics import Scored
from engine.training.model import is_finite
from engine.training.stacked.curves import Curves, Floats, Mask, Selections
from engine.training.stacked.member import Member, members_of
from engine.training.stacked.stack import Stack

MOST_UNREAD = 256
"""Epochs whose losses wait to be read, at most."""
MIN_STEPS = 2000
"""A stack without those that are over is worth its new trace for so many steps."""


class Happened(NamedTuple):
    """An event of one training."""

    number: int
    event: Event


class StackedTrainer:
    """Trains many experiments in one; call `step` until `is_over`.

    What each alone would do is done of each: its data, first weights, batches and masks are drawn
    from its own seed, its losses are judged by its own rules, and one that diverges or ends earlier
    leaves the others as they are. Numbers differ from those alone in the last digits, since sums
    are made in another order.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        """Raises Unstackable where these can't be trained in one."""
        self.members = members
        self.epoch = self.batch = self.global_step = 0
        self.elapsed_s = 0.0
        self._take(Stack(members))
        experiments = [member.trainer.experiment for member in members]
        self._epochs = experiments[0].epochs
        self._selections = Selections(len(members), members[0].trainer.selection.metric)
        self._curves = Curves(len(members))
        stops = [one.stop_below for one in experiments]
        self._stop_below = np.array([-math.inf if stop is None else stop for stop in stops])
        self._may_stop = any(stop is not None for stop in stops)
        self._patience = np.array([one.patience or 0 for one in experiments])
        self._unread: list[Tensor] = []
        self._begun: Floats = np.empty((0, len(members)))
        """Losses of the epoch that is running, (batches, rows), once they were read."""

    @classmethod
    def of(cls, experiments: Sequence[Experiment], locations: DataLocations) -> StackedTrainer:
        """Load their data and build their networks; raises Unstackable, and what Trainer does."""
        return cls(list(members_of(experiments, locations)))

    @property
    def is_over(self) -> bool:
        """Whether every training has ended."""
        return self._num_active == 0

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        return (self.epoch + self.batch / len(self._stack.batches)) / self._epochs

    def step(self) -> list[Happened]:
        """Train all on their next batch; returns what happened, mostly nothing."""
        assert not self.is_over, "the trainings are over"
        began = time.perf_counter()
        stack, happened = self._stack, []
        if self.batch == 0:
            stack.batches.shuffle()
            stack.rates.before_epoch(self.epoch)
        stack.rates.before_step(self.global_step)
        self._unread.append(stack.step(self.batch, self.global_step))
        self.batch += 1
        self.global_step += 1
        if self.batch == len(stack.batches):
            self.batch = 0
            self.epoch += 1
            if self._is_due():
                happened = self._read(began)
        self.elapsed_s += time.perf_counter() - began
        return happened

    def stop(self, reason: Reason) -> list[Happened]:
        """End all that are not over where they stand."""
        happened = self._read(time.perf_counter())
        if self._stack.tracks_best and self.epoch and self._num_active:  # no step comes to tell
            self._judge(np.array(self._stack.scores()), self.epoch, self._active)
        for row in np.flatnonzero(self._active).tolist():
            self._end(row, reason)
        return happened

    def _take(self, stack: Stack) -> None:
        """Train these rows from now on."""
        self._stack = stack
        self._numbers = np.array([member.number for member in stack.members])
        """Of the trainings in the rows."""
        self._active = np.array([not member.is_over for member in stack.members])
        """Which rows are not over."""
        self._num_active = int(self._active.sum())

    def _is_due(self) -> bool:
        """Whether something is to be decided at the end of this epoch, the newest."""
        return (
            not self._stack.tracks_best
            or self._may_stop
            or len(self._unread) >= MOST_UNREAD * len(self._stack.batches)
            or self.members[0].trainer.is_reported(self.epoch)
        )

    def _read(self, began: float) -> list[Happened]:
        """Take note of the losses since the last reading, epoch by epoch."""
        if not self._unread:
            return []
        losses = torch.stack(self._unread).double().cpu().numpy()
        self._unread = []
        size = len(self._stack.batches)
        whole = len(losses) // size
        happened: list[Happened] = []
        for number in range(whole):
            epoch = self.epoch - whole + number + 1
            happened += self._finish_epoch(epoch, losses[number * size :][:size], began)
        self._begun = losses[whole * size :]
        if self._is_worth_less():
            left = [member for member in self._stack.members if not member.is_over]
            for row, member in enumerate(self._stack.members):
                rate = self._stack.rates.rate(row)
                member.trainer.learning_rate.load_state(rate.state())
            self._take(Stack(left, self._stack))
            self._stack.rates.apply(self.epoch, self.global_step)
        return happened

    def _is_worth_less(self) -> bool:
        """Whether so many have ended that a smaller stack is worth another trace."""
        members = self._stack.members
        left = self._num_active
        steps = (self._epochs - self.epoch) * len(self._stack.batches)
        return self.batch == 0 and 0 < left <= len(members) // 2 and steps >= MIN_STEPS

    def _finish_epoch(self, epoch: int, losses: Floats, began: float) -> list[Happened]:
        """What follows from an epoch's losses, (batches, rows)."""
        members = self._stack.members
        happened = self._diverged(epoch, losses)
        means = losses.sum(0) / len(losses)
        if epoch == 1:
            for row, member in enumerate(members):
                member.trainer.first_loss = float(losses[0, row])
        self._curves.append(epoch, self._numbers, means)
        active = self._active.copy()
        stops = active & (means < self._stop_below[self._numbers])
        ends = active if epoch >= self._epochs else stops
        scores = means
        if not self._stack.tracks_best:
            scores = np.array(self._stack.scores())
            self._judge(scores, epoch, active)
        else:
            if epoch > 1:  # by a step's loss, which is that of the weights before it
                self._selections.see(epoch - 1, self._numbers, means, active)
            if ends.any():
                self._judge(np.array(self._stack.scores()), epoch, ends)
        waited = epoch - self._selections.epochs[self._numbers]
        patience = self._patience[self._numbers]
        loses = active & ~ends & (patience > 0) & (waited >= patience)
        reasons: dict[int, Reason] = {}
        told: tuple[tuple[Mask, Reason], ...] = (
            (ends & ~stops, "completed"),
            (stops, "stop_below"),
            (loses, "patience"),
        )
        for mask, reason in told:
            reasons |= dict.fromkeys(np.flatnonzero(mask).tolist(), reason)
        self._stack.rates.after_epoch(scores)
        return happened + self._reported(epoch, means, reasons, began)

    def _diverged(self, epoch: int, losses: Floats) -> list[Happened]:
        """End the trainings that have a loss which is not finite."""
        happened = []
        for row in np.flatnonzero(~np.isfinite(losses).all(0)).tolist():
            member = self._stack.members[row]
            if not self._active[row]:
                continue
            batch = int(np.flatnonzero(~np.isfinite(losses[:, row]))[0])
            trainer, step = member.trainer, (epoch - 1) * len(losses) + batch + 1
            self._end(row, "diverged")
            trainer.epoch, trainer.batch, trainer.global_step = epoch - 1, batch + 1, step
            trainer.learning_rate.apply(trainer.epoch, step - 1)
            event = Diverged(
                epoch=epoch,
                step=step,
                loss=str(losses[batch, row]),
                learning_rate=trainer.learning_rate.current,
                gradient_norm="unknown",
            )
            happened.append(Happened(member.number, event))
        return happened

    def _judge(self, scores: Floats, epoch: int, rows: Mask) -> None:
        """Compare some rows as they are with the best of their trainings; keep the better."""
        better = self._selections.see(epoch, self._numbers, scores, rows)
        if better.any():
            self._stack.keep(torch.from_numpy(better))
            for row in np.flatnonzero(better).tolist():
                member = self._stack.members[row]
                member.best_generator = member.generator.get_state()

    def _reported(
        self, epoch: int, means: Floats, reasons: dict[int, Reason], began: float
    ) -> list[Happened]:
        """Report the rows that are to be reported, and end those that end."""
        is_reported = self.members[0].trainer.is_reported(epoch)
        rows = [
            row
            for row in range(len(self._numbers))
            if row in reasons or (is_reported and self._active[row])
        ]
        if not rows:
            return []
        elapsed_s = self.elapsed_s + time.perf_counter() - began
        looks, norms = self._stack.looks(), self._stack.gradient_norms()
        happened = []
        for row in rows:
            member, look = self._stack.members[row], looks[row]
            report = self._report(row, look, float(means[row]), norms[row], elapsed_s)
            happened.append(Happened(member.number, report))
            if row in reasons:
                self._end(row, reasons[row], look)
                trainer = member.trainer
                if not (math.isfinite(look["train"].loss) and is_finite(trainer.model)):
                    event = self._overflow(member, look["train"].loss, norms[row])
                    happened.append(Happened(member.number, event))
        return happened

    def _report(
        self, row: int, look: dict[str, Scored], mean: float, norm: float, elapsed_s: float
    ) -> EpochFinished:
        trainer = self._stack.members[row].trainer
        measured: dict[str, Figure] = {
            f"{name}_{metric}": value
            for name, scored in look.items()
            for metric, value in scored.reported.items()
        }
        steps_per_s = self.global_step / elapsed_s
        return EpochFinished(
            epoch=self.epoch,
            step=self.global_step,
            metrics=trainer.reports.take(measured, mean),
            learning_rate=self._stack.rates.rate(row).current,
            gradient_norm=norm,
            steps_per_s=steps_per_s,
            samples_per_s=steps_per_s * trainer.batches.num_samples / len(trainer.batches),
            elapsed_s=elapsed_s,
        )

    def _overflow(self, member: Member, loss: float, norm: float) -> Diverged:
        """What ends a training whose last update left no finite weights, or no finite loss."""
        trainer = member.trainer
        trainer.reason, member.last = "diverged", member.best or member.last
        return Diverged(
            epoch=self.epoch,
            step=self.global_step,
            loss=str(math.nan if math.isfinite(loss) else loss),
            learning_rate=trainer.learning_rate.current,
            gradient_norm=f"{norm:g}",
            at_end=True,
        )

    def _end(self, row: int, reason: Reason, look: dict[str, Scored] | None = None) -> None:
        """End one training where it stands; look: its final evaluation, if it was made."""
        stack, trainer = self._stack, self._stack.members[row].trainer
        member = stack.members[row]
        best_epoch = int(self._selections.epochs[member.number])
        trainer.elapsed_s = self.elapsed_s
        trainer.learning_rate.load_state(stack.rates.rate(row).state())
        trainer.selection.value = float(self._selections.values[member.number])
        trainer.selection.epoch = trainer.selection.seen_epoch = best_epoch
        trainer.losses = self._curves.until(member.number, best_epoch)
        if reason == "diverged" or self.batch or best_epoch < self.epoch:
            member.take(stack.best, row, best_epoch * len(trainer.batches))
            member.last = member.checkpoint(member.best_generator)
            member.best = member.last if best_epoch else None
        trainer.losses = self._curves.until(member.number, self.epoch)
        trainer.selection.seen_epoch = self.epoch
        self._active[row] = False
        self._num_active -= 1
        if reason not in ("stopped", "interrupted"):  # whoever goes on from those trains on
            trainer.reason = reason
        if reason == "diverged":
            return
        member.take(stack.rows, row, self.global_step)
        trainer.reports.last_look = look or {}
        if self.batch:
            trainer.epoch_losses[:] = self._begun[:, row].tolist()
        member.last = member.checkpoint()
        trainer.reason = reason
        member.best = member.best or (member.last if best_epoch else None)
