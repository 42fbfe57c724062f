"""A run that nobody trains, as it is open: what its record tells, drawn from a checkpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import PerceptuiError
from engine.paths import data_dir
from tui.live.following import Following
from tui.live.snapshot import Origin, Snapshot

if TYPE_CHECKING:  # the first screen is there before the engine is loaded
    from engine.runs.contents import CheckpointKind
    from engine.runs.run import Run
    from engine.service import protocol as p

NO_DATA = "no picture: its data is not here, and only a training downloads it"


class OpenedRun:
    """Makes the snapshots of a run that is over; there is none until one is opened.

    tell: called when there is another. Nothing is raised: what is missing stands in its message.
    """

    def __init__(self, following: Following, tell: Callable[[], None]) -> None:
        self.snapshot: Snapshot | None = None
        self._ended: Snapshot | None = None
        """As it came to its end, without the pictures of another checkpoint."""
        self._following = following
        self._tell = tell
        self._grid = (0, 0)
        self._seen_grid = (0, 0)
        """Of the pictures that were asked for last."""

    async def open(self, run: Run, message: str = "", origin: Origin | None = None) -> None:
        """Take what the record says; `draw` adds what a checkpoint does.

        message: what is to be said beside it. origin: what is open, if not the run itself.
        """
        self.close()
        snapshot = await asyncio.to_thread(_recorded, run)
        message, origin = message or snapshot.message, origin or snapshot.origin
        self.take(replace(snapshot, message=message, origin=origin))

    def take(self, snapshot: Snapshot) -> None:
        """Show a run that has ended as this snapshot has it."""
        self._ended = snapshot
        self._change(snapshot)

    async def see(self, kind: CheckpointKind) -> None:
        """Show what a checkpoint says: its picture, and how good it is if it is not the last."""
        if self._ended is not None:
            self._change(replace(self._ended, kind=kind))
            await self.draw()

    def close(self) -> None:
        """Show no run any more."""
        self.snapshot = self._ended = None

    async def look_at(self, grid: tuple[int, int]) -> None:
        """The picture has this size now: (columns, rows) of the boundary's matrix."""
        if grid == self._seen_grid:
            return
        self._grid = grid
        await self.draw()
        self._seen_grid = grid  # not before: whoever asked may have been called off

    async def draw(self) -> None:
        """Add the pictures of the checkpoint that is seen, in the size that there is room for."""
        from engine.runs.run import Run

        asked = self.snapshot
        if asked is None or asked.run is None or asked.experiment is None:
            return
        if not asked.experiment.data.is_here(data_dir(self._following.folders.data_dir)):
            self._change(replace(asked, message=NO_DATA))
            return
        run, kind = Run(asked.run), asked.kind
        try:
            reviewed = await self._following.review(run, kind, self._grid, measure=kind == "best")
        except PerceptuiError as error:
            if self._shows(run, kind):
                self._change(replace(asked, message=f"no picture: {error}"))
            return
        if self.snapshot is not None and self._shows(run, kind):
            self._change(drawn(self.snapshot, reviewed))

    def _shows(self, run: Run, kind: CheckpointKind) -> bool:
        """Whether this is open still: while a worker draws, another may have been opened."""
        shown = self.snapshot
        return shown is not None and (shown.run, shown.kind) == (run.path, kind)

    def _change(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._tell()


def _recorded(run: Run) -> Snapshot:
    """What a run's files tell of it, without its data and its weights."""
    from engine.runs.state import state_of
    from tui.live.observer import Observer

    origin = Origin.of(run)
    state = state_of(run)
    snapshot = Snapshot("finished", origin.experiment, run.name, origin, run.path)
    try:
        snapshot = Observer().recorded(snapshot, run.events(), run.losses())
    except PerceptuiError as error:
        return replace(snapshot, phase="crashed", message=str(error))
    if snapshot.finished is None:
        is_crashed = state.text == "crashed"
        return replace(
            snapshot,
            phase="crashed" if is_crashed else "elsewhere",
            message="" if is_crashed else f"{run.name} is {state.told}",
        )
    return snapshot


def drawn(snapshot: Snapshot, reviewed: p.Reviewed) -> Snapshot:
    """The snapshot with what was drawn, and with the scores if those were measured."""
    snapshot = replace(snapshot, pictures=reviewed.pictures)
    if not reviewed.evaluated:
        return snapshot
    from engine.runs.events import EpochFinished, Evaluated

    metrics = {
        f"{one.split}_{name}": value
        for one in reviewed.evaluated
        for name, value in one.metrics.items()
    }
    measured = EpochFinished(
        epoch=reviewed.epoch,
        step=reviewed.step,
        metrics=metrics,
        learning_rate=None,
        gradient_norm=None,
        steps_per_s=0.0,
        samples_per_s=0.0,
        elapsed_s=0.0,
    )
    evaluated: dict[str, Evaluated] = {one.split: one for one in reviewed.evaluated}
    return replace(snapshot, newest=measured, evaluated=evaluated, predicted=None)
