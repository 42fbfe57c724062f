"""The directory of a run: what is written while it trains, and what remains."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from engine.encoding import encoded, not_utf8
from engine.errors import UsageError
from engine.parts.kinds import encodable
from engine.runs.contents import CHECKPOINTS, EVENTS, EXPERIMENT, LOSSES, SNAPSHOTS, discard
from engine.runs.events import Event, RunStarted, encode
from engine.runs.files import Put, appender, replace_file
from engine.runs.seal import sealed
from engine.runs.series import Series

if TYPE_CHECKING:
    from engine.spec.experiment import Experiment

ASIDE = (".perceptui-", ".deleted")
"""How the name begins and ends that a run has while it is deleted."""


def run_name(preset: str, now: datetime) -> str:
    """`<date>-<time>-<preset>-<4 hex>`, safe as a file name.

    The digits are the second's fraction: names of one preset are in the order of their begin.
    """
    word = re.sub(r"[^A-Za-z0-9_-]+", "-", preset).strip("-")[:40] or "experiment"
    return f"{now:%Y%m%d-%H%M%S}-{word}-{now.microsecond * _PARTS // 1_000_000:04x}"


_PARTS = 1 << 16
"""Of a second, as many as four hex digits tell apart."""
_RUN_NAME = re.compile(r"\d{8}-\d{6}-(.+)-[0-9a-f]{4}")


def preset_of(name: str) -> str:
    """What a run was made of, out of its name; another name as it is."""
    found = _RUN_NAME.fullmatch(name)
    return found[1] if found else name


def is_aside(name: str) -> bool:
    """Whether this is what remains of a run whose deletion has begun."""
    beginning, end = ASIDE
    return name.startswith(beginning) and name.endswith(end)


class RunDirectory:
    """The files of one run.

    - `experiment.toml`: what is trained, every field resolved
    - `events.jsonl`: the record, a line for each event; `losses.json`: the bounded curve
    - `checkpoints/last.safetensors`, `best.safetensors`: all that the training goes on from
    - `snapshots/weights.bin`: the weights on the way, from step 0 on, as engine.runs.snapshots
      lays them out: each of the first steps, then ever fewer, thinned by halves so that they
      keep within their bytes and a hundredth of the time. What a rewind or a resume took back
      is gone from it. No `snapshots/` where none are wanted, and none of a network that two
      would not fit of; nothing but a look back needs them.
    - `snapshots/step-N.safetensors`: one of them, written out once a training started from it
    - `table.json`, `lease.json`, `worker.log`

    Creating it makes the directory; raises UsageError where that can't be written.
    """

    def __init__(self, path: Path, put: Put = replace_file) -> None:
        """put: writes whole files."""
        self.path = path
        self.put = put
        self._events: IO[bytes] | None = None

    @classmethod
    def create(
        cls,
        runs_dir: Path,
        preset: str,
        experiment: Experiment,
        name: str = "",
        put: Put = replace_file,
    ) -> RunDirectory:
        """A new directory with the resolved experiment in it.

        name: what it is called, where that is not for the date and the preset to say.
        """
        if not encodable(whole := str(runs_dir.absolute())):
            raise not_utf8(whole)  # the record names it
        try:
            runs_dir.mkdir(parents=True, exist_ok=True)
            while True:
                path = runs_dir / (name or run_name(preset, datetime.now()))
                try:
                    path.mkdir()
                    break
                except FileExistsError:
                    if name:
                        raise
                    continue  # another run began in this very fraction of the second
            run = cls(path, put)
            try:
                run.checkpoint_dir.mkdir()
                run.write_experiment(experiment)
            except OSError:
                discard(path)
                raise
        except OSError as error:
            raise UsageError(
                f"{runs_dir}: runs can't be written here ({error.strerror or error}): "
                "choose another place with --runs-dir"
            ) from error
        return run

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def checkpoint_dir(self) -> Path:
        return self.path / CHECKPOINTS

    def checkpoint(self, kind: str) -> Path:
        """Where the checkpoint `last` or `best` lies."""
        return self.checkpoint_dir / f"{kind}.safetensors"

    def moment(self, step: int) -> Path:
        """Where the snapshot after so many steps is written out once a training starts from it."""
        return self.path / SNAPSHOTS / f"step-{step}.safetensors"

    def write_experiment(self, experiment: Experiment) -> None:
        """Store the resolved experiment, every field written out."""
        from engine.spec.writer import to_toml  # who only reads runs needs no experiments

        text = to_toml(experiment, complete=True).encode()
        self.put(self.path / EXPERIMENT, lambda path: path.write_bytes(text))

    def record(self, event: Event) -> None:
        """Append an event as one line; an unfinished line of an earlier life is ended first.

        Raises OSError where it can't be written whole.
        """
        if self._events is None:
            descriptor = appender(self.path / EVENTS)
            self._events = os.fdopen(descriptor, "ab", buffering=0)
            if not _ends_line(descriptor):
                self._events.write(b"\n")
        line = encode(event)
        if isinstance(event, RunStarted):
            line = sealed(line)
        line += b"\n"
        try:
            while line:  # a disk that fills up takes a part, and refuses the rest
                line = line[self._events.write(line) :]
        except OSError:
            self.close()  # so that the next event ends the torn line
            raise

    def write_losses(self, losses: Series) -> None:
        """Store the bounded curve of the training loss."""
        content = encoded(losses.points())
        self.put(self.path / LOSSES, lambda path: path.write_bytes(content))

    def close(self) -> None:
        if self._events is not None:
            self._events.close()
            self._events = None


def _ends_line(descriptor: int) -> bool:
    size = os.fstat(descriptor).st_size
    return size == 0 or os.pread(descriptor, 1, size - 1) == b"\n"
