"""What the controller knows at one moment, as the screens show it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tui.live.latest_events import LatestEvents
from tui.renderables.targets import target_text

if TYPE_CHECKING:
    from engine.runs.contents import CheckpointKind
    from engine.runs.inside import Inside
    from engine.runs.pictures import Painting, Pictures
    from engine.runs.run import Run
    from engine.service import protocol as p
    from engine.spec.experiment import Experiment
    from tui.renderables.loss_chart import LossSeries

Phase = Literal[
    "starting",
    "ready",
    "preparing",
    "running",
    "paused",
    "finished",
    "lost",
    "crashed",
    "elsewhere",
]
"""`starting`: the trainer warms up; `ready`: nothing is trained yet; `lost`: it is gone.

Of an opened run only: `crashed`: its record has no end; `elsewhere`: another machine trains it.
"""


def phase_of(state: p.State) -> Phase:
    """The phase of a training whose worker is in this state."""
    return "ready" if state == "idle" else state


@dataclass(frozen=True)
class Origin:
    """What was opened: whatever it is edited to afterwards, its trainings belong to it."""

    name: str
    experiment: Experiment
    run: Path | None = None
    """The run whose experiment it is, if it is not a preset's or a file's."""
    opening: int = 0
    """Which opening it was, where nothing trained before is its own, not even the same; else 0."""

    @classmethod
    def of(cls, run: Run) -> Origin:
        """A run that is opened; raises PerceptuiError where its experiment can't be read."""
        return cls(run.name, run.experiment(), run.path.absolute())


@dataclass(frozen=True)
class PastMoment:
    """A moment of a run that is seen in place of the present."""

    step: int
    """Steps done then."""
    epoch: int
    """Epochs finished then."""
    loss: float | None
    """Of the step before."""
    index: int
    """Among the run's snapshots."""
    count: int
    """Of these."""


@dataclass(frozen=True)
class Snapshot(LatestEvents):
    """One combined view of a training; a new one replaces it as a whole."""

    phase: Phase = "starting"
    experiment: Experiment | None = None
    """What is being trained, or was."""
    name: str = ""
    origin: Origin | None = None
    """Where what is trained was opened from."""
    run: Path | None = None
    kind: CheckpointKind = "last"
    """The checkpoint that pictures and scores are of, where nothing trains."""
    before: Snapshot | None = None
    """The training before this one, of what is open too, by whose end a change is judged."""
    progress: p.Progress | None = None
    loading: p.Loading | None = None
    """How far the data is that is fetched before the training."""
    pictures: Pictures | None = None
    curves: dict[str, tuple[LossSeries, ...]] = field(default_factory=dict)
    """What reports tell over the epochs, by metric."""
    inside: Inside | None = None
    """What was seen last of the network from within."""
    past: PastMoment | None = None
    """The moment that pictures and scores are of; None for now."""
    message: str = ""
    """The newest failure or notice, in one line."""

    @property
    def series(self) -> tuple[LossSeries, ...]:
        """The losses."""
        return self.curves.get("loss", ())

    @property
    def target(self) -> str:
        """What is predicted, with its unit: `price (€)`; empty where it has no name."""
        return target_text(self.started.facts) if self.started is not None else ""

    @property
    def is_live(self) -> bool:
        """Whether a run is under way, moving or not."""
        return self.phase in ("preparing", "running", "paused")

    @property
    def is_over(self) -> bool:
        """Whether this is a run that has ended."""
        return self.phase in ("finished", "crashed") and self.run is not None

    @property
    def judge(self) -> Snapshot | None:
        """By what the next training of what is open is judged: this one, if it came to an end."""
        if self.finished is None or (self.diverged is None and not self.finished.metrics):
            return self.before
        drawn = self.pictures
        painted = drawn if drawn is not None and drawn.painting is not None else None
        return replace(self, before=None, pictures=painted, inside=None, curves={})

    @property
    def painted_before(self) -> Painting | None:
        """What the training before this one had of the same picture at its end."""
        before = self.before.pictures if self.before is not None else None
        now = None if self.pictures is None else self.pictures.painting
        then = None if before is None else before.painting
        if now is None or then is None or then.original != now.original:
            return None
        is_same_size = (then.height, then.width) == (now.height, now.width)
        return then if is_same_size else None

    @property
    def is_best_last(self) -> bool:
        """Whether the best weights are those that the run ended with."""
        best, finished = self.best, self.finished
        return best is not None and finished is not None and best.step == finished.steps

    def is_of(self, origin: Origin | None, experiment: Experiment | None) -> bool:
        """Whether this training belongs to what was opened there and is edited to this by now."""
        if self.experiment is None or origin is None:
            return False
        if origin == self.origin:
            return True
        if origin.run is not None:  # what another run came to is not this one's
            return self.run is not None and self.run.absolute() == origin.run.absolute()
        if experiment is None or origin.opening:
            return False
        return self.experiment.without_prose() == experiment.without_prose()

    def without_training(self) -> Snapshot:
        """What is known of the trainer alone."""
        if self.phase in ("starting", "lost"):
            return Snapshot(self.phase, message=self.message)
        return Snapshot("ready")
