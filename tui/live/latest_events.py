"""The newest event of each kind that a training has told, for its end and for the screens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.language import tr

if TYPE_CHECKING:  # the first screen is there before the engine is loaded
    from engine.runs import events as ev


@dataclass(frozen=True, kw_only=True)
class LatestEvents:
    """What counts now of a run's events, however long it is; what was taken back is not in it."""

    started: ev.RunStarted | None = None
    newest: ev.EpochFinished | None = None
    evaluated: dict[str, ev.Evaluated] = field(default_factory=dict)
    """By split."""
    predicted: ev.Predicted | None = None
    diverged: ev.Diverged | None = None
    failed: ev.Failed | None = None
    checkpoint: ev.CheckpointSaved | None = None
    best: ev.CheckpointSaved | None = None
    unkept: str = ""
    """Why the newest checkpoints could not be written; empty while they can."""
    rescued: dict[str, ev.CheckpointRescued] = field(default_factory=dict)
    """What was written elsewhere at the end, by kind."""
    finished: ev.RunFinished | None = None
    findings: tuple[ev.FindingAppeared, ...] = ()
    """What the doctor finds in the training under way, at most three, oldest first."""
    factor: float = 1.0
    """The learning-rate factor that a person set."""

    @property
    def unkept_sentence(self) -> str:
        """What could not be kept, why, and where it is instead; empty where nothing is lost."""
        if not self.unkept:
            return ""
        if self.finished is None:
            return tr(f"no checkpoint can be written ({self.unkept}); it is tried again")
        if not self.rescued:
            return tr(f"the weights could not be written: {self.unkept}")
        paths = " and ".join(event.path for event in self.rescued.values())
        return tr(
            f"the weights are in {paths}, not in the run; with room again, resume brings them "
            f"there ({self.unkept})"
        )
