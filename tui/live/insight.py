"""What is seen inside of the network that is open, whatever it is: trained, over, past or new."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import PerceptuiError
from engine.paths import data_dir
from tui.live.following import Following
from tui.live.snapshot import Snapshot

if TYPE_CHECKING:  # the first screen is there before the engine is loaded
    from collections.abc import Callable

    from engine.runs.contents import Moment
    from engine.runs.inside import Inside, Look
    from engine.spec.experiment import Experiment


@dataclass(frozen=True)
class Trained:
    """The network of the training, where it stands; step None while it moves on."""

    run: Path
    step: int | None


@dataclass(frozen=True)
class Kept:
    """The network of a run as it was at a moment."""

    run: Path
    moment: Moment


@dataclass(frozen=True)
class New:
    """The network of an experiment before its first step."""

    experiment: Experiment


Source = Trained | Kept | New
"""Told apart by their kinds, too: no tuples, of which (run, 0) would be any of them."""


class Insight:
    """Asks for what somebody wants to see, and for nothing else.

    tell: called when there is something else to show. Of what was wanted while an answer was on
    its way only the last is asked for.
    """

    def __init__(self, following: Following, tell: Callable[[], None]) -> None:
        self.problem = ""
        """Why there is nothing to see."""
        self._following = following
        self._tell = tell
        self._wanted: tuple[Look | None, Source | None] = (None, None)
        self._asked: tuple[Look | None, Source | None] = (None, None)
        self._found: tuple[Source, Inside] | None = None
        """Of what is not trained."""
        self._seen: Inside | None = None
        """What was drawn last."""
        self._is_asking = False

    def view(self, present: Snapshot) -> Snapshot:
        """A snapshot with what is seen inside of its network.

        A new one is drawn over what was there before: nothing flickers meanwhile.
        """
        look, source = self._wanted
        if look is None or (source is None and not present.is_live):
            self._seen = None
            return replace(present, inside=None) if present.inside is not None else present
        inside = present.inside if isinstance(source, Trained) else None
        if self._found is not None and self._found[0] == source:
            inside = self._found[1]
        self._seen = inside or self._seen
        return replace(present, inside=self._seen)

    def want(self, look: Look | None, present: Snapshot, experiment: Experiment | None) -> bool:
        """Note what is to be seen; whether that must be asked for.

        present: what is known of the training of what is open; experiment: as it is edited.
        """
        source = None if look is None else self._source(present, experiment)
        self._wanted = look, source
        return self._wanted != self._asked and not self._is_asking

    def look_again(self) -> None:
        """The network was changed by hand: what was seen is not so any more."""
        self._asked = None, None

    async def ask(self) -> None:
        """Ask until what is wanted is there, or can't be had."""
        if self._is_asking:
            return
        self._is_asking = True
        try:
            while self._asked != self._wanted:
                self._asked = self._wanted
                await self._answer(*self._wanted)
        finally:
            self._is_asking = False

    async def _answer(self, look: Look | None, source: Source | None) -> None:
        following = self._following
        try:
            await following.look_inside(look if isinstance(source, Trained) else None)
            if look is None or source is None or isinstance(source, Trained):
                self.problem = ""
                return
            if isinstance(source, New):
                inside = await following.inside_first(source.experiment, look)
            else:
                from engine.runs.run import Run

                inside = await following.inside_of_run(Run(source.run), look, source.moment)
        except PerceptuiError as error:
            self.problem = str(error)
            self._found = self._seen = None
        else:
            self.problem = ""
            self._found = source, inside
        self._tell()

    def _source(self, present: Snapshot, experiment: Experiment | None) -> Source | None:
        run = present.run
        if run is None or present.phase in ("starting", "ready"):
            if present.phase == "starting" or experiment is None or not self._has_data(experiment):
                return None
            return New(experiment.without_prose())
        if present.past is not None:
            return Kept(run, present.past.step)
        if present.is_live or present.phase == "finished":
            trained = self._following.snapshot
            if trained.run == run and trained.phase == present.phase and present.kind == "last":
                if present.phase == "preparing" or present.started is None:
                    return None
                progress = present.progress
                step = progress.step if progress is not None else 0
                return Trained(run, None if present.phase == "running" else step)
        if present.is_over and present.experiment and self._has_data(present.experiment):
            return Kept(run, present.kind)
        return None

    def _has_data(self, experiment: Experiment) -> bool:
        return experiment.data.is_here(data_dir(self._following.folders.data_dir))
