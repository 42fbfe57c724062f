"""The lease of a live run: tells a run that trains from one whose process is gone."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from engine import regular_file
from engine.decoding import Undecodable, decoded
from engine.encoding import encoded
from engine.errors import UsageError
from engine.limits import RUN_FILE
from engine.runs.contents import LEASE
from engine.runs.files import replace_bytes

HEARTBEAT_S = 5.0
"""Seconds between two heartbeats."""
LOST_S = 60.0
"""A run on another machine without a heartbeat for so long is taken for lost."""

Held = Literal["preparing", "running", "paused"]
Holder = Literal["none", "here", "gone", "elsewhere", "lost", "unknown"]
"""Who holds a run: nobody; a process of this machine; one that is gone; another machine,
whose heartbeat is fresh; another machine that has fallen silent; somebody who wrote a lease
a moment ago that can't be read."""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """Which process trains a run, and when it was last heard of."""

    host: str
    boot_id: str
    """Changes when the machine starts again; empty where the system does not tell."""
    pid: int
    process_start: str
    """Tells a process from a later one of the same pid."""
    socket: str
    """Where the worker listens."""
    state: Held
    heartbeat: float
    """Unix time in seconds."""

    def holder(self, now: float) -> Holder:
        """Who holds the run, as far as this machine can know."""
        if self.host != host():
            return "elsewhere" if now - self.heartbeat < LOST_S else "lost"
        start = process_start(self.pid)
        if self.boot_id != boot_id() or not start or start != self.process_start:
            return "gone"
        return "here"

    @property
    def is_own(self) -> bool:
        """Whether this process holds it."""
        return self.pid == os.getpid() and self.holder(time.time()) == "here"


def own_lease(socket_path: str, state: Held) -> Lease:
    """The lease that this process would hold now."""
    pid = os.getpid()
    return Lease(
        host=host(),
        boot_id=boot_id(),
        pid=pid,
        process_start=process_start(pid),
        socket=socket_path,
        state=state,
        heartbeat=time.time(),
    )


def write_lease(run: Path, lease: Lease) -> None:
    """Put a lease into a run's directory; raises OSError."""
    replace_bytes(run / LEASE, encoded(lease), is_durable=False)


def read_lease(run: Path) -> Lease | None:
    """The lease in a run's directory; None where there is none that can be read."""
    try:
        return decoded(regular_file.contents(run / LEASE, RUN_FILE), Lease)
    except (OSError, Undecodable):
        return None


def holder_of(run: Path, lease: Lease | None) -> Holder:
    """Who holds a run with this lease; of one that can't be read the file's time tells."""
    now = time.time()
    if lease is not None:
        return lease.holder(now)
    try:
        written = (run / LEASE).lstat().st_mtime
    except OSError:
        return "none"
    return "unknown" if now - written < LOST_S else "none"


def drop_lease(run: Path) -> None:
    """Give the run free; where its file can't be removed it is free once this process is gone."""
    with suppress(OSError):
        (run / LEASE).unlink(missing_ok=True)


class Claim:
    """A run that this process is about to go on with."""

    def __init__(self, run: Path) -> None:
        self._run = run

    def check(self) -> None:
        """Raise UsageError if another process claimed the run at the same time, and later."""
        lease = read_lease(self._run)
        if lease is not None and not lease.is_own:
            raise _taken(self._run, lease)


@contextmanager
def claimed(run: Path, socket_path: str) -> Iterator[Claim]:
    """Hold a run while it is prepared, and let it go if that fails.

    Raises UsageError if a process trains it that lives, as far as this machine can know.
    """
    lease = read_lease(run)
    if holder_of(run, lease) in ("here", "elsewhere", "unknown"):
        raise _taken(run, lease)
    try:
        write_lease(run, own_lease(socket_path, "preparing"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{run}: can't be written, so it can't go on ({reason})") from error
    try:
        yield Claim(run)
    except BaseException:
        lease = read_lease(run)
        if lease is not None and lease.is_own:
            drop_lease(run)
        raise


def _taken(run: Path, lease: Lease | None) -> UsageError:
    if lease is None:
        return UsageError(
            f"{run / LEASE}: can't be read, and a trainer may hold the run: "
            f"try again in {LOST_S:.0f} seconds"
        )
    return UsageError(f"{run}: process {lease.pid} on {lease.host} trains it already")


@cache
def host() -> str:
    """The machine's name."""
    return socket.gethostname()


@cache
def boot_id() -> str:
    """What changes when the machine starts again."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return _printed("sysctl", "-n", "kern.bootsessionuuid")


def process_start(pid: int) -> str:
    """When a process started, as a text to compare; empty where there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        fields = stat.rpartition(")")[2].split()
        return "" if fields[0] == "Z" else fields[19]
    except (OSError, IndexError):
        return (
            ""
            if Path("/proc/self/stat").exists()
            else _printed("ps", "-o", "lstart=", "-p", str(pid))
        )


def _printed(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
