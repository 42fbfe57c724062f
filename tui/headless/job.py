"""What a headless command has its trainer do: train an experiment, or go on with a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.runs.reader import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.spec.experiment import Experiment


@dataclass(frozen=True)
class Job:
    """What to train and where to put it."""

    experiment: Experiment
    name: str
    runs_dir: Path
    data_dir: Path
    on_disconnect: p.OnDisconnect = "stop"
    executor: p.Executor = "auto"
    changes: tuple[tuple[int, float], ...] = ()
    until_step: int | None = None

    async def begin(self, session: Session) -> None:
        """Have a session's worker train it."""
        await session.train(
            self.experiment,
            name=self.name,
            runs_dir=self.runs_dir,
            data_dir=self.data_dir,
            on_disconnect=self.on_disconnect,
            executor=self.executor,
            changes=list(self.changes),
            until_step=self.until_step,
        )


@dataclass(frozen=True)
class Continuation:
    """How to go on with a run that ended early."""

    run: Run
    data_dir: Path
    on_disconnect: p.OnDisconnect = "stop"
    rewind: bool = False
    learning_rate: float | None = None
    checkpoint: p.Kept = "last"

    async def begin(self, session: Session) -> None:
        """Have a session's worker go on with it."""
        await session.resume(
            self.run,
            data_dir=self.data_dir,
            on_disconnect=self.on_disconnect,
            checkpoint=self.checkpoint,
            rewind=self.rewind,
            learning_rate=self.learning_rate,
        )
