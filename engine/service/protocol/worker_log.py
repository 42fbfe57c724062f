"""Where a worker's stdout and stderr go: to a file of its own, then to its run's directory."""

from __future__ import annotations

import os
import traceback
from contextlib import suppress
from pathlib import Path

from engine import regular_file
from engine.runs.files import appender
from engine.service.protocol.socket_directory import log_path

LAST_LINES = 5
"""So many lines of a log are shown: the end of a traceback."""
TAIL_BYTES = 4096


def own_log() -> Path:
    """What a worker writes before it has a run."""
    return log_path(os.getpid())


def log_error(error: BaseException) -> None:
    """Write a traceback to the log; where the disk is full it is lost, the training is not."""
    with suppress(OSError):
        os.write(2, "".join(traceback.format_exception(error)).encode())


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


def log_to(path: Path) -> None:
    """From now on write stdout and stderr to a run's own log, or still to the old one."""
    try:
        log = appender(path)
    except OSError as error:  # the training matters more than its log
        log_error(error)
        return
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
