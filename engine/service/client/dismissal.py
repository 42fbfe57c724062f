"""Ends the trainer that waits for a next command."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from engine.errors import PerceptuiError
from engine.runs.lease import process_start
from engine.service.protocol import warm

LONGEST_S = 10.0
LOOK_S = 0.01


def dismissed() -> int:
    """End it and wait until it is gone; its process, 0 where none waits.

    Raises PerceptuiError where it does not end.
    """
    waiting = warm.read()
    if waiting is None:
        return 0
    with suppress(ProcessLookupError):
        os.kill(waiting.pid, signal.SIGTERM)
    deadline = time.monotonic() + LONGEST_S
    while process_start(waiting.pid) == waiting.process_start:
        if time.monotonic() > deadline:
            raise PerceptuiError(
                f"process {waiting.pid} does not end: `kill -9 {waiting.pid}` does it"
            )
        time.sleep(LOOK_S)
    return waiting.pid
