"""The trainings of a stack in this process: trained in one, each with its record."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from engine.errors import UsageError
from engine.parts.data import DataLocations
from engine.parts.data.fingerprint import fingerprint
from engine.runs import events as ev
from engine.runs.contents import discard
from engine.runs.lease import HEARTBEAT_S, drop_lease, own_lease, write_lease
from engine.runs.pictures import Boundary
from engine.service import protocol as p
from engine.service.worker.group_record import GroupRecord
from engine.service.worker.sample_check import SampleCheck
from engine.training.pictures import all_pictures
from engine.training.room import check_room
from engine.training.stacked.trainer import Happened, StackedTrainer

PROGRESS_S = 0.5
"""Seconds between two tidings of how far it is."""


class GroupRun:
    """One stack with its records; call `advance` until `is_over`."""

    def __init__(
        self,
        stack: StackedTrainer,
        records: Sequence[GroupRecord],
        locations: DataLocations,
        order: p.TrainGroup,
    ) -> None:
        self.is_over = False
        self._stack = stack
        self._records = records
        self._locations = locations
        self._num_checked = order.num_checked
        self._grid = order.columns, order.rows
        self._ended: set[int] = set()
        self._untold: list[p.GroupMessage] = []
        """What the first step brought."""
        self._progress_due = 0.0
        self._beat_due = 0.0
        self._check: SampleCheck | None = None

    @classmethod
    def begin(cls, order: p.TrainGroup, locations: DataLocations) -> GroupRun:
        """Load the data, do the first step, make the run directories.

        Raises Unstackable before anything is written, UsageError where that can't be, and what
        Trainer raises.
        """
        experiments = order.experiments()
        for experiment in experiments[:1]:
            check_room(experiment)
        stack = StackedTrainer.of(experiments, locations)
        happened = stack.step()  # it may turn out here that they can't be stacked
        digests: dict[str, str] = {}
        records: list[GroupRecord] = []
        try:
            for member in stack.members:
                data = member.trainer.experiment.data
                if str(data) not in digests:
                    digests[str(data)] = fingerprint(data)
                records.append(GroupRecord.begin(member, order, digests[str(data)]))
        except (OSError, UsageError) as error:
            for record in records:
                discard(record.directory.path)
            if isinstance(error, UsageError):
                raise
            reason = error.strerror or str(error)
            raise UsageError(f"{order.runs_dir}: runs can't be written here ({reason})") from error
        run = cls(stack, records, locations, order)
        run._untold = list(run._told(happened))
        return run

    """What the first step brought, not told yet."""

    def advance(self, deadline: float) -> list[p.GroupMessage]:
        """Train until a time (of time.perf_counter), a step at least; what there is to tell."""
        told, self._untold = self._untold, []
        stack = self._stack
        while not stack.is_over:
            told += self._told(stack.step())
            if time.perf_counter() >= deadline:
                break
        if stack.is_over:
            if self._check is None:
                self._check = SampleCheck(stack.members, self._locations, self._num_checked)
            self._check.advance(deadline)
            if self._check.is_over:
                self.is_over = True
                return [*told, p.GroupEnded(compared=tuple(self._check.compared))]
        if time.perf_counter() >= self._progress_due:
            self._progress_due = time.perf_counter() + PROGRESS_S
            told.append(p.GroupProgress(share=stack.share))
        return told

    def finish(self, reason: ev.Reason) -> list[p.GroupMessage]:
        """End all that are not over, with checkpoints; what there is to tell."""
        told, self._untold = self._untold, []
        if not self._stack.is_over:
            told += self._told(self._stack.stop(reason))
        self.is_over = True
        return [*told, p.GroupEnded()]

    def fail(self, failure: p.Failure) -> list[p.GroupMessage]:
        """End all that are not over because of an error."""
        self.is_over = True
        for record in self._records:
            if record.member.number not in self._ended:
                with suppress(OSError):  # the disk may be full: a run without an end has crashed
                    record.fail(failure.text, failure.exit_code)
                drop_lease(record.directory.path)
        return [p.GroupEnded(failure=failure)]

    def beat(self, socket_path: Path) -> None:
        """Say in the runs' directories that they are held, every HEARTBEAT_S; raises OSError."""
        now = time.monotonic()
        if self.is_over or now < self._beat_due:
            return
        self._beat_due = now + HEARTBEAT_S
        lease = own_lease(str(socket_path), "running")
        for record in self._records:
            if record.member.number not in self._ended:
                write_lease(record.directory.path, lease)

    def _boundary(self, record: GroupRecord) -> Boundary | None:
        trainer = record.member.trainer
        if trainer.reason == "diverged" or min(self._grid) < 1:
            return None
        found = all_pictures(trainer.evaluator, trainer.splits, [], self._grid).boundary
        return found and msgspec.structs.replace(found, points=[])

    def _told(self, happened: Sequence[Happened]) -> Iterator[p.GroupMessage]:
        """Record what a step brought, and end the records of those that are over."""
        for number, event in happened:
            self._records[number].add(event)
            if isinstance(event, ev.EpochFinished):
                yield p.MemberReported(index=number, epoch=event.epoch, metrics=event.metrics)
        for record in self._records:
            number = record.member.number
            if record.member.is_over and number not in self._ended:
                self._ended.add(number)
                record.finish()
                drop_lease(record.directory.path)
                yield p.MemberEnded(index=number, boundary=self._boundary(record))
