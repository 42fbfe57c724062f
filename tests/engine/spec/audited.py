"""What the interpreter was asked to do meanwhile: run code, load modules, open files."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_HEARING: dict[int, list[str]] = {}
"""For each thread that watches what it has seen."""


@contextmanager
def audited() -> Iterator[list[str]]:
    """The audit events of this thread, as they come."""
    _listen()
    events = _HEARING[threading.get_ident()] = []
    try:
        yield events
    finally:
        del _HEARING[threading.get_ident()]


@cache
def _listen() -> None:
    """Hear of all that happens from now on: once, since a hook can't be taken away again.

    One for each of Hypothesis's examples made all tests after them half as long again: `id` alone
    is an event, and each hook is a call.
    """
    sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[object, ...]) -> None:
    if _HEARING and (events := _HEARING.get(threading.get_ident())) is not None:
        events.append(event)
