"""Command lines as processes of their own, and what no command line may do."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.tui.command_line import command

REFUSED = (1, 2, 3, 4, 5)
"""Exit codes of what can't be done."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Done:
    """What a command line left behind."""

    arguments: tuple[str, ...]
    code: int | None
    """None: it did not end in time."""
    out: str
    err: str
    took_s: float
    memory_bytes: int = 0
    """The most that it held at a time, its trainer not counted."""

    @property
    def wording(self) -> str:
        """The command line, short enough to print."""
        return "perceptui " + " ".join(word[:60] for word in self.arguments)

    def wrong(self, *codes: int) -> str:
        """What a command line may never do and this one did; codes: those it may end with."""
        if self.code is None:
            return f"{self.wording}: hung for {self.took_s:.0f} s"
        if "Traceback" in self.err + self.out:
            return f"{self.wording}: traceback: {self.err.strip().splitlines()[-1:]}"
        if self.code not in codes:
            return f"{self.wording}: exit code {self.code}: {self.err[-300:]}"
        if found := _CONTROL.search(self.out + self.err):
            return f"{self.wording}: prints {found[0]!r}"
        return ""


def run(
    *arguments: str, limit_s: float = 60.0, environment: Mapping[str, str] | None = None
) -> Done:
    """Run a command line to its end, or kill it with all that it started in its session."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        process = subprocess.Popen(
            command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        code: int | None = None
        memory_bytes = 0
        while time.monotonic() - began < limit_s:
            if (code := process.poll()) is not None:
                break
            memory_bytes = max(memory_bytes, _peak_bytes(process.pid))
            time.sleep(0.01)
        else:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        took_s = time.monotonic() - began
        return Done(arguments, code, _text(out), _text(err), took_s, memory_bytes)


def _peak_bytes(pid: int) -> int:
    """The most that a process held so far; what is counted for its end would be its parent's."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) * 1024
    return 0


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "replace")
