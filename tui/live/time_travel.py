"""A run as it was: which of its snapshots is seen in place of what it is now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import UsageError
from tui.live.following import Following
from tui.live.opened_run import drawn
from tui.live.snapshot import PastMoment, Snapshot

if TYPE_CHECKING:  # the first screen is there before the engine is loaded
    from engine.service import protocol as p

FEW_SAMPLES = 5_000
"""Of more, scores are measured once a person rests at a moment: that takes its time."""


@dataclass(frozen=True)
class _Seen:
    """What was drawn last."""

    index: int
    grid: tuple[int, int]
    reviewed: p.Reviewed


class TimeTravel:
    """Goes back and forth through a run's snapshots; in the present there is nothing to it.

    tell: called when there is something else to show. A key that is held moves on as fast as
    moments are drawn: of those that were passed meanwhile none is.
    """

    def __init__(self, following: Following, tell: Callable[[], None]) -> None:
        self._following = following
        self._tell = tell
        self._run: Path | None = None
        self._moments: p.Moments | None = None
        self._wanted: int | None = None
        """Which of the moments; None for now."""
        self._seen: _Seen | None = None
        self._grid = (0, 0)
        self._is_drawing = False

    def view(self, present: Snapshot) -> Snapshot:
        """What is to be shown in place of a run's present; that itself where nobody went back."""
        seen, moments = self._seen, self._moments
        if seen is None or moments is None or present.run != self._run:
            return present
        past = PastMoment(
            step=seen.reviewed.step,
            epoch=seen.reviewed.epoch,
            loss=moments.losses[seen.index],
            index=seen.index,
            count=len(moments.steps),
        )
        bare = replace(present, newest=None, evaluated={}, predicted=None, past=past)
        return drawn(bare, seen.reviewed)

    async def move(self, present: Snapshot, by: int) -> None:
        """Go so many snapshots on, or back; beyond the newest is now. Raises PerceptuiError."""
        moments = await self._known(present)
        at = self._wanted
        if at is None:
            if by > 0:
                return
            at = len(moments.steps)
            if present.is_over and at > 1:  # the newest is what is seen already
                at -= 1
        await self._go(present, max(0, at + by))

    async def go_to(self, present: Snapshot, share: float) -> None:
        """Go to a place between the first snapshot, 0, and now, 1; raises PerceptuiError."""
        moments = await self._known(present)
        await self._go(present, round(share * len(moments.steps)))

    def leave(self) -> bool:
        """Come back to now; whether one was elsewhere."""
        was_away = self._wanted is not None
        self._wanted = self._seen = None
        if was_away:
            self._tell()
        return was_away

    async def look_at(self, present: Snapshot, grid: tuple[int, int]) -> None:
        """The picture has this size now; raises PerceptuiError."""
        self._grid = grid
        if self._wanted is not None:
            await self._draw(present)

    async def _known(self, present: Snapshot) -> p.Moments:
        """The snapshots there are, asked for anew by who comes from the present."""
        from engine.runs.run import Run

        if present.run is None:
            raise UsageError("nothing was trained yet, so there is no past to see")
        if self._moments is None or self._wanted is None or present.run != self._run:
            self._moments = await self._following.moments(Run(present.run))
            if present.run != self._run:  # else a key before this one may have gone back meanwhile
                self._run, self._wanted, self._seen = present.run, None, None
        if not self._moments.steps:
            raise UsageError("this run keeps no snapshots, so there is no past to see")
        return self._moments

    async def _go(self, present: Snapshot, index: int) -> None:
        if self._moments is None or index >= len(self._moments.steps):
            self.leave()
            return
        self._wanted = index
        await self._draw(present)

    async def _draw(self, present: Snapshot) -> None:
        """Draw what is wanted until nothing else is."""
        if self._is_drawing:
            return
        self._is_drawing = True
        try:
            started = present.started
            is_small = (
                started is not None
                and sum((started.num_train, started.num_validation, started.num_test))
                <= FEW_SAMPLES
            )
            while self._is_due():
                await self._review(present, measure=is_small)
                if not is_small and self._wanted is not None and not self._is_due():
                    await self._review(present, measure=True)
        except Exception:  # one that is cancelled makes way for another, which draws
            self.leave()
            raise
        finally:
            self._is_drawing = False

    def _is_due(self) -> bool:
        if self._wanted is None:
            return False
        seen = self._seen
        return seen is None or (seen.index, seen.grid) != (self._wanted, self._grid)

    async def _review(self, present: Snapshot, *, measure: bool) -> None:
        from engine.runs.run import Run

        index, moments, grid = self._wanted, self._moments, self._grid
        assert index is not None, "somebody went back"
        assert moments is not None, "they are known by then"
        assert present.run is not None, "a past is a run's"
        reviewed = await self._following.review(
            Run(present.run), moments.steps[index], grid, measure=measure
        )
        if self._wanted is not None:  # meanwhile one may have come back
            self._seen = _Seen(index, grid, reviewed)
            self._following.witness.did("in_the_past")
            self._tell()
