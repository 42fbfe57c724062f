"""The trainer that waits for a next command, in words."""

from __future__ import annotations

import time


def who_waits() -> str:
    """Its process, how long it still waits, and how it is ended; `none` where none does."""
    from engine.service.protocol import warm

    waiting = warm.read()
    if waiting is None:
        return "none"
    left_s = max(0.0, waiting.until - time.time())
    return f"process {waiting.pid}, for {left_s:.0f} s more; `perceptui stop --warm` ends it"
