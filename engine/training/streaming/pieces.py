"""In what pieces several processes read ahead, within bounds; batches are made of them."""

from __future__ import annotations

import os
from dataclasses import dataclass

from engine.training.threads import available

MOST_PROCESSES = 8
MOST_ROWS = 32
"""More images in a piece save nothing, and are lost when the order changes."""
PIECES_AHEAD = 4
"""Pieces that each process may be ahead."""
MOST_BYTES = 64_000_000
"""What is read ahead, at most."""
SHARED = "/dev/shm"


@dataclass(frozen=True)
class Pace:
    """How images are read ahead."""

    processes: int
    """0: in the training process itself, since memory to be shared with others is too small."""
    rows: int
    """Images per piece."""
    ahead: int
    """Pieces per process."""


def pace(sample_bytes: int, room_bytes: int, cpus: int) -> Pace:
    """As many processes as CPUs, up to MOST_PROCESSES; half the room stays free.

    room_bytes: of the memory in which processes hand over what they have read.
    """
    room = min(MOST_BYTES, room_bytes // 2)
    processes = max(1, min(cpus, MOST_PROCESSES))
    rows = max(1, min(MOST_ROWS, room // (processes * PIECES_AHEAD * sample_bytes)))
    processes = min(processes, room // (rows * sample_bytes))
    if not processes:
        return Pace(0, rows, 0)
    ahead = min(PIECES_AHEAD, room // (processes * rows * sample_bytes))
    return Pace(processes, rows, ahead)


def this_pace(sample_bytes: int) -> Pace:
    """The pace of this machine; a container may share as little as 64 MB between processes."""
    room = 2 * MOST_BYTES
    try:
        shared = os.statvfs(SHARED)
        room = shared.f_bavail * shared.f_frsize
    except OSError:
        pass  # macOS: shared memory is no file system there
    return pace(sample_bytes, room, available())
