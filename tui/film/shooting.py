"""Has a run's snapshots drawn one after the other by a training process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from engine.errors import UsageError
from tui.film.frame import Scene, frame
from tui.renderables.look import Look

if TYPE_CHECKING:
    from engine.runs.contents import Moment
    from engine.runs.run import Run
    from engine.service.client.session import Session

MOST_FRAMES = 300
MEASURED = 5_000
"""Of data with more samples scores are not measured at each frame: that would take minutes."""


@dataclass(frozen=True)
class Film:
    """The frames of a training, each of as many rows and columns."""

    title: str
    width: int
    height: int
    frames: Sequence[Sequence[Text]]
    seconds: float
    """How long it takes; the last frame is shown longer."""

    @property
    def frame_s(self) -> float:
        """Seconds of one frame."""
        return self.seconds / max(1, len(self.frames) - 1)


@dataclass(frozen=True)
class Wanted:
    """What is to be filmed, and how."""

    width: int
    height: int
    frames: int
    seconds: float
    look: Look
    last_only: bool
    """Whether one frame is enough, which needs no snapshots."""


async def shot(session: Session, run: Run, wanted: Wanted, data_dir: Path) -> Film:
    """A run's film; raises PerceptuiError."""
    found = await session.runs.moments(run)
    told = dict(zip(found.steps, found.losses, strict=True))
    moments: list[Moment] = [*_evenly(found.steps, wanted.frames)]
    if wanted.last_only:
        moments = [*moments[-1:]] or ["last"]
    if not moments:
        raise UsageError(
            f"{run.path}: it keeps no snapshots, so there is nothing to film: name a .svg for a "
            "picture of its end, or train it again without --snapshots 0"
        )
    started, losses = run.started(), run.losses()
    measure = started.num_train + started.num_validation + started.num_test <= MEASURED
    scene = Scene(
        title=started.title or run.name,
        width=wanted.width,
        height=wanted.height,
        look=wanted.look,
        steps=found.steps[-1] if found.steps else started.epochs * started.steps_per_epoch,
        epochs=started.epochs,
        losses=losses,
        is_measured=measure,
    )
    frames: list[list[Text]] = []
    for moment in moments:
        reviewed = await session.runs.review(
            run, moment, data_dir, grid=scene.grid(), measure=measure
        )
        frames.append(frame(scene, reviewed, told.get(reviewed.step)))
    return Film(scene.title, wanted.width, wanted.height, frames, wanted.seconds)


def _evenly(steps: Sequence[int], most: int) -> list[int]:
    """At most so many of the steps, the first and the last among them."""
    if len(steps) <= most:
        return [*steps]
    if most == 1:
        return [steps[-1]]
    return [steps[n * (len(steps) - 1) // (most - 1)] for n in range(most)]
