"""Where a section of the soak works, and what it finds there."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from engine.runs.lease import read_lease
from engine.runs.run import all_runs

_OWN = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
        "XDG_DATA_HOME", "PERCEPTUI_RUNS_DIR", "PERCEPTUI_SOCKET_DIR")  # fmt: skip
"""What would lead a section out of its folder."""


@dataclass
class Ground:
    """A folder of a section's own, its chance, its counts and its failures."""

    name: str
    folder: Path
    times: int
    """How many of what the section counts."""
    chance: random.Random
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    """Figures, and what could not be tried here."""
    failures: list[str] = field(default_factory=list)

    @property
    def runs(self) -> Path:
        """Where runs are kept."""
        return self.folder / "runs"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def fail(self, text: str) -> None:
        """Take note of what went wrong, and say it at once."""
        self.failures.append(text)
        print(f"{self.name}: FAILED: {text}", flush=True)

    def check(self, is_so: bool, text: str) -> None:
        """Fail with this text unless it is so."""
        if not is_so:
            self.fail(text)

    def write(self, name: str, text: str | bytes) -> Path:
        """Put a file into the folder."""
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path


@dataclass(frozen=True)
class Section:
    """One attack."""

    name: str
    times: int
    unit: str
    """What RUNS counts."""
    soak: Callable[[Ground], None]


def _end_trainers(ground: Ground) -> None:
    """A section that broke off leaves some; its folder, and with it their sockets, goes."""
    for run in all_runs(ground.runs):
        if (lease := read_lease(run.path)) is not None and lease.holder(time.time()) == "here":
            ground.fail(f"{run.name}: process {lease.pid} still trained it")
            with suppress(ProcessLookupError):
                os.kill(lease.pid, signal.SIGKILL)


@contextmanager
def own_ground(section: Section, times: int, seed: int) -> Iterator[Ground]:
    """A ground below the system's place for such files; working directory and HOME are in it."""
    before, surroundings = Path.cwd(), dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as name:
        ground = Ground(section.name, Path(name).resolve(), times, random.Random(seed))
        ground.home.mkdir()
        sockets = ground.folder / "s"
        sockets.mkdir(mode=0o700)
        for variable in _OWN:
            os.environ.pop(variable, None)
        os.environ["HOME"] = str(ground.home)
        os.environ["PERCEPTUI_SOCKET_DIR"] = str(sockets)
        os.environ["COLUMNS"] = "80"
        os.chdir(ground.folder)
        try:
            yield ground
        finally:
            _end_trainers(ground)
            os.chdir(before)
            os.environ.clear()
            os.environ.update(surroundings)
