"""The record of one training of a stack: a run's directory like any other, cheaply written."""

from __future__ import annotations

from pathlib import Path

import msgspec

from engine.runs import events as ev
from engine.runs.contents import CheckpointKind
from engine.runs.directory import RunDirectory
from engine.runs.files import create_file
from engine.runs.kept_table import store
from engine.runs.origin import experiment_digest
from engine.service import protocol as p
from engine.training.answers import predictions
from engine.training.checkpoint import save
from engine.training.stacked.member import Member

EXECUTOR = "stacked"
"""What a record says of how its steps were run."""
MOST_HELD = 100
"""Events that wait to be written, at most: the file is opened for each writing."""


class GroupRecord:
    """What is written of one training; events wait in memory until there are enough.

    Nothing is fsynced: what a crash of the machine takes is trained again. Every method raises
    OSError where something can't be written, but for checkpoints, of which the record tells.
    """

    def __init__(self, member: Member, directory: RunDirectory) -> None:
        self.member = member
        self.directory = directory
        self._number = 0
        self._held: list[ev.Event] = []

    @classmethod
    def begin(cls, member: Member, order: p.TrainGroup, fingerprint: str) -> GroupRecord:
        """Make the directory of a training that is about to begin; raises UsageError, too."""
        trainer = member.trainer
        runs_dir, name = Path(order.runs_dir), order.directories[member.number]
        directory = RunDirectory.create(runs_dir, name, trainer.experiment, name, create_file)
        path = directory.path
        table = trainer.experiment.data.kept_table()
        record = cls(member, directory)
        record.add(
            msgspec.structs.replace(
                trainer.started(str(path), fingerprint),
                executor=EXECUTOR,
                executor_reason="",
                experiment_digest=experiment_digest(path),
                table_digest=store(path, table) if table is not None else "",
            )
        )
        record.write()
        return record

    def add(self, event: ev.Event) -> None:
        """Record an event."""
        self._number += 1
        self._held.append(msgspec.structs.replace(event, n=self._number))
        if len(self._held) >= MOST_HELD:
            self.write()

    def write(self) -> None:
        """Write what waits."""
        held, self._held = self._held, []
        for event in held:
            self.directory.record(event)
        self.directory.close()

    def finish(self) -> None:
        """Write checkpoints, evaluation, the asked-for predictions and the record's end."""
        trainer = self.member.trainer
        reason = trainer.reason
        assert reason is not None, "it is over"
        unkept = self._keep()
        if reason != "diverged":
            for found in trainer.reports.evaluations():
                self.add(found)
            self._predict()
        self.add(
            ev.RunFinished(
                reason=reason,
                run=str(self.directory.path),
                epochs=trainer.epoch,
                steps=trainer.global_step,
                elapsed_s=trainer.elapsed_s,
                metrics=trainer.metrics,
                unkept=unkept,
            )
        )
        self.write()

    def fail(self, message: str, exit_code: int) -> None:
        """Write that it broke off with an error."""
        self.add(ev.Failed(message=message, exit_code=exit_code))
        self.member.trainer.reason = "failed"
        trainer = self.member.trainer
        self.add(
            ev.RunFinished(
                reason="failed",
                run=str(self.directory.path),
                epochs=trainer.epoch,
                steps=trainer.global_step,
                elapsed_s=trainer.elapsed_s,
                metrics=trainer.metrics,
            )
        )
        self.write()

    def _keep(self) -> str:
        """Write the curve and the checkpoints; why that can't be, empty where it could."""
        kinds: tuple[CheckpointKind, ...] = ("best", "last")
        try:
            self.directory.write_losses(self.member.trainer.losses)
            for kind, checkpoint in zip(kinds, (self.member.best, self.member.last), strict=True):
                if checkpoint is None:
                    continue
                path = self.directory.checkpoint(kind)
                save(path, checkpoint, self.directory.put)
                epoch, step = int(checkpoint.state["epoch"]), int(checkpoint.state["step"])
                self.add(ev.CheckpointSaved(kind=kind, path=str(path), epoch=epoch, step=step))
        except OSError as error:
            reason = error.strerror or str(error)
            self.add(ev.CheckpointFailed(message=f"{self.directory.path}: {reason}"))
            return reason
        finally:
            self.member.best = self.member.last = None  # there are many of them
        return ""

    def _predict(self) -> None:
        trainer = self.member.trainer
        experiment, splits = trainer.experiment, trainer.splits
        if experiment.predict:
            rows = experiment.data.new_samples(splits.facts).encode(experiment.predict)
            given = [list(sample) for sample in experiment.predict]
            found = predictions(trainer.evaluator, splits.input_map, rows, given)
            self.add(ev.Predicted(predictions=found, classes=list(splits.facts.classes)))
