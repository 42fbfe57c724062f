"""A token bucket on the bytes that are sent: when it is empty, the pictures wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from tui.live.snapshot import Snapshot

BYTES_PER_S = 16_000
SLOW_BYTES_PER_S = 3_000
RESERVE_S = 2.0
"""What may be saved up, or owed at most, in seconds of sending: one full screen, about."""


class ByteBudget:
    """Decides which pictures are worth their bytes; everything else is always shown."""

    def __init__(
        self,
        bytes_per_s: float,
        sent: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bytes_per_s = bytes_per_s
        self._sent = sent
        self._clock = clock
        self._left = bytes_per_s * RESERVE_S
        self._counted = sent()
        self._at = clock()
        self._shown = Snapshot()

    @property
    def left(self) -> float:
        """Bytes that may be sent now; below zero: too many were."""
        now, sent = self._clock(), self._sent()
        most = self._bytes_per_s * RESERVE_S
        earned = (now - self._at) * self._bytes_per_s
        self._left = max(-most, min(most, self._left + earned) - (sent - self._counted))
        self._at, self._counted = now, sent
        return self._left

    def shown(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot, with the pictures before where new ones can't be afforded.

        Where the training stands still its pictures are the last, and always shown; so are those
        of another size, since the ones before don't fit.
        """
        before = self._shown
        is_one_of_many = (snapshot.phase, snapshot.run) == ("running", before.run)
        is_one_of_many = is_one_of_many and snapshot.past is before.past is None
        if is_one_of_many and self.left < 0:
            if _size(snapshot) == _size(before):
                snapshot = replace(snapshot, pictures=before.pictures, curves=before.curves)
            if _seen(snapshot) == _seen(before):
                snapshot = replace(snapshot, inside=before.inside)
        self._shown = snapshot
        return snapshot


def _size(snapshot: Snapshot) -> tuple[int, int] | None:
    """The columns and rows of the boundary; None without one."""
    boundary = snapshot.pictures.boundary if snapshot.pictures else None
    return None if boundary is None else (boundary.columns, boundary.rows)


def _seen(snapshot: Snapshot) -> tuple[object, ...] | None:
    """What is looked at inside of the network; None where nothing is."""
    inside = snapshot.inside
    if inside is None:
        return None
    tile = inside.columns[-1].units[0].tile
    size = None if tile is None else (tile.kind, tile.columns, tile.rows)
    unit, sample = inside.unit, inside.sample
    large = None if unit is None or unit.after is None else (unit.after.columns, unit.after.rows)
    return (
        size,
        None if unit is None else unit.unit,
        large,
        None if sample is None else (sample.sample.split, sample.sample.row),
    )
