"""A run's weights at any moment of it that was kept: a checkpoint's, or a snapshot's."""

from __future__ import annotations

from pathlib import Path

from engine.errors import BadCheckpoint, UsageError
from engine.parts.layers.address import module_name
from engine.runs import events as ev
from engine.runs.changes import standing_changes
from engine.runs.contents import Moment, is_of_run, moment_of
from engine.runs.run import Run
from engine.spec.chain import links
from engine.spec.columns import column_at, columns_of
from engine.training.checkpoint import Checkpoint, load, save
from engine.training.silencing import Silenced, with_unit, without_unit
from engine.training.snapshots import checkpoint_of


def weights_at(run: Run, moment: Moment) -> tuple[Checkpoint, Path]:
    """What predictions need of a moment, and the file it comes from.

    Raises PerceptuiError for one that there is not, BadCheckpoint for a damaged one.
    """
    if isinstance(moment, int):
        snapshots = run.snapshots
        checkpoint = checkpoint_of(snapshots.read(moment))
        asleep = _silenced(run, int(checkpoint.state["last_event"]))
        if asleep:  # a snapshot holds numbers only
            checkpoint = Checkpoint(checkpoint.tensors, {**checkpoint.state, "silenced": asleep})
        return checkpoint, snapshots.path
    path = run.checkpoint(moment)
    return load(path), path


def _silenced(run: Run, last_event: int) -> Silenced:
    """The units that were silenced when this event was the newest, as its record tells."""
    found: dict[str, tuple[int, ...]] = {}
    if next(run.record_file.of_kind(ev.UnitSilenced), None) is None:
        return found
    columns = columns_of(links(run.experiment().network, run.facts().shape, []))
    for change in standing_changes(run.events(up_to=last_event)):
        if isinstance(change, ev.UnitSilenced | ev.UnitWoken):
            index = column_at(columns, change.layer)
            if not index:
                raise BadCheckpoint(f"{run.path}: its record silences units of no layer")
            name = module_name(columns[index].last.address)
            put = with_unit if isinstance(change, ev.UnitSilenced) else without_unit
            found = put(found, name, change.unit)
    return found


def write_out(path: Path) -> None:
    """Write a snapshot as a file to start from, if that is its place and it is not there yet.

    Raises PerceptuiError where it can't be.
    """
    step = moment_of(path)
    if step is None or path.exists():
        return
    checkpoint, _ = weights_at(Run(path.parents[1]), step)
    try:
        save(path, checkpoint)
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror or error})") from error


def named(path: Path, checkpoint: Checkpoint) -> str:
    """Whose weights a file has, and after how many steps: `runs/NAME@1200`."""
    owner = path.parents[1] if is_of_run(path) else path
    return f"{owner}@{checkpoint.state.get('step', '?')}"
