"""The trainer that waits for a next command: where it is written down, and who may have it.

At most one waits for a user. It is written into a file beside the sockets; whoever takes the file
away has it for himself, and a later one that waits takes the file's place.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from engine import regular_file
from engine.decoding import Undecodable, decoded
from engine.encoding import encoded
from engine.limits import RUN_FILE
from engine.runs.files import replace_bytes
from engine.runs.lease import process_start
from engine.service.protocol.socket_directory import socket_dir

USUAL_S = 60.0
LONGEST_S = 3600.0


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A trainer that has torch loaded and nothing to do."""

    pid: int
    process_start: str
    """Tells the process from a later one of the same pid."""
    socket: str
    surroundings: str
    """What a command has to have in common with the one that it served."""
    until: float
    """Unix time in seconds."""

    @property
    def is_there(self) -> bool:
        """Whether its process lives."""
        return bool(self.process_start) and process_start(self.pid) == self.process_start


def warm_s() -> float:
    """How long a trainer may wait for a next command: PERCEPTUI_WARM_S; 0 for not at all."""
    try:
        given = float(os.environ.get("PERCEPTUI_WARM_S", USUAL_S))
    except ValueError:
        return USUAL_S
    return max(0.0, min(given, LONGEST_S))


def place() -> Path:
    """The file that names it; raises PerceptuiError where sockets have no place."""
    return socket_dir() / "waiting.json"


def write(waiting: Waiting) -> None:
    """Let a trainer be found, in place of another one; raises OSError."""
    replace_bytes(place(), encoded(waiting), is_durable=False)


def read() -> Waiting | None:
    """The one that waits; None where none does."""
    found = _read(place())
    return found if found is not None and found.is_there else None


def withdraw(pid: int) -> None:
    """Let the trainer of this process not be found any more, if it still could be."""
    found = _read(place())
    if found is not None and found.pid == pid:
        with suppress(OSError):
            place().unlink()


def taken(surroundings: Callable[[], str]) -> Waiting | None:
    """The one that waits for such a command, for whoever asks alone; None where none does."""
    if warm_s() == 0:
        return None
    found = read()
    if found is None or found.until <= time.time():
        return None
    wanted = surroundings()
    if found.surroundings != wanted:
        return None
    mine = place().with_name(f"waiting-{os.getpid()}.json")
    try:
        place().rename(mine)  # of several that try one succeeds
    except OSError:
        return None
    found = _read(mine)  # the file may have been another one's by then
    with suppress(OSError):
        mine.unlink()
    return found if found is not None and found.surroundings == wanted else None


def _read(path: Path) -> Waiting | None:
    try:
        return decoded(regular_file.contents(path, RUN_FILE), Waiting)
    except (OSError, Undecodable):
        return None
