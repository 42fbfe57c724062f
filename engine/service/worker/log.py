"""Where a worker's stdout and stderr go: to a file of its own, then to its run's directory."""

from __future__ import annotations

import os
import traceback
from contextlib import suppress
from pathlib import Path

from engine.encoding import escaped
from engine.runs.files import appender
from engine.service.protocol.socket_directory import log_path


def own_log() -> Path:
    """What a worker writes before it has a run."""
    return log_path(os.getpid())


def log_error(error: BaseException) -> None:
    """Write a traceback to the log; where the disk is full it is lost, the training is not."""
    with suppress(OSError):
        os.write(2, escaped("".join(traceback.format_exception(error))).encode())


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
