"""Reads runs back: finds them by name, and what their files say.

What experiments are made of is imported where one is read: a list of runs needs none of it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from engine import regular_file
from engine.decoding import Undecodable, converted, decoded
from engine.errors import DataUnavailable, PerceptuiError, UsageError
from engine.limits import RUN_FILE
from engine.paths import expanded
from engine.runs import events as ev
from engine.runs import kept_table
from engine.runs.changes import Change, standing_changes
from engine.runs.contents import EVENTS, EXPERIMENT, LOSSES, CheckpointKind, Moment
from engine.runs.directory import RunDirectory, is_aside, preset_of
from engine.runs.origin import check_origin
from engine.runs.record_file import RecordFile
from engine.runs.snapshots import Snapshots
from engine.spec.toml_text import read_raw

if TYPE_CHECKING:
    from engine.parts.data import Facts
    from engine.parts.data.sheet.samples import Samples
    from engine.spec.experiment import Experiment


@dataclass(frozen=True)
class Record:
    """The events of a run, as far as its file holds them."""

    events: tuple[ev.Recorded, ...]
    """Those that count: what a rewind or a resume took back is left out."""
    skipped: int
    """Lines that were torn or foreign."""

    def last(self, kind: type[ev.Event]) -> ev.Event | None:
        """The newest event of a kind."""
        return next((e for e in reversed(self.events) if isinstance(e, kind)), None)

    @property
    def started(self) -> ev.RunStarted | None:
        found = self.last(ev.RunStarted)
        return found if isinstance(found, ev.RunStarted) else None

    @property
    def finished(self) -> ev.RunFinished | None:
        found = self.last(ev.RunFinished)
        return found if isinstance(found, ev.RunFinished) else None

    @property
    def newest_epoch(self) -> ev.EpochFinished | None:
        found = self.last(ev.EpochFinished)
        return found if isinstance(found, ev.EpochFinished) else None

    def changes_by_hand(self) -> list[Change]:
        """What a person changed on the way, for a replay."""
        return standing_changes(self.events)


@dataclass(frozen=True)
class Run:
    """A run that was found on disk; its files are read when they are asked for.

    What reads its record raises UnreadableRecord where that can't be done.
    """

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def directory(self) -> RunDirectory:
        return RunDirectory(self.path)

    def experiment(self) -> Experiment:
        """The resolved experiment; raises UsageError or BadExperiment if it can't be read.

        It is checked against the data that it was trained on, whatever has become of that.
        """
        from engine.spec.experiment_reader import read_file

        try:
            facts = self.facts()
        except PerceptuiError:  # the record is gone, or another version's
            facts = None
        return read_file(self.path / EXPERIMENT, RUN_FILE, facts)

    def title(self) -> str:
        """The experiment's title without checking the rest, or the run's name."""
        try:
            return str(read_raw(self.path / EXPERIMENT, RUN_FILE).get("title") or self.name)
        except UsageError:
            return self.name

    def record(self) -> Record:
        """The events that count; torn and foreign lines are passed over and counted."""
        found, skipped = self._lines()
        return Record(tuple(counting(found)), skipped)

    def passed_over(self) -> frozenset[int]:
        """The numbers of the events that a rewind or a resume took back."""
        return frozenset(n for low, high in gaps(self.raw_events()) for n in range(low + 1, high))

    def raw_events(self) -> Iterator[ev.Recorded]:
        """Every event in the file, also those that a rewind or a resume took back.

        One after the other: a long record fills no memory.
        """
        return (event for event in self.record_file.forwards() if event is not None)

    def events(self, up_to: int | None = None) -> Iterator[ev.Recorded]:
        """The events that count, one after the other; up_to: or did when this one was the last."""
        taken_back = gaps(self._up_to(up_to))
        return (event for event in self._up_to(up_to) if not _is_in(taken_back, event))

    def _up_to(self, number: int | None) -> Iterator[ev.Recorded]:
        return takewhile(lambda event: number is None or event.n <= number, self.raw_events())

    @property
    def snapshots(self) -> Snapshots:
        """Its weights on the way."""
        return Snapshots(self.path)

    @property
    def record_file(self) -> RecordFile:
        """Its record as a file."""
        return RecordFile(self.path / EVENTS)

    def record_size(self) -> int:
        """The size of the record's file in bytes; 0 where there is none."""
        return self.record_file.size()

    def _lines(self) -> tuple[list[ev.Recorded], int]:
        lines = list(self.record_file.forwards())
        found = [event for event in lines if event is not None]
        return found, len(lines) - len(found)

    def losses(self) -> list[tuple[int, float | None]]:
        """The curve of the training loss: (epoch, loss), None where it was non-finite."""
        try:
            content = regular_file.contents(self.path / LOSSES, RUN_FILE)
            return decoded(content, list[tuple[int, float | None]])
        except (OSError, Undecodable):  # a curve is worth no complaint
            return []

    def facts(self) -> Facts:
        """The facts of the run's data set, from its record."""
        from engine.parts.data import Facts

        return converted(self.started().facts, Facts)

    def new_samples(self) -> Samples:
        """How new samples are read: as the training read its data, whatever became of that.

        Raises DamagedRun for what is not as it was written. A run from before `table.json` was
        kept reads its table again: then DataUnavailable where that is gone or has changed.
        """
        self.check_origin()
        data, digest = self.experiment().data, self.started().table_digest
        table = kept_table.load(self.path, digest) if digest else None
        if data.keeps_table and table is None:
            try:
                self.check_unchanged()
            except DataUnavailable as error:
                raise DataUnavailable(
                    f"{error}; this run is an earlier version's, which kept nothing of how it read "
                    "its table"
                ) from error
        return data.new_samples(self.facts(), table)

    def bounds(self, moment: Moment) -> list[ev.Figure]:
        """How far off that moment's predictions are on a test split, as `Evaluated` has it.

        Empty where that was not measured: only the weights that a training ends with are.
        """
        for event in self.record_file.counting_backwards() if moment == "last" else ():
            if isinstance(event, ev.EpochFinished):
                break  # it went on since
            if isinstance(event, ev.Evaluated) and event.split == "test":
                return event.bounds
        return []

    def takes_pictures(self) -> bool:
        """Whether its samples are pictures."""
        return len(self.facts().shape) == 3

    def started(self) -> ev.RunStarted:
        """The first event; raises PerceptuiError where the record lacks it."""
        started = self._started()
        if started is None:
            raise PerceptuiError(f"{self.path}: the run has no record of its start")
        return started

    def _started(self) -> ev.RunStarted | None:
        return next((e for e in self.raw_events() if isinstance(e, ev.RunStarted)), None)

    def check_origin(self) -> None:
        """Raise DamagedRun if its experiment or its first event are not those it began with."""
        check_origin(self.path)

    def check_unchanged(self) -> None:
        """Raise DataUnavailable if the person's data files are not those the run began with.

        Raises DamagedRun as `check_origin` does.
        """
        from engine.parts.data.fingerprint import fingerprint

        self.check_origin()
        started = self._started()
        before = started.fingerprint if started else ""
        data = self.experiment().data
        if before and fingerprint(data) != before:
            files = ", ".join(str(path) for path in data.files()[:3])
            raise DataUnavailable(
                f"{files}: the data changed since the run began: put the old file back, "
                "or train a new run"
            )

    def checkpoint(self, kind: CheckpointKind) -> Path:
        """The checkpoint's file; raises PerceptuiError where there is none."""
        path = self.directory.checkpoint(kind)
        if not path.is_file():
            raise PerceptuiError(
                f"{self.path}: the run has no checkpoint `{kind}`: there are no weights to read; "
                f"`perceptui resume {self.path.name}` trains it to its end"
            )
        return path


def counting(events: Iterable[ev.Recorded]) -> list[ev.Recorded]:
    """The events that led to where the training is now: a rewind or a resume goes back."""
    every = list(events)
    taken_back = gaps(every)
    return [event for event in every if not _is_in(taken_back, event)]


def gaps(events: Iterable[ev.Recorded]) -> list[tuple[int, int]]:
    """What was taken back: the events whose numbers lie between the two of a pair.

    Walked from the newest one, since a training may also go back to what it had left: from
    the best checkpoint to a last one that is older or newer.
    """
    found: list[tuple[int, int]] = []
    ways_back = [event for event in events if isinstance(event, ev.WentBack)]
    for event in reversed(ways_back):
        if not found or event.n <= found[-1][0]:
            found.append((event.after_event, event.n))
    return found


def _is_in(found: list[tuple[int, int]], event: ev.Recorded) -> bool:
    return any(low < event.n < high for low, high in found)


def _is_run(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(f"{path}/{EXPERIMENT}").st_mode)
    except (OSError, ValueError):  # a name too long, a folder that may not be entered
        return False


def all_runs(runs_dir: Path) -> list[Run]:
    """The runs in a directory, oldest first; other things in it are passed over."""
    try:
        names = sorted(os.listdir(runs_dir))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UsageError(f"{runs_dir}: {error.strerror or error}") from error
    # Thousands of them: texts are cheaper to make than paths.
    paths = [os.path.join(runs_dir, name) for name in names if not is_aside(name)]
    return [Run(Path(path)) for path in paths if _is_run(path)]


def run_at(text: str, runs_dir: Path) -> tuple[Run, Moment]:
    """The run and the moment of it that RUN, RUN@STEP or RUN@best means; raises UsageError."""
    name, sign, at = text.rpartition("@")
    digits = at.replace(",", "")
    if sign and digits.isascii() and digits.isdigit():
        return find_run(name, runs_dir), int(digits)
    if sign and at in ("last", "best"):
        return find_run(name, runs_dir), "best" if at == "best" else "last"
    return find_run(text, runs_dir), "last"


def _check_no_preset(text: str, runs: list[Run]) -> None:
    """Raise UsageError where a preset is named in a run's place, with the run that is meant."""
    from engine.spec import presets  # a list of runs needs none

    if text not in presets.names():
        return
    own = [run for run in runs if preset_of(run.name) == text]
    newest = max(own, key=lambda run: run.name, default=None)
    right = (
        f"its newest run is {newest.name}"
        if newest is not None
        else f"`perceptui --preset {text}` makes one"
    )
    raise UsageError(f'"{text}" is a preset, from which runs are made, and no run: {right}')


def find_run(text: str, runs_dir: Path) -> Run:
    """The run that a path, `last`, or a unique prefix of a name means; raises UsageError."""
    path = expanded(text)
    if _is_run(str(path)):
        return Run(path)
    if "/" in text:
        raise UsageError(f"{text}: no run is here (it would hold {EXPERIMENT})")
    runs = all_runs(runs_dir)
    if not any(run.name.startswith(text) for run in runs):
        _check_no_preset(text, runs)
    if not runs:
        raise UsageError(f'no run "{text}": there are no runs in {runs_dir}')
    if text == "last":
        return max(
            runs, key=lambda run: (os.stat(f"{run.path}/{EXPERIMENT}").st_mtime_ns, run.name)
        )
    exact = [run for run in runs if run.name == text]
    matches = exact or [run for run in runs if text and run.name.startswith(text)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = ", ".join(run.name for run in matches[:4])
        raise UsageError(f'"{text}" is the beginning of {len(matches)} runs: {names}…')
    raise UsageError(f'no run "{text}" in {runs_dir}: `perceptui runs` lists them')
