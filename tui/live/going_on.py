"""How a run that is over goes on, if it can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.language import tr
from tui.live.snapshot import Snapshot

if TYPE_CHECKING:  # the first screen is there before the engine is loaded
    from engine.runs.contents import CheckpointKind
    from engine.spec.experiment import Experiment


@dataclass(frozen=True)
class GoingOn:
    """What is asked of a trainer for a run that it is to go on with."""

    checkpoint: CheckpointKind = "last"
    rewind: bool = False
    """It diverged: from the last good checkpoint, with a tenth of the learning rate."""
    epochs: int | None = None
    """In all, where it is to train more than was planned."""
    reason: str = ""
    """Why it had ended."""

    @property
    def text(self) -> str:
        """What a key says that does it."""
        return tr("Go on") if self.epochs is None else tr("Train on")

    def experiment(self, planned: Experiment) -> Experiment:
        """What is trained then."""
        if self.epochs is None:
            return planned
        from engine.runs.extension import extended

        return extended(planned, self.epochs, self.reason)


def going_on(snapshot: Snapshot, edited: Experiment | None) -> GoingOn | None:
    """What goes on where nothing was changed; None where only a new run can begin.

    A run that came to its end trains on for as many epochs as it was begun with.
    """
    from engine.runs.kept_checkpoints import OVER

    trained, started, finished = snapshot.experiment, snapshot.started, snapshot.finished
    if not snapshot.is_over or trained is None or edited is None or started is None:
        return None
    if edited.without_prose() != trained.without_prose():
        return None
    if finished is None:
        return GoingOn(snapshot.kind)
    if finished.reason in ("diverged", "failed"):
        return None
    if snapshot.kind == "last" and finished.reason in OVER:
        return GoingOn(epochs=finished.epochs + started.epochs, reason=finished.reason)
    return GoingOn(snapshot.kind, reason=finished.reason)
