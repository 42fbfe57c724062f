"""Starts a worker: a process of its own, in a session of its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from engine import regular_file
from engine.errors import PerceptuiError
from engine.notices.terminal import TTY, own_terminal
from engine.service.protocol.socket_directory import log_path, new_log_path
from engine.service.protocol.start import ORDER_FOLLOWS

LAST_LINES = 5
"""So many lines of a worker's log are shown: the end of a traceback."""
TAIL_BYTES = 4096


@dataclass(frozen=True)
class Launched:
    """A worker that listens."""

    process: subprocess.Popen[bytes]
    socket: Path
    log: Path
    """What it printed before it had a run's directory to log to."""


async def launch(*, in_advance: bool = True) -> Launched:
    """Start a worker and wait until it listens; it goes on loading torch.

    in_advance: whether it is to warm up for whatever comes; else an order follows at once.
    Raises PerceptuiError if it can't be started.
    """
    log = new_log_path()
    os.environ[TTY] = own_terminal()  # the trainer has none, and may ring this one
    reading, writing = os.pipe()
    # -P: a folder named engine in the working directory must not run instead.
    options = [] if in_advance else [ORDER_FOLLOWS]
    command = [sys.executable, "-P", "-m", "engine.service.worker", *options, str(writing)]
    try:
        with log.open("xb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(writing,),
                start_new_session=True,
            )
    except OSError as error:
        os.close(reading)
        raise PerceptuiError(f"the trainer can't be started: {error}") from error
    finally:
        os.close(writing)
    try:
        said = await _line(reading)
    except asyncio.CancelledError:
        process.terminate()
        log.unlink(missing_ok=True)
        raise
    if not said:
        process.wait()
        why = last_words(log) or "no message"
        log.unlink(missing_ok=True)
        raise PerceptuiError(f"the trainer did not start: {why}")
    renamed = log_path(process.pid)
    log.rename(renamed)
    return Launched(process, Path(said), renamed)


def last_words(log: Path) -> str:
    """The last lines that a worker wrote; empty where there are none."""
    try:
        with regular_file.opened(log) as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            text = file.read(TAIL_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-LAST_LINES:])


async def _line(descriptor: int) -> str:
    """The line that comes from a pipe, which is closed then; empty if none comes."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", 0)
    )
    try:
        return os.fsdecode(await reader.readline()).rstrip("\n")
    finally:
        transport.close()
