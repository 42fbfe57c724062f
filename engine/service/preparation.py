"""What must be there before a training begins or goes on: its order, its data, its state."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import UsageError
from engine.parts.data import Places
from engine.runs import events as ev
from engine.runs.reader import Checkpoint as Kind
from engine.runs.reader import Run
from engine.spec.experiment import Experiment
from engine.training.checkpoint import Checkpoint, load
from engine.training.executor import Executor
from engine.training.fit import fitting_state
from engine.training.named_tensors import load_model
from engine.training.room import check_room
from engine.training.snapshot import restore
from engine.training.trainer import Trainer

LEARNING_RATE_FACTORS = (1e-6, 1e6)
TENTH = 0.1
"""What of the learning rate a rewind goes on with, unless it is told."""
_WITHOUT_BEST = "move the damaged one away to go on from it"


@dataclass(frozen=True)
class Order:
    """What to train and where to put it."""

    experiment: Experiment
    name: str
    """Of the preset or file, for the run's name."""
    runs_dir: Path
    data_dir: Path
    executor: Executor = "auto"
    changes: list[tuple[int, float]] = field(default_factory=list)
    """Learning-rate factors to set after so many steps: a replay's."""
    until_step: int | None = None
    """End after so many steps: a replay of a run that was stopped there."""


@dataclass(frozen=True)
class Prepared:
    """What goes on with a run: nothing is written yet."""

    trainer: Trainer
    checkpoint: Checkpoint
    best: Checkpoint | None
    after: int
    """Number of the newest event in the record."""
    reports: Iterable[ev.EpochFinished]
    """Those of the record up to the checkpoint; read as they are asked for, once."""
    factor: float | None = None
    """The learning-rate factor to go on with; None for the one it had."""
    is_in_file: bool = True
    """Whether the run's last checkpoint is what it goes on from."""


def prepare(experiment: Experiment, places: Places, executor: Executor = "auto") -> Trainer:
    """Load the data and build the network; raises PerceptuiError."""
    check_room(experiment)
    trainer = Trainer(experiment, places, executor)
    if trainer.experiment.start_from:
        path = Path(trainer.experiment.start_from)
        stored = load(path, "--set start_from={path} takes it")
        load_model(trainer.model, stored, path)
    return trainer


def prepare_again(
    run: Run,
    places: Places,
    *,
    kind: Kind = "last",
    rewind: bool = False,
    learning_rate: float | None = None,
) -> Prepared:
    """Read a run's checkpoint of this kind and put a trainer into its state.

    rewind: it diverged, and goes on with `learning_rate`, else a tenth of what it had.
    Raises UsageError for a run that is over or a rate that can't be, BadCheckpoint, or
    DataUnavailable where the data changed since the run began.
    """
    finished = _finished(run)
    if finished is not None and finished.reason in ("completed", "stop_below", "patience"):
        raise UsageError(f"{run.path}: the run is over ({finished.reason}), nothing is left")
    if finished is not None and finished.reason == "diverged" and not rewind:
        raise UsageError(
            f"{run.path}: the run diverged, and would again at the same learning rate: "
            f"`perceptui resume {run.name} --rewind` goes on with a tenth of it"
        )
    run.check_unchanged()
    path = run.checkpoint(kind)
    checkpoint = load(path)
    best_path = run.directory.checkpoint("best")
    best = load(best_path, _WITHOUT_BEST) if best_path.is_file() else None
    experiment = run.experiment()
    check_room(experiment)
    trainer = Trainer(experiment, places)
    if best is not None:
        fitting_state(trainer, best, best_path)
    restore(trainer, checkpoint, path)
    factor = None
    if rewind or learning_rate is not None:
        factor = trainer.learning_rate.factor * TENTH
        if learning_rate is not None:
            factor = _factor(trainer.experiment, learning_rate)
        check_factor(factor)
    newest = max((event.n for event in run.raw_events()), default=0)
    counted = run.events(up_to=int(checkpoint.state["last_event"]))
    reports = (event for event in counted if isinstance(event, ev.EpochFinished))
    return Prepared(trainer, checkpoint, best, newest, reports, factor, kind == "last")


def _finished(run: Run) -> ev.RunFinished | None:
    """The newest end of a run, if it has one."""
    ends = (event for event in run.events() if isinstance(event, ev.RunFinished))
    return next(iter(deque(ends, 1)), None)


def _factor(experiment: Experiment, learning_rate: float) -> float:
    """The factor on top of the schedule that gives this rate instead of the experiment's."""
    base = experiment.optimizer.lr
    if base <= 0:
        raise UsageError("optimizer.lr: the run's is 0, so no factor gives another")
    return learning_rate / base


def check_factor(factor: float) -> None:
    """Raise UsageError for a learning-rate factor that is beyond all use."""
    low, high = LEARNING_RATE_FACTORS
    if not low <= factor <= high:
        raise UsageError(f"learning-rate factor {factor:g}: give {low:g} to {high:g}")
