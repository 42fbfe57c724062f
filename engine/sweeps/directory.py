"""The directory of a sweep: its plan, its table, what it does now, its runs."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from engine import regular_file
from engine.decoding import Undecodable, decoded
from engine.encoding import encoded
from engine.errors import DamagedRun, UsageError
from engine.limits import RUN_FILE
from engine.paths import expanded
from engine.runs.directory import run_name
from engine.runs.files import appender, replace_bytes
from engine.runs.lease import holder_of, read_lease
from engine.runs.run import Run
from engine.sweeps.plan import VERSION, Plan
from engine.sweeps.table import Lines, SweepEnded, decode, encode

SWEEPS = "sweeps"
PLAN = "sweep.json"
TABLE = "table.jsonl"
STATE = "state.json"
LOG = "coordinator.log"
RUNS = "runs"
PROBE_BYTES = 1 << 16
END_BYTES = 10_000
"""More than a table's last line takes, once it is an end."""


class Running(msgspec.Struct, frozen=True):
    """A training that is under way."""

    trial: int
    share: float
    """So much of it is done."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep does now; told a few times a second, and worth nothing later."""

    running: list[Running] = []
    elapsed_s: float = 0.0
    left_s: float | None = None
    """Until all is done, about; None where nothing tells yet."""
    doing: str = ""
    """What it does beside: `training the winner alone`."""


class _Versioned(msgspec.Struct):
    version: int = 0


class SweepDirectory:
    """The files of one sweep.

    - `sweep.json`: the plan, with the version of all these files
    - `table.jsonl`: append only, a line for each training that is over
    - `state.json`: what runs now; `lease.json`: which process coordinates it
    - `runs/0012`: the run of a trial; `0012-again` of its second attempt; `winner`
    - `coordinator.log`
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, runs_dir: Path, plan: Plan) -> SweepDirectory:
        """A new directory with a plan in it; raises UsageError where it can't be written."""
        try:
            folder = runs_dir / SWEEPS
            folder.mkdir(parents=True, exist_ok=True)
            while True:
                path = folder / run_name(plan.name, datetime.now())
                with suppress(FileExistsError):
                    path.mkdir()
                    break
            (path / RUNS).mkdir()
            replace_bytes(path / PLAN, encoded(plan))
        except OSError as error:
            raise UsageError(
                f"{runs_dir}: sweeps can't be written here ({error.strerror or error}): "
                "choose another place with --runs-dir"
            ) from error
        return cls(path)

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def runs(self) -> Path:
        """Where its runs lie."""
        return self.path / RUNS

    @property
    def log(self) -> Path:
        return self.path / LOG

    def run(self, directory: str) -> Run:
        """One of its runs."""
        return Run(self.runs / directory)

    def plan(self) -> Plan:
        """What it trains; raises UsageError for another version's, DamagedRun for no plan."""
        place = self.path / PLAN
        try:
            content = regular_file.contents(place, RUN_FILE)
        except OSError as error:
            raise DamagedRun(f"{place}: {error.strerror or error}") from error
        try:
            version = decoded(content, _Versioned).version
            if version != VERSION:
                raise UsageError(
                    f"{self.path}: the sweep is of version {version}, and this perceptui reads "
                    f"version {VERSION}: use the one that made it"
                )
            return decoded(content, Plan)
        except Undecodable as error:
            raise DamagedRun(f"{place}: {error}") from error

    def lines(self, start: int = 0) -> tuple[list[Lines], int]:
        """What the table says from a byte on, and where whole lines end; torn ones are skipped."""
        try:
            with regular_file.opened(self.path / TABLE) as file:
                file.seek(start)
                content = file.read()
        except FileNotFoundError:
            return [], start
        except OSError as error:
            raise DamagedRun(f"{self.path / TABLE}: {error.strerror or error}") from error
        whole = content[: content.rfind(b"\n") + 1]
        found = [line for text in whole.splitlines() if (line := decode(text)) is not None]
        return found, start + len(whole)

    def trouble(self) -> str:
        """Why nothing can be written into it now; empty where it can."""
        try:
            with tempfile.TemporaryFile(dir=self.path, buffering=0) as file:
                file.write(bytes(PROBE_BYTES))
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def table_size(self) -> int:
        """The table's size in bytes; 0 where there is none."""
        try:
            return (self.path / TABLE).stat().st_size
        except OSError:
            return 0

    def standing(self) -> Standing:
        """What it does now; nothing where that can't be read."""
        try:
            return decoded(regular_file.contents(self.path / STATE, RUN_FILE), Standing)
        except (OSError, Undecodable):
            return Standing()

    def write_standing(self, standing: Standing) -> None:
        """Tell what it does now; where that can't be written nobody is told."""
        with suppress(OSError):
            replace_bytes(self.path / STATE, encoded(standing), is_durable=False)

    @property
    def is_live(self) -> bool:
        """Whether a process coordinates it, as far as this machine can know."""
        return holder_of(self.path, read_lease(self.path)) in ("here", "elsewhere", "unknown")

    def state(self) -> str:
        """`running`, `running on HOST`, `completed`, `stopped`, `failed`, or `crashed`."""
        lease = read_lease(self.path)
        holder = holder_of(self.path, lease)
        if holder == "elsewhere" and lease is not None:
            return f"running on {lease.host}"
        if holder in ("here", "unknown"):
            return "running"
        last = self._last_line()
        return last.reason if isinstance(last, SweepEnded) else "crashed"

    def _last_line(self) -> Lines | None:
        """The table's last line, without those before it; None where there is no whole one."""
        try:
            with regular_file.opened(self.path / TABLE) as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - END_BYTES))
                content = file.read()
        except OSError:
            return None
        _, _, text = content.rstrip(b"\n").rpartition(b"\n")
        return decode(text)


class TableWriter:
    """Appends to a sweep's table."""

    def __init__(self, directory: SweepDirectory) -> None:
        """Raises OSError; an unfinished line of an earlier life is ended first."""
        descriptor = appender(directory.path / TABLE)
        self._file = os.fdopen(descriptor, "ab", buffering=0)
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            self._file.write(b"\n")

    def write(self, line: Lines) -> None:
        """Append a line; raises OSError where it can't be written whole."""
        rest = encode(line)
        while rest:
            rest = rest[self._file.write(rest) :]

    def close(self) -> None:
        self._file.close()


def all_sweeps(runs_dir: Path) -> list[SweepDirectory]:
    """The sweeps beside the runs of a directory, oldest first."""
    folder = runs_dir / SWEEPS
    try:
        names = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror or error}") from error
    return [SweepDirectory(folder / name) for name in names if (folder / name / PLAN).is_file()]


def find_sweep(text: str, runs_dir: Path) -> SweepDirectory:
    """The sweep that a path, `last`, or a unique prefix of a name means; raises UsageError."""
    path = expanded(text)
    if (path / PLAN).is_file():
        return SweepDirectory(path)
    if "/" in text:
        raise UsageError(f"{text}: no sweep is here (it would hold {PLAN})")
    sweeps = all_sweeps(runs_dir)
    if not sweeps:
        raise UsageError(f'no sweep "{text}": there are no sweeps in {runs_dir / SWEEPS}')
    if text == "last":
        return sweeps[-1]
    matches = [sweep for sweep in sweeps if text and sweep.name.startswith(text)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = ", ".join(sweep.name for sweep in matches[:4])
        raise UsageError(f'"{text}" is the beginning of {len(matches)} sweeps: {names}…')
    raise UsageError(f'no sweep "{text}" in {runs_dir / SWEEPS}: `perceptui sweeps` lists them')
