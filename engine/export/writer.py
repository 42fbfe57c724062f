"""Writes a run, or what it learned, to a file for others."""

from __future__ import annotations

from pathlib import Path

from engine import paths
from engine.errors import PerceptuiError, UsageError
from engine.export import FORMATS, Format
from engine.export.source import Source
from engine.parts.data import DataLocations
from engine.runs.contents import CheckpointKind
from engine.runs.output import destination, own_folder
from engine.runs.run import Run
from engine.spec.nearest import nearest


def export(
    run: Run,
    format: str,
    output: Path,
    checkpoint: CheckpointKind = "last",
    data_dir: Path | None = None,
    *,
    replace: bool = False,
) -> None:
    """Write a run in a format to a file.

    checkpoint: whose weights are taken, where the format has any. data_dir: where a script
    looks for data sets that are downloaded. replace: a file that is there already is replaced
    as a whole, unless a run reads it. Raises UsageError for an
    unknown format or a place that can't be written, PerceptuiError for a run that lacks
    what is asked for, DataUnavailable where a script can't be had without the data.
    """
    chosen = format_of(format)
    check_output(run, output, data_dir, replace=replace, format=chosen)
    source = Source(run, checkpoint, DataLocations(paths.data_dir(data_dir)))
    try:
        chosen.write(source, check_output(run, output, data_dir, replace=replace, format=chosen))
    except OSError as error:
        raise UsageError(f"{output}: can't be written ({error.strerror or error})") from error


def format_of(name: str) -> Format:
    """The format of a name, which can be written here; raises UsageError."""
    if name not in FORMATS:
        advice = nearest(name, FORMATS) or f": known are {', '.join(FORMATS)}"
        raise UsageError(f'unknown format "{name}"{advice}')
    FORMATS[name].check()
    return FORMATS[name]


def check_output(
    run: Run,
    output: Path,
    data_dir: Path | None = None,
    *,
    replace: bool = False,
    format: Format | None = None,
) -> Path:
    """What an export to `output` writes; raises UsageError where it may not be.

    format: of a folder, the run's own one in it is written.
    """
    try:
        experiment = run.experiment()
    except PerceptuiError:
        experiment = None  # its epochs can be had all the same
    place = own_folder if format is not None and format.is_folder else destination
    where = output / run.name if place is own_folder else output
    return place(where, experiment, paths.data_dir(data_dir), replace=replace)
