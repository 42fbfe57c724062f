"""Runs the training of a worker: how far it may go, what state it is in, how it ends."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import CrewLost, PerceptuiError, UsageError
from engine.notices.caller import Caller, caller_for
from engine.runs.contents import EVENTS, LOG
from engine.runs.events import Reason
from engine.runs.lease import HEARTBEAT_S, Held, drop_lease, own_lease, write_lease
from engine.service import protocol as p
from engine.service.worker.last_words import last_words
from engine.service.worker.log import log_error, log_to
from engine.service.worker.pace import Pace
from engine.service.worker.progress import show
from engine.service.worker.socket_server import Client, SocketServer

if TYPE_CHECKING:
    from engine.service.worker.group_run import GroupRun
    from engine.service.worker.training_run import TrainingRun

WORK_S = 0.02
"""Seconds of training between two looks at the socket."""
LOOK_S = 0.05
"""Seconds between two looks whether processes are there that a training waits for."""


class RunController:
    """The one training of a worker, if there is one; told to all clients as it changes."""

    def __init__(self, server: SocketServer) -> None:
        self.state: p.State = "idle"
        self.training: TrainingRun | None = None
        self.group: GroupRun | None = None
        """In place of a training: many in one."""
        self._server = server
        self._batches_left: int | None = None
        """Batches until the next pause; None for no end."""
        self._pace = Pace()
        self._paced_by: Client | None = None
        self._heartbeat_due = 0.0
        self._waits = False
        """Whether the training waits for other processes."""
        self._caller: Caller | None = None
        """Who tells a person of the training, if one wants to be told."""

    @property
    def is_live(self) -> bool:
        """Whether there is a training, or a group of them, that is not over."""
        trains = self.training is not None and not self.training.is_over
        return trains or (self.group is not None and not self.group.is_over)

    def begun(self) -> p.Begun | None:
        """The run that is trained, as clients are told."""
        if self.training is None:
            return None
        path = self.training.directory.path.absolute()
        return p.Begun(run=str(path), since=self.training.since)

    def free(self) -> None:
        """Let go of a run that is over; raises UsageError if one is not."""
        if self.is_live:
            raise UsageError("this worker trains already: stop that run first")
        self.group = None
        if self.training is not None:
            self._server.unfollow()
            self.training.trainer.stop_reading()
            self.training = None
        self.state = "idle"

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Say that an experiment is being prepared; idle again if nothing comes of it."""
        self._set_state("preparing")
        try:
            yield
        except BaseException:
            self.training = None
            self._server.unfollow()
            self._set_state("idle")
            raise

    def take_on(
        self, training: TrainingRun, beginner: Client, *, paused: bool, pace: float
    ) -> p.Begun:
        """Train this from now on, once it is no longer paused; beginner: who asked for it.

        pace: steps a second; 0 for as fast as it goes.
        """
        self.keep_pace(pace, beginner)
        path = training.directory.path.absolute()
        log_to(path / LOG)
        begun = p.Begun(run=str(path), since=training.since)
        self._server.broadcast(p.Began(begun=begun))
        self._server.follow(path / EVENTS, training.record_start, beginner)
        self.training = training
        self._caller = caller_for(path, training.trainer.experiment.title or path.name)
        self._batches_left = None
        if paused:
            training.pause()
        self._set_state("paused" if paused else "running")
        self._heartbeat_due = 0.0
        self.beat()
        return begun

    def take_on_group(self, group: GroupRun) -> p.GroupBegun:
        """Train these from now on."""
        self.group = group
        self._pace.set(0.0, time.monotonic())  # that of an earlier training, if there was one
        self._heartbeat_due = 0.0
        self._set_state("running")
        self.beat()
        return p.GroupBegun()

    def _train_group(self, group: GroupRun) -> None:
        try:
            told = group.advance(time.perf_counter() + WORK_S)
        except Exception as error:  # whatever it was, the worker lives on
            from engine.training.mishap import told as in_words

            log_error(error)
            told = group.fail(p.Failure.of(in_words(error)))
        self._tell(group, told)

    def _tell(self, group: GroupRun, told: list[p.GroupMessage]) -> None:
        for message in told:
            self._server.broadcast(message)
        if group.is_over:
            self._set_state("finished")

    def train(self) -> None:
        """Train for WORK_S, or one step if that takes longer, if there is anything to do."""
        if self.group is not None and not self.group.is_over:
            self._train_group(self.group)
            return
        training = self.training
        if training is None or self.state != "running":
            return
        deadline = time.perf_counter() + WORK_S
        try:
            due = self._steps_due()
            if due == 0 and self._batches_left != 0:
                return  # the next step is not due yet; where none is left it pauses
            done = training.advance(deadline, due)
            self._waits = not training.is_over and training.waits()
            self._pace.done(done)
            if self._batches_left is not None and not training.is_over:
                self._batches_left -= done
                if self._batches_left <= 0:
                    self.pause()
        except Exception as error:  # whatever it was, its run is told and the worker lives on
            self._break_off(training, error)
            return
        if training.is_over:
            self._finished(training)
        show(training, self._server.clients, self._pace.steps_per_s)

    def rest_s(self) -> float:
        """Seconds until there is something to train; inf where there is nothing."""
        if self.state != "running":
            return math.inf
        rest_s = self._pace.rest_s(time.monotonic())
        return max(rest_s, LOOK_S) if self._waits else rest_s

    def _steps_due(self) -> int | None:
        """How many steps to do at once at most; None for any number."""
        if self._paced_by not in self._server.clients:
            self._pace.set(0.0, 0.0)  # who wanted it slow has gone
        due, left = self._pace.allowed(time.monotonic()), self._batches_left
        return left if due is None else due if left is None else min(due, left)

    def any_training(self) -> TrainingRun:
        """The training, live or over; raises UsageError where there is none."""
        if self.training is None:
            raise UsageError("nothing is being trained")
        return self.training

    def live(self, run: str) -> TrainingRun | None:
        """The training, if it is of this run and not over."""
        training = self.training
        if training is None or training.is_over:
            return None
        return training if training.directory.path.absolute() == Path(run) else None

    def do(self, command: p.Command | p.Stop) -> object:
        """Do to the training what a client commands; raises UsageError where that can't be.

        Returns what the command's answer is to say.
        """
        if self.group is not None:
            if isinstance(command, p.Stop):
                self.stop(command.reason)
                return None
            raise UsageError("trainings in one can only be stopped")
        training = self.any_training()
        if training.is_over:
            if isinstance(command, p.Stop):
                return None
            raise UsageError("the run is over")
        match command:
            case p.Pause():
                self.pause()
            case p.Continue():
                self.go_on()
            case p.Advance():
                self.advance(command.batches, command.epochs)
            case p.Stop():
                self.stop(command.reason)
            case _:
                return training.do(command)
        return None

    def keep_pace(self, steps_per_s: float, client: Client) -> None:
        """Train so many steps a second as long as this client is there; raises UsageError."""
        self._pace.set(steps_per_s, time.monotonic())
        self._paced_by = client

    def pause(self) -> None:
        """Wait, if it runs."""
        if self.state == "running" and self.training is not None:
            self.training.pause()
            self._set_state("paused")
            self._heartbeat_due = 0.0

    def go_on(self, batches: int | None = None) -> None:
        """Train on, for so many batches if they are given."""
        self._batches_left = batches
        self._pace.begin(time.monotonic())
        if self.state == "paused" and self.training is not None:
            self.training.go_on()
            self._set_state("running")
            self._heartbeat_due = 0.0

    def advance(self, batches: int, epochs: int) -> None:
        """Train so many batches, and to the end of so many epochs, then wait."""
        assert self.training is not None, "only a training can go on"
        if epochs:
            trainer = self.training.trainer
            batches += epochs * len(trainer.batches) - trainer.batch
        if batches < 1:
            raise UsageError("step: give at least one batch or epoch")
        self.go_on(batches)

    def pause_soon(self) -> None:
        """Wait after the step that is running."""
        self._batches_left = 0

    def stop(self, reason: Reason) -> None:
        """End the run, if one is live."""
        group = self.group
        if group is not None and not group.is_over:
            try:
                told = group.finish(reason)
            except Exception as error:  # the runs must end whatever happens
                log_error(error)
                told = group.fail(p.Failure.of(error))
            self._tell(group, told)
        training = self.training
        if training is not None and not training.is_over:
            try:
                training.finish(reason)
            except Exception as error:  # the run must end whatever happens
                self._break_off(training, error)
                return
            self._finished(training, reason=reason)

    def beat(self) -> None:
        """Say in the run's directory that it is held, every HEARTBEAT_S.

        A run whose directory was removed ends: nothing of it would remain.
        """
        self._tell_how_far()
        now = time.monotonic()
        if now < self._heartbeat_due:
            return
        self._heartbeat_due = now + HEARTBEAT_S
        try:
            self._server.bind_again()
            if self.group is not None:
                self.group.beat(self._server.path)
            training = self.training
            if training is None or training.is_over:
                return
            path = training.directory.path.absolute()
            if not path.exists():
                self._break_off(training, PerceptuiError(f"{path}: the run's directory is gone"))
                return
            state: Held = "paused" if self.state == "paused" else "running"
            write_lease(path, own_lease(str(self._server.path), state))
            if state == "paused":
                training.keep_crew()
        except (OSError, PerceptuiError) as error:
            log_error(error)  # a full disk: the next beat tries again

    def _tell_how_far(self) -> None:
        training = self.training
        if self._caller is not None and training is not None and not training.is_over:
            trainer = training.trainer
            paused = self.state == "paused"
            self._caller.beat(trainer.global_step, trainer.elapsed_s, waits=paused)

    def _break_off(self, training: TrainingRun, error: Exception) -> None:
        """End a run that raised: told in its record where that can still be written."""
        from engine.service.worker.recorder import RecordFailed
        from engine.training.mishap import told

        log_error(error)
        failure = p.Failure.of(told(error, training.trainer))
        for event in training.fail(
            failure.text, failure.exit_code, keep=isinstance(error, RecordFailed | CrewLost)
        ):
            self._server.announce(event)
        self._finished(training, failure.text)

    def _finished(
        self, training: TrainingRun, detail: str = "", reason: Reason | None = None
    ) -> None:
        """reason: why it was ended, where that was asked for."""
        self._set_state("finished", detail)
        if self._caller is not None:
            self._caller.end(*last_words(training.trainer, detail, reason))
            self._caller = None
        drop_lease(training.directory.path.absolute())

    def _set_state(self, state: p.State, detail: str = "") -> None:
        self.state = state
        self._server.broadcast(p.StateChanged(state=state, detail=detail))
