"""A training with its record: runs the trainer, writes the run directory, ends it cleanly."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import torch

from engine.errors import BadCheckpoint, UsageError
from engine.parts.data import Facts
from engine.parts.data.fingerprint import fingerprint
from engine.runs import events as ev
from engine.runs.changes import Change
from engine.runs.contents import discard, sweep
from engine.runs.directory import RunDirectory
from engine.runs.dissected_step import DissectedStep, Focus
from engine.runs.inside import Effect, Inside, Look
from engine.runs.kept_table import store
from engine.runs.origin import digest_of, experiment_digest
from engine.runs.pictures import Pictures
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.worker.board import Live
from engine.service.worker.by_hand import ByHand
from engine.service.worker.checkpoints import Checkpoints, Outcome
from engine.service.worker.inspection import written_by
from engine.service.worker.preparation import Prepared
from engine.service.worker.recorder import Recorder
from engine.service.worker.review import of_past
from engine.spec.experiment import Experiment
from engine.training.answers import predictions
from engine.training.checkpoint import load
from engine.training.full_state import restore
from engine.training.inside import look_inside
from engine.training.last_good_state import LastGoodState
from engine.training.microscope import dissect
from engine.training.mishap import no_probabilities
from engine.training.moment import weights_at
from engine.training.pictures import all_pictures
from engine.training.probes.divergence import located
from engine.training.probes.instruments import Instruments
from engine.training.shared.crew import Lead
from engine.training.shared.group import ProcessLost
from engine.training.snapshots import SnapshotTaker
from engine.training.trainer import Trainer


class TrainingRun:
    """One training in this process, with its run directory.

    Call `advance` until `is_over`. Every method raises RecordFailed where the record can't be
    written; a checkpoint that can't be is told in the record.
    """

    def __init__(
        self,
        trainer: Trainer,
        directory: RunDirectory,
        changes: Sequence[Change],
        number: int = 0,
    ) -> None:
        """number: of the newest event that is recorded already."""
        self.trainer = trainer
        self.directory = directory
        self.is_over = False
        self.since = 1
        """Number of the event that began this process's part of the record."""
        self.record_start = 0
        """Where in the record's file that part begins, in bytes."""
        self._until_step: int | None = None
        self._recorder = Recorder(directory, number)
        self.instruments = Instruments(trainer)
        """What is measured beside the training."""
        self.last_good = LastGoodState(
            trainer, self.instruments.budget, directory.checkpoint("last")
        )
        self.checkpoints = Checkpoints(trainer, directory, self.last_good)
        self._by_hand = ByHand(trainer, changes, self._recorder, self.checkpoints.best)
        self.snapshots = SnapshotTaker(trainer, None)
        """Of the weights; there are none until the run has begun."""
        self._told: Live | None = None
        """What TensorBoard is told, where somebody asked for that."""
        self._snapshot_trouble = ""
        """What was told last of why snapshots can't be written."""

    @classmethod
    def begin(cls, order: p.Train, trainer: Trainer) -> TrainingRun:
        """Make the run directory of a training that is prepared.

        Raises UsageError where that can't be written; nothing is left of it then.
        """
        experiment = trainer.experiment
        digest = fingerprint(experiment.data)
        _asked_for(experiment, trainer.splits.facts)
        table = experiment.data.kept_table()
        runs_dir = Path(order.runs_dir)
        directory = RunDirectory.create(runs_dir, order.name, experiment, order.directory)
        run = cls(trainer, directory, order.changes)
        run._until_step = order.until_step
        try:
            started = trainer.started(str(directory.path), digest)
            run._recorder.record(
                msgspec.structs.replace(
                    started,
                    experiment_digest=experiment_digest(directory.path),
                    table_digest=store(directory.path, table) if table is not None else "",
                )
            )
            run.last_good.begin(run._recorder.number)
            run.snapshots = SnapshotTaker.begin(trainer, directory, order.snapshot_bytes)
            run._tell_board(order.tensorboard)
        except OSError as error:
            discard(directory.path)
            reason = error.strerror or str(error)
            raise UsageError(f"{order.runs_dir}: runs can't be written here ({reason})") from error
        return run

    @classmethod
    def resume(cls, run: Run, prepared: Prepared) -> TrainingRun:
        """Go on with a run from what is kept of it, bit by bit as if it had never ended."""
        sweep(run.path)
        trainer = prepared.trainer
        resumed = cls(trainer, run.directory, prepared.changes, prepared.after)
        resumed.since = prepared.after + 1
        resumed.record_start = run.record_size()
        resumed.checkpoints.best.take(prepared.best)
        resumed.checkpoints.best.is_saved = prepared.is_best_in_file
        resumed.checkpoints.put_off()
        experiment = trainer.experiment if prepared.is_extended else None
        resumed._recorder.record(
            ev.Resumed(
                from_step=trainer.global_step,
                epoch=trainer.epoch,
                after_event=prepared.after_event,
                torch=str(torch.__version__),
                executor=trainer.execution.executor,
                executor_reason=trainer.execution.reason,
                data_path=trainer.splits.data_path,
                data_reason=trainer.splits.data_reason,
                epochs=experiment.epochs if experiment else 0,
                experiment_digest=digest_of(experiment) if experiment else "",
            )
        )
        if experiment is not None:  # not before the record knows it: it would be a damaged run
            run.directory.write_experiment(experiment)
        resumed._resume_snapshots(prepared.after_event)
        resumed.instruments.remember(prepared.reports)
        if prepared.is_in_file:
            resumed.last_good.went_back()
        else:
            resumed.last_good.begin(resumed._recorder.number)
        if prepared.factor is not None:
            resumed.set_learning_rate(prepared.factor)
        is_in_files = prepared.is_in_file and prepared.is_best_in_file
        if prepared.factor is not None or not is_in_files:
            resumed.save()  # so that a resume after this one goes on from here, with the factor
        return resumed

    def advance(self, deadline: float, batches: int | None = None) -> int:
        """Train until a time (of time.perf_counter) or for so many batches; returns how many.

        At least one batch is trained, unless the training is over, none is asked for, or others
        that share the batches are not there: `waits` then.
        """
        if self.waits():
            return 0
        try:
            return self._advance(deadline, batches)
        except ProcessLost as error:
            self._lose(error)
            return 0

    def waits(self) -> bool:
        """Whether it waits for other processes; raises CrewLost if they can't come."""
        crew = self.trainer.crew
        return isinstance(crew, Lead) and not crew.is_complete()

    def keep_crew(self) -> None:
        """See whether the processes are there that share the batches."""
        crew = self.trainer.crew
        if isinstance(crew, Lead) and crew.is_complete():
            try:
                crew.keep()
            except ProcessLost as error:
                self._lose(error)

    def _lose(self, error: ProcessLost) -> None:
        """Another process is gone: go on after the last whole step once it is back."""
        message = f"a process is gone and started again ({error})"
        self._recorder.record(ev.ProcessRestarted(step=self.trainer.global_step, message=message))
        assert isinstance(self.trainer.crew, Lead), "who can lose others leads them"
        self.trainer.crew.lost()

    def _let_crew_go(self) -> None:
        if isinstance(self.trainer.crew, Lead):
            self.trainer.crew.end()

    def _advance(self, deadline: float, batches: int | None) -> int:
        trainer, best, snapshots, done = self.trainer, self.checkpoints.best, self.snapshots, 0
        best.go_on(self._recorder.number)
        while trainer.reason is None and done != batches:
            if self._halts():
                self._happen(trainer.read())
                if trainer.reason is not None:
                    break
                if trainer.global_step == self._until_step:
                    self.finish("stopped")
                    return done
            self._by_hand.do_what_is_due()
            if trainer.global_step >= snapshots.due:
                self._tell_snapshots(snapshots.take(self._recorder.number))
            self.instruments.before_step()
            self._happen(trainer.step())
            if trainer.batch == 0:
                best.after_epoch(self._recorder.number)
            done += 1
            if time.perf_counter() >= deadline:
                break
        self._happen(trainer.read())
        if trainer.reason is not None:
            self.finish(trainer.reason)
        elif trainer.elapsed_s >= self.checkpoints.due_s:
            self.save()
        return done

    def _halts(self) -> bool:
        """Whether something is to be done here that the steps until now must have survived."""
        step = self.trainer.global_step
        return step == self._until_step or step >= self._by_hand.ahead.next_step

    def _happen(self, events: list[ev.Event]) -> None:
        """Record what a step brought, and look at the network where that is a report."""
        for event in events:
            if isinstance(event, ev.Diverged):
                if (mishap := no_probabilities(self.trainer)) is not None:
                    raise mishap  # another learning rate would not help
                event = self._located(event)
            self._recorder.record(event)
            if isinstance(event, ev.EpochFinished):
                for found in self.instruments.reported(event):
                    self._recorder.record(found)
                self.last_good.keep(self._recorder.number)
                if self._told is not None:
                    self._recorder.record_all(self._told.report(event))

    def _located(self, event: ev.Diverged) -> ev.Diverged:
        """The event with the first layer that went non-finite, as far as that can be told."""
        path = self.directory.checkpoint("last")
        finite = self.last_good.better_than_file()
        try:
            if finite is None and path.is_file():
                finite = load(path)
            return located(event, self.trainer, finite, self._by_hand.changes, path)
        except (BadCheckpoint, ProcessLost):
            pass  # somebody has damaged the file, or ended a process: the layer stays unknown
        return event

    def save(self) -> None:
        """Write the checkpoints; a failure is recorded and the old ones stay."""
        self._by_hand.settle()
        self.write_snapshots()
        self._recorder.record_all(self.checkpoints.save(self._recorder.number))

    def finish(self, reason: ev.Reason) -> None:
        """End the run: checkpoint, evaluation, the asked-for predictions, last event."""
        trainer = self.trainer
        self._by_hand.settle()
        if trainer.reason is None and (overflow := trainer.overflow()) is not None:
            self._happen([overflow])
            reason = "diverged"
        if reason == "diverged":
            self.write_snapshots()
            outcome = self.checkpoints.save_finite()
            self._recorder.record_all(outcome.events)
        else:
            self._recorder.record_all(self.instruments.finished())
            self._tell_snapshots(self.snapshots.finish(self._recorder.number))
            outcome = self.checkpoints.save_at_end(self._recorder.number)
            self._recorder.record_all(outcome.events)
            self._recorder.record_all(trainer.reports.evaluations())
            self._predict()
        if self._told is not None:
            self._recorder.record_all(self._told.finish(is_whole=reason != "diverged"))
        trainer.stop_reading()
        self._let_crew_go()
        self._recorder.record(self._finished(reason, outcome.unkept))
        self.directory.close()
        self.is_over = True

    def fail(self, message: str, exit_code: int = 1, *, keep: bool = False) -> list[ev.Event]:
        """End the run because of an error in it.

        keep: whether the weights are those after a whole step, and worth a checkpoint; else they
        may be in any state. Returns the events that could not be recorded: the disk may be full.
        """
        self.trainer.stop_reading()
        self._let_crew_go()
        if self._told is not None:
            self._told.finish(is_whole=False)  # of what failed there is more to tell than of this
        self.snapshots.flush()  # of what failed there is more to tell than of this
        outcome = self.checkpoints.save_at_end(self._recorder.number) if keep else Outcome([], "")
        failed = ev.Failed(message=message, exit_code=exit_code)
        unrecorded: list[ev.Event] = []
        for event in (*outcome.events, failed, self._finished("failed", outcome.unkept)):
            try:
                self._recorder.record(event)
            except OSError:
                unrecorded.append(msgspec.structs.replace(event, n=self._recorder.number))
        self.directory.close()
        self.is_over = True
        return unrecorded

    def pause(self) -> None:
        """Record that the training waits."""
        self.write_snapshots()
        self._recorder.record(ev.Paused(step=self.trainer.global_step))

    def go_on(self) -> None:
        """Record that the training goes on."""
        self._recorder.record(ev.Continued(step=self.trainer.global_step))

    def do(self, command: p.Command) -> Effect | None:
        """Change the training between two steps as a client commands; raises UsageError."""
        match command:
            case p.SetLearningRate():
                self.set_learning_rate(command.factor)
            case p.Rewind():
                self.rewind(command.to)
            case p.Touch():
                return self._by_hand.touch(command)
        return None

    def set_learning_rate(self, factor: float) -> None:
        """Multiply the schedule's rate from the next step on; raises UsageError."""
        self._by_hand.change(ev.LearningRateChanged(step=self.trainer.global_step, factor=factor))

    def rewind(self, to: str) -> None:
        """Go back to the last or best checkpoint; raises BadCheckpoint where there is none."""
        self._by_hand.settle()
        path = self.directory.checkpoint(to)
        best = self.checkpoints.best
        kept = best.checkpoint()
        if to == "best" and kept is not None:
            checkpoint = kept
        elif path.is_file():
            checkpoint = load(path, "go back to that one")
        else:
            raise BadCheckpoint(f"{path}: no checkpoint was written yet")
        restore(self.trainer, checkpoint, path)
        self.instruments.went_back()
        self._by_hand.went_back()
        self.last_good.went_back()
        if not best.take(kept):
            stored = self.directory.checkpoint("best")
            best.take(load(stored) if stored.is_file() else None)
        best.is_saved = False
        after_event = int(checkpoint.state["last_event"])
        self._tell_snapshots(self.snapshots.went_back(after_event))
        self._recorder.record(
            ev.Rewound(
                from_step=self.trainer.global_step,
                epoch=self.trainer.epoch,
                after_event=after_event,
                to="best" if to == "best" else "last",
            )
        )
        self.save()  # so that a resume goes on from here, not from what was left

    def pictures(self, columns: int, rows: int) -> Pictures:
        """What is drawn of the network as it is now; the boundary on a grid of this size."""
        trainer = self.trainer
        losses: list[tuple[int, float | None]] = [*trainer.losses.points()]
        return all_pictures(trainer.evaluator, trainer.splits, losses, (columns, rows))

    def written(self, asked: p.Write) -> p.Written:
        """What the network writes as it is now; raises UsageError."""
        return written_by(self.trainer.evaluator, self.trainer.global_step, asked)

    def inside(self, look: Look) -> Inside:
        """What is to be seen inside of the network as it is now; raises UsageError."""
        trainer = self.trainer
        return look_inside(
            trainer.evaluator,
            trainer.experiment.network,
            trainer.splits,
            look,
            epoch=trainer.epoch,
            step=trainer.global_step,
        )

    def dissected(self, focus: Focus) -> DissectedStep:
        """The step that comes next in its parts, which is not done; raises UsageError."""
        self._happen(self.trainer.read())
        self._by_hand.do_what_is_due()
        return dissect(self.trainer, focus)

    def of_past(self, step: int, request: p.Review | p.InsideOfRun) -> p.Reviewed | Inside:
        """What is asked about the network as it was after so many steps; raises PerceptuiError."""
        self.write_snapshots()
        weights, path = weights_at(Run(self.directory.path), step)
        return of_past(self.trainer, weights, path, request)

    def write_snapshots(self) -> None:
        """Have those on the disk that were taken until now."""
        self._tell_snapshots(self.snapshots.flush())

    def _finished(self, reason: ev.Reason, unkept: str) -> ev.RunFinished:
        trainer = self.trainer
        return ev.RunFinished(
            reason=reason,
            run=str(self.directory.path),
            epochs=trainer.epoch,
            steps=trainer.global_step,
            elapsed_s=trainer.elapsed_s,
            metrics=trainer.metrics,
            unkept=unkept,
        )

    def _predict(self) -> None:
        experiment, splits = self.trainer.experiment, self.trainer.splits
        if experiment.predict:
            given = [list(sample) for sample in experiment.predict]
            rows = _asked_for(experiment, splits.facts)
            found = predictions(self.trainer.evaluator, splits.input_map, rows, given)
            self._recorder.record(
                ev.Predicted(predictions=found, classes=list(splits.facts.classes))
            )

    def _resume_snapshots(self, after_event: int) -> None:
        """Go on with the snapshots there are; without, where they can't be written."""
        try:
            self.snapshots = SnapshotTaker.resume(self.trainer, self.directory, after_event)
        except OSError as error:
            self._tell_snapshots(error.strerror or str(error))

    def _tell_snapshots(self, trouble: str) -> None:
        """Record why snapshots could not be written, once for each reason; nothing if empty."""
        if trouble and trouble != self._snapshot_trouble:
            self._snapshot_trouble = trouble
            self._recorder.record(ev.SnapshotsFailed(message=trouble))

    def _tell_board(self, folder: str) -> None:
        """Have TensorBoard told of the training, if a folder for that was named."""
        if folder:
            self._told = Live(self.trainer, Path(folder) / self.directory.path.name)
            self._recorder.record_all(self._told.begin())


def _asked_for(experiment: Experiment, facts: Facts) -> list[list[float]]:
    """The samples to predict at the end as raw inputs; raises UsageError where they don't fit."""
    return (
        experiment.data.new_samples(facts).encode(experiment.predict) if experiment.predict else []
    )
