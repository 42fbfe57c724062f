"""The training process: trains one experiment at a time, steered and watched over a socket.

Started as `python -P -m engine.service.worker` by engine.service.launch. One thread does
everything: between steps it looks at its mailbox, at most every 20 ms of work. So a client
costs the training nothing but the lines it is sent, and no step is ever half done.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import msgspec

from engine.errors import PerceptuiError, UsageError
from engine.parts.data import Download, Places
from engine.runs.directory import EVENTS
from engine.runs.events import Reason
from engine.runs.lease import HEARTBEAT_S, Held, claimed, drop_lease, own_lease, write_lease
from engine.runs.reader import Run
from engine.service import protocol as p
from engine.service.mailbox import Client, Mailbox
from engine.service.place import peer_pid, sweep
from engine.service.shown import show
from engine.service.worker_log import log_error, log_to, own_log
from engine.spec.reader import from_raw
from engine.spec.toml_text import parse_toml

if TYPE_CHECKING:
    from engine.service.training_run import TrainingRun

WORK_S = 0.02
"""Seconds of training between two looks at the mailbox."""
GRACE_S = 30.0
"""A worker without clients that was never told to run ends after so many seconds."""
CALLED_OFF = "stopped before the training began"


def linger_s() -> float:
    """How long a paused run's worker waits for a client: PERCEPTUI_LINGER_S."""
    try:
        return max(0.0, float(os.environ.get("PERCEPTUI_LINGER_S", "600")))
    except ValueError:
        return 600.0


class EndAtOnce(BaseException):
    """A signal or a shutdown came while nothing was trained yet that could be kept."""


class CalledOff(BaseException):
    """A client stopped an experiment while it was being prepared."""


class Worker:
    """The state of the process: its mailbox, its training if there is one."""

    def __init__(self) -> None:
        sweep()
        self.mailbox = Mailbox()
        self.state: p.State = "idle"
        self.signal = 0
        self._training: TrainingRun | None = None
        self._steering: Client | None = None
        self._on_disconnect: p.OnDisconnect = "continue"
        self._postponed: list[tuple[Client, p.Requests]] = []
        """Requests that came while an experiment was being prepared."""
        self._batches_left: int | None = None
        """Batches until the next pause; None for no end."""
        self._may_end_at_once = False
        self._ending = False
        self._alone_since = time.monotonic()
        self._heartbeat_due = 0.0
        self._had_client = False

    def run(self) -> int:
        """Warm up, then serve until there is nothing left to do; returns the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._caught)
        try:
            with self._ending_at_once():
                from engine.training.warmup import warm_up

                warm_up()
            while not self._ending:
                self._turn()
        except EndAtOnce:
            pass
        finally:
            self._close()
        return 128 + self.signal if self.signal else 0

    def _turn(self) -> None:
        training = self._training
        if training is not None and self.state == "running":
            self._train(training)
            wait_s = 0.0
        else:
            wait_s = 0.5
        if self._postponed:
            wait_s = 0.0
        requests, self._postponed = self._postponed, []
        for client, request in requests + self.mailbox.exchange(wait_s):
            self._answer(client, request)
        if self.signal:
            self._stop("interrupted")
            self._ending = True
        self._notice_absence()
        self._beat()

    def _train(self, training: TrainingRun) -> None:
        deadline = time.perf_counter() + WORK_S
        try:
            done = training.advance(deadline, self._batches_left)
            if self._batches_left is not None and not training.is_over:
                self._batches_left -= done
                if self._batches_left <= 0:
                    self._pause()
        except Exception as error:  # whatever it was, its run is told and the worker lives on
            self._break_off(training, error)
            return
        if training.is_over:
            self._finished()
        show(training, self.mailbox.clients)

    def _break_off(self, training: TrainingRun, error: Exception) -> None:
        """End a run that raised: told in its record where that can still be written."""
        log_error(error)
        message = p.Failure.of(error).text
        for event in training.fail(message):
            self.mailbox.announce(event)
        self._finished(message)

    def _answer(self, client: Client, request: p.Requests) -> None:
        if not client.greeted:
            self._greet(client, request)
            return
        try:
            self._check_steering(client, request)
            value = self._handle(client, request)
            answer = p.Answer(id=request.id, value=msgspec.Raw(msgspec.json.encode(value)))
        except PerceptuiError as error:
            answer = p.Answer(id=request.id, failure=p.Failure.of(error))
        except CalledOff:
            answer = p.Answer(id=request.id, failure=p.Failure.of(UsageError(CALLED_OFF)))
        except Exception as error:  # a fault of ours is told to the client and logged
            log_error(error)
            answer = p.Answer(id=request.id, failure=p.Failure.of(error))
        client.send(answer)

    def _greet(self, client: Client, request: p.Requests) -> None:
        if not isinstance(request, p.Hello):
            self.mailbox.drop(client)
            return
        begun = self._begun()
        client.send(p.Welcome(version=p.VERSION, pid=os.getpid(), state=self.state, begun=begun))
        if request.version == p.VERSION:
            client.greeted = True
            self._had_client = True

    def _check_steering(self, client: Client, request: p.Requests) -> None:
        if isinstance(request, p.STEERING):
            if self._steering is None or self._steering not in self.mailbox.clients:
                self._steering = client
            if self._steering is not client:
                pid = peer_pid(self._steering.connection)
                who = f"another client (process {pid})" if pid else "another client"
                raise UsageError(f"{who} steers this run; from here it can be watched or stopped")

    def _handle(self, client: Client, request: p.Requests) -> object:
        match request:
            case p.Train():
                return self._begin(request)
            case p.Resume():
                return self._resume(request)
            case (
                p.Describe()
                | p.WriteScript()
                | p.TuneLearningRate()
                | p.Predict()
                | p.Evaluate()
                | p.Export()
            ):
                from engine.service.aside import undisturbed

                with undisturbed():
                    return self._look_up(request)
            case p.Watch():
                client.watch = request
                return None
            case p.Shutdown():
                self._stop("stopped")
                self._ending = True
                return None
            case p.Hello():
                return None
            case p.Detach():
                self._on_disconnect = "continue"
                return None
            case _:
                return self._steer(request)

    def _steer(self, request: p.Requests) -> object:
        training = self._training
        if training is None:
            raise UsageError("nothing is being trained")
        if isinstance(request, p.Draw):
            return training.pictures(request.columns, request.rows)
        if training.is_over:
            if isinstance(request, p.Stop):
                return None
            raise UsageError("the run is over")
        match request:
            case p.Pause():
                self._pause()
            case p.Continue():
                self._go_on(None)
            case p.Advance():
                self._advance(training, request)
            case p.SetLearningRate():
                training.set_learning_rate(request.factor)
            case p.SaveCheckpoint():
                training.save()
            case p.Rewind():
                training.rewind(request.to)
            case p.Stop():
                self._stop(request.reason)
        return None

    def _begun(self) -> p.Begun | None:
        if self._training is None:
            return None
        path = self._training.directory.path.absolute()
        return p.Begun(run=str(path), since=self._training.since)

    def _begin(self, request: p.Train) -> p.Begun | None:
        from engine.service.preparation import Order, prepare
        from engine.service.training_run import TrainingRun

        self._free()
        experiment = from_raw(parse_toml(request.toml))
        self._on_disconnect = request.on_disconnect
        order = Order(
            experiment,
            request.name,
            Path(request.runs_dir),
            Path(request.data_dir),
            request.executor,
            list(request.changes),
            request.until_step,
        )
        with self._preparing():
            with self._ending_at_once():
                places = self._places(request.data_dir)
                trainer = prepare(order.experiment, places, order.executor)
            training = TrainingRun.begin(order, trainer)
            return self._take_on(training, paused=request.paused)

    def _resume(self, request: p.Resume) -> p.Begun | None:
        from engine.service.preparation import prepare_again
        from engine.service.training_run import TrainingRun

        self._free()
        self._on_disconnect = request.on_disconnect
        run = Run(Path(request.run))
        with self._preparing(), claimed(run.path, str(self.mailbox.path)) as claim:
            with self._ending_at_once():
                prepared = prepare_again(
                    run,
                    self._places(request.data_dir),
                    rewind=request.rewind,
                    learning_rate=request.learning_rate,
                )
            claim.check()
            training = TrainingRun.resume(run, prepared)
            return self._take_on(training, paused=False)

    def _free(self) -> None:
        """Let go of a run that is over; raises UsageError if one is not."""
        if self._training is not None:
            if not self._training.is_over:
                raise UsageError("this worker trains already: stop that run first")
            self.mailbox.unfollow()
            self._training = None

    @contextmanager
    def _preparing(self) -> Iterator[None]:
        """Say that an experiment is being prepared; idle again if nothing comes of it."""
        self._set_state("preparing")
        try:
            self._look()
            yield
        except BaseException:
            self._training = None
            self.mailbox.unfollow()
            self._set_state("idle")
            raise

    @contextmanager
    def _ending_at_once(self) -> Iterator[None]:
        """Here a signal ends the process wherever it is: there is nothing to be kept."""
        self._may_end_at_once = True
        try:
            if self.signal:
                raise EndAtOnce
            yield
        finally:
            self._may_end_at_once = False

    def _look(self) -> None:
        """Look at the mailbox while an experiment is being prepared."""
        for client, request in self.mailbox.exchange(0):
            match request:
                case p.Shutdown():
                    raise EndAtOnce
                case p.Stop() if client.greeted:
                    client.send(p.Answer(id=request.id))
                    raise CalledOff
                case p.Hello():
                    self._greet(client, request)
                case _:
                    self._postponed.append((client, request))
        if self._had_client and not self.mailbox.clients and self._on_disconnect == "stop":
            raise EndAtOnce

    def _take_on(self, training: TrainingRun, *, paused: bool) -> p.Begun | None:
        path = training.directory.path.absolute()
        log_to(path / "worker.log")
        self.mailbox.follow(path / EVENTS, training.record_start)
        self._training = training
        self._batches_left = None
        if paused:
            training.pause()
        self._set_state("paused" if paused else "running")
        self._heartbeat_due = 0.0
        self._beat()
        return self._begun()

    def _advance(self, training: TrainingRun, request: p.Advance) -> None:
        batches = request.batches
        if request.epochs:
            trainer = training.trainer
            batches += request.epochs * len(trainer.batches) - trainer.batch
        if batches < 1:
            raise UsageError("step: give at least one batch or epoch")
        self._go_on(batches)

    def _go_on(self, batches: int | None) -> None:
        self._batches_left = batches
        if self.state == "paused" and self._training is not None:
            self._training.go_on()
            self._set_state("running")
            self._heartbeat_due = 0.0

    def _pause(self) -> None:
        if self.state == "running" and self._training is not None:
            self._training.pause()
            self._set_state("paused")
            self._heartbeat_due = 0.0

    def _stop(self, reason: Reason) -> None:
        training = self._training
        if training is not None and not training.is_over:
            try:
                training.finish(reason)
            except Exception as error:  # the run must end whatever happens
                self._break_off(training, error)
                return
            self._finished()

    def _finished(self, detail: str = "") -> None:
        assert self._training is not None
        self._set_state("finished", detail)
        drop_lease(self._training.directory.path.absolute())
        self._alone_since = time.monotonic()

    def _look_up(
        self,
        request: p.Describe
        | p.WriteScript
        | p.TuneLearningRate
        | p.Predict
        | p.Evaluate
        | p.Export,
    ) -> object:
        """Answer what has nothing to do with the training."""
        from engine.service import export, inspection, statistics

        if isinstance(request, p.Describe | p.WriteScript | p.TuneLearningRate):
            experiment = from_raw(parse_toml(request.toml))
            places = self._places(request.data_dir)
            if isinstance(request, p.TuneLearningRate):
                from engine.training.range_test import sweep

                return sweep(experiment, places)
            if isinstance(request, p.WriteScript):
                return export.script_of(experiment, places)
            return statistics.describe(experiment, places)
        run = Run(Path(request.run))
        match request:
            case p.Predict():
                return inspection.predict(run, request.rows, request.checkpoint)
            case p.Evaluate():
                places = self._places(request.data_dir)
                return list(inspection.evaluate(run, places, request.checkpoint))
            case p.Export():
                output, data_dir = Path(request.output), Path(request.data_dir)
                export.export(run, request.format, output, request.checkpoint, data_dir)
                return None

    def _places(self, data_dir: str) -> Places:
        return Places(Path(data_dir), self._downloading)

    def _downloading(self, download: Download) -> None:
        self.mailbox.broadcast(
            p.Downloading(
                name=download.name,
                done_bytes=download.done_bytes,
                total_bytes=download.total_bytes,
            )
        )
        self._look()

    def _notice_absence(self) -> None:
        """Follow the policy once nobody is connected any more."""
        if self.mailbox.clients:
            self._alone_since = time.monotonic()
        if self.mailbox.clients or self._ending:
            return
        alone_s = time.monotonic() - self._alone_since
        if self._training is None:
            self._ending = self._had_client or alone_s > GRACE_S
        elif self._training.is_over:
            self._ending = True  # nobody can find it any more: its run is on disk
        elif self.state == "paused":
            if self._on_disconnect == "stop" or alone_s >= linger_s():
                self._stop("stopped")
                self._ending = True
        elif self._on_disconnect == "stop":
            self._stop("interrupted")
            self._ending = True
        elif self._on_disconnect == "pause":
            self._batches_left = 0

    def _beat(self) -> None:
        now = time.monotonic()
        if now < self._heartbeat_due:
            return
        self._heartbeat_due = now + HEARTBEAT_S
        try:
            self.mailbox.bind_again()
            if self._training is not None and not self._training.is_over:
                state: Held = "paused" if self.state == "paused" else "running"
                lease = own_lease(str(self.mailbox.path), state)
                write_lease(self._training.directory.path.absolute(), lease)
        except (OSError, PerceptuiError) as error:
            log_error(error)  # a full disk: the next beat tries again

    def _set_state(self, state: p.State, detail: str = "") -> None:
        self.state = state
        self.mailbox.broadcast(p.StateChanged(state=state, detail=detail))

    def _caught(self, number: int, frame: FrameType | None) -> None:
        self.signal = self.signal or number
        if self._may_end_at_once:
            self._may_end_at_once = False
            raise EndAtOnce

    def _close(self) -> None:
        self.mailbox.broadcast(p.Ended(signal=self.signal))
        self.mailbox.drain(5.0)
        self.mailbox.close()
        own_log().unlink(missing_ok=True)


def main() -> int:
    """Listen, say so on the descriptor named in the arguments, warm up, serve."""
    try:
        worker = Worker()
    except PerceptuiError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    ready = int(sys.argv[1])
    os.write(ready, f"{worker.mailbox.path}\n".encode())
    os.close(ready)
    return worker.run()


if __name__ == "__main__":
    sys.exit(main())
