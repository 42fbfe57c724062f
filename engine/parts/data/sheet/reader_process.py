"""The process that reads a large table, seen from who waits for it: how far it is, what it says."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from engine.encoding import encoded
from engine.errors import DataUnavailable
from engine.parts.data.locations import Loading
from engine.parts.data.meter import Meter
from engine.parts.data.sheet.asked import Asked

REFUSED, ABSENT = 4, 5
"""Its exit codes."""
NUMBER_BYTES = 8
"""Of each number that it writes."""

_listener: Callable[[Loading], None] | None = None


def tell_reading(listener: Callable[[Loading], None] | None) -> None:
    """From now on tell somebody in this process how far the reading of a table is; None: nobody.

    What it raises ends the reading, and is raised by whoever asked for the table.
    """
    global _listener
    _listener = listener


def read_in_process(path: str, asked: Asked, place: Path) -> None:
    """Have a process of its own read a table into a folder; what it says is raised here."""
    reading, writing = os.pipe()
    command = [sys.executable, "-P", "-m", "engine.parts.data.sheet.cache_entry", path, str(place)]
    with (
        tempfile.TemporaryFile() as order,
        tempfile.TemporaryFile() as said,
        tempfile.TemporaryFile() as trouble,
    ):
        order.write(encoded(asked))
        order.seek(0)
        try:
            process = subprocess.Popen(
                [*command, str(writing)],
                stdin=order,
                stdout=said,
                stderr=trouble,
                pass_fds=(writing,),
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        try:
            _follow(path, reading)
        except BaseException:
            process.kill()
            process.wait()
            raise
        code = process.wait()
        said.seek(0)
        trouble.seek(0)
        _raise(path, code, said.read(), trouble.read())


def _follow(path: str, descriptor: int) -> None:
    """Tell how far it is, until it ends: with each block comes the number of bytes so far."""
    meter = Meter(os.path.basename(path), os.stat(path).st_size, _listener or _nobody)
    with os.fdopen(descriptor, "rb") as told:
        while number := told.read(NUMBER_BYTES):
            meter.reached(int.from_bytes(number, "big"))
    meter.end()


def _nobody(loading: Loading) -> None:
    """Nobody wants to know."""


def _raise(path: str, code: int, said: bytes, trouble: bytes) -> None:
    if code == REFUSED:
        raise DataUnavailable(said.decode("utf-8", "replace").strip())
    if code == ABSENT:
        raise FileNotFoundError(path)
    if code < 0:
        raise DataUnavailable(
            f"{path}: whoever read it was ended by signal {-code}; is the memory full?"
        )
    if code:
        last = trouble.decode("utf-8", "replace").strip().splitlines()
        raise DataUnavailable(f"{path}: can't be read ({last[-1] if last else 'no reason'})")
