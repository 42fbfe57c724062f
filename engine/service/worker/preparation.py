"""What must be there before a training begins or goes on: its data, its state."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Remark, UsageError
from engine.parts.data import DataLocations
from engine.runs import events as ev
from engine.runs.changes import Change, standing_changes
from engine.runs.contents import is_of_run
from engine.runs.extension import extended, remarks
from engine.runs.kept_checkpoints import OVER, is_done, kept_checkpoints
from engine.runs.run import Run
from engine.service import protocol as p
from engine.spec.experiment import Experiment
from engine.training.by_hand import check_factor
from engine.training.checkpoint import Checkpoint, load
from engine.training.executor import Executor
from engine.training.fit import fitting_state
from engine.training.full_state import restore
from engine.training.moment import named, write_out
from engine.training.room import check_room
from engine.training.shared.crew import Crew
from engine.training.shared.part import check_parts, differences
from engine.training.taking_over import remarks as remarks_on
from engine.training.taking_over import take_over
from engine.training.trainer import Trainer

TENTH = 0.1
"""What of the learning rate a rewind goes on with, unless it is told."""
_WITHOUT_BEST = "move the damaged one away to go on from it"


@dataclass(frozen=True)
class Prepared:
    """What goes on with a run: nothing is written yet."""

    trainer: Trainer
    after_event: int
    """Number of the last event of the record that still counts."""
    best: Checkpoint | None
    after: int
    """Number of the newest event in the record."""
    reports: Iterable[ev.EpochFinished]
    """Those of the record up to the checkpoint; read as they are asked for, once."""
    factor: float | None = None
    """The learning-rate factor to go on with; None for the one it had."""
    changes: tuple[Change, ...] = ()
    """What was changed by hand later than where it goes on."""
    is_in_file: bool = True
    """Whether the run's last checkpoint is what it goes on from."""
    is_best_in_file: bool = True
    """Whether the run's best checkpoint is the one that is best, if there is one."""
    is_extended: bool = False
    """Whether the trainer's experiment is to be the run's from now on."""


def prepare(
    experiment: Experiment,
    locations: DataLocations,
    executor: Executor = "auto",
    *,
    weights: bool = True,
    crew: Crew | None = None,
) -> Trainer:
    """Load the data and build the network; raises PerceptuiError.

    crew: the processes that train it together; None for this one alone.
    weights: whether it starts from those that the experiment names, if it does.
    """
    check_room(experiment)
    trainer = Trainer(experiment, locations, executor, crew=crew, learned=weights)
    if crew is not None:
        check_parts(trainer)
        for remark in differences(trainer):
            warnings.warn(Remark(remark), stacklevel=2)
    if weights and trainer.experiment.start_from:
        path = Path(trainer.experiment.start_from)
        write_out(path)
        stored = load(path, "--set start_from={path} takes it")
        if stored.state.get("silenced"):
            text = "units that were silenced there by hand are awake here: only weights are taken"
            warnings.warn(Remark(f"{path}: {text}"), stacklevel=2)
        _take_over(trainer, stored, path)
        trainer.started_from = named(path, stored)
    return trainer


def _take_over(trainer: Trainer, stored: Checkpoint, path: Path) -> None:
    """Begin with what fits of stored weights, and say what does not; raises BadCheckpoint."""
    experiment = trainer.experiment
    found = take_over(
        trainer.model, trainer.chain, stored.group("model"), path, new_head=experiment.new_head
    )
    told = remarks_on(found, trainer.chain, trainer.model.frozen)
    if not experiment.new_head and (other := _other_classes(path, trainer)):
        told.append(other)
    for remark in told:
        warnings.warn(Remark(f"{path}: {remark}"), stacklevel=2)


def _other_classes(path: Path, trainer: Trainer) -> str:
    """A word on a head that was taken though it knows other classes, as many as there are here."""
    if not is_of_run(path):
        return ""
    own, there = trainer.splits.facts.classes, Run(path.parents[1]).facts().classes
    if own == there or len(own) != len(there):
        return ""
    return (
        f"its classes are others ({_listed(there)}, not {_listed(own)}): `--new-head` begins the "
        "last layer anew"
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


def _prepared_as_before(
    run: Run, experiment: Experiment, locations: DataLocations, *, weights: bool, crew: Crew | None
) -> Trainer:
    """A trainer whose steps are compiled where those of the run were: they have bits of their own.

    Where that can't be had any more, it goes on with others and says so.
    """
    if _last_executor(run) == "compiled" and crew is None:
        try:
            return prepare(experiment, locations, "compiled", weights=weights)
        except UsageError as error:
            remark = (
                f"{run.path}: its steps were compiled, so its last digits will be others: {error}"
            )
            warnings.warn(Remark(remark), stacklevel=2)
    return prepare(experiment, locations, weights=weights, crew=crew)


def _last_executor(run: Run) -> str:
    """How the steps of a run were run when it was trained last."""
    told = run.started().executor
    for event in run.raw_events():
        if isinstance(event, ev.Resumed) and event.executor:
            told = event.executor
    return told


def prepare_again(order: p.Resume, locations: DataLocations, crew: Crew | None = None) -> Prepared:
    """Read the checkpoint of the run that is to go on, and put a trainer into its state.

    Where the last could not be written, that is the one that was rescued, else the best, else
    nothing but the experiment: it begins again then, with what was set by hand on the way.
    Raises UsageError for a run that is over or a rate that can't be, BadCheckpoint, or
    DataUnavailable where the data changed since the run began.
    """
    run, kind, epochs = Run(Path(order.run)), order.checkpoint, order.epochs
    finished = _finished(run)
    reason = finished.reason if finished is not None else ""
    is_plain = kind == "last" and epochs is None
    if finished and is_plain and is_done(run, reason, is_kept=not finished.unkept):
        raise _nothing_left(run, reason)
    if reason == "diverged" and not order.rewind:
        raise UsageError(
            f"{run.path}: the run diverged, and would again at the same learning rate: "
            f"`perceptui resume {run.name} --rewind` goes on with a tenth of it"
        )
    run.check_unchanged()
    kept = kept_checkpoints(run)
    path = kept.get(kind) or (kept.get("best") if kind == "last" else run.checkpoint(kind))
    checkpoint = load(path) if path is not None else None
    best = load(kept["best"], _WITHOUT_BEST) if "best" in kept else None
    planned = experiment = run.experiment()
    if epochs is not None:
        experiment = extended(planned, epochs, reason)
    trainer = _prepared_as_before(run, experiment, locations, weights=path is None, crew=crew)
    if best is not None:
        fitting_state(trainer, best, kept["best"])
    after_event = run.started().n
    if path is not None and checkpoint is not None:
        restore(trainer, checkpoint, path)
        after_event = int(checkpoint.state["last_event"])
    if epochs is not None and epochs <= trainer.epoch:
        raise UsageError(
            f"{run.path}: {trainer.epoch:,} epochs are trained already: give more than that"
        )
    if trainer.reason is not None and kind == "best":
        raise _nothing_left(run, trainer.reason)
    is_trained_again = path is None or (reason in OVER and kind == "last")
    changes = _changes_after(run, after_event) if is_trained_again else ()
    factor = None
    if order.rewind or order.learning_rate is not None:
        factor = trainer.learning_rate.factor * TENTH
        if order.learning_rate is not None:
            factor = _factor(trainer.experiment, order.learning_rate)
        check_factor(factor)
    newest = max((event.n for event in run.raw_events()), default=0)
    counted = run.events(up_to=after_event)
    reports = (event for event in counted if isinstance(event, ev.EpochFinished))
    is_in_file = path == run.directory.checkpoint("last")
    is_best_in_file = kept.get("best") in (None, run.directory.checkpoint("best"))
    for remark in remarks(planned, experiment):
        warnings.warn(Remark(remark), stacklevel=2)
    is_extended = experiment != planned
    return Prepared(
        trainer,
        after_event,
        best,
        newest,
        reports,
        factor,
        changes,
        is_in_file,
        is_best_in_file,
        is_extended,
    )


def _nothing_left(run: Run, reason: str) -> UsageError:
    return UsageError(
        f"{run.path}: the run is over ({reason}), nothing is left: "
        f"`perceptui resume {run.name} --set epochs=N` trains on, to N epochs in all"
    )


def _changes_after(run: Run, after_event: int) -> tuple[Change, ...]:
    """What was changed by hand after an event."""
    return tuple(change for change in standing_changes(run.events()) if change.n > after_event)


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
