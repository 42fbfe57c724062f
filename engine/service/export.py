"""Writes a run, or what it learned, to a file for others.

What a format holds of the network takes network inputs: see engine.training.formats.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from pathlib import Path

from msgspec import UNSET

from engine import paths
from engine.errors import PerceptuiError, UsageError
from engine.parts.data import Places
from engine.runs.events import EpochFinished, LearningRateChanged
from engine.runs.files import replace_bytes
from engine.runs.output import destination
from engine.runs.reader import Checkpoint, Run
from engine.runs.script import make_plan, script
from engine.spec.experiment import Experiment
from engine.spec.nearest import nearest

FORMATS: dict[str, str] = {
    "script": "a plain PyTorch program that repeats the training",
    "state-dict": "the weights, for torch.load(..., weights_only=True)",
    "pt": "the whole network, pickled by torch.save: load it only from those you trust",
    "pt2": "the whole network, by torch.export, without pickle",
    "safetensors": "the weights, as safetensors",
    "onnx": "the whole network, for other programs than PyTorch",
    "csv": "the recorded epochs, a row each",
}
"""What can be written, and what it is."""


def export(
    run: Run,
    format: str,
    output: Path,
    checkpoint: Checkpoint = "last",
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
    if format not in FORMATS:
        advice = nearest(format, FORMATS) or f": known are {', '.join(FORMATS)}"
        raise UsageError(f'unknown format "{format}"{advice}')
    check_output(run, output, data_dir, replace=replace)
    if format == "script":
        content = _script(run, Places(paths.data_dir(data_dir))).encode()
    elif format == "csv":
        content = _table(run).encode()
    else:
        content = _network(run, format, checkpoint)
    target = check_output(run, output, data_dir, replace=replace)  # it may have come meanwhile
    try:
        replace_bytes(target, content, keep_mode=True)
    except OSError as error:
        raise UsageError(f"{output}: can't be written ({error.strerror or error})") from error


def check_output(
    run: Run, output: Path, data_dir: Path | None = None, *, replace: bool = False
) -> Path:
    """The file that an export to `output` writes; raises UsageError where it may not be."""
    try:
        experiment = run.experiment()
    except PerceptuiError:
        experiment = None  # its epochs can be had all the same
    return destination(output, experiment, paths.data_dir(data_dir), replace=replace)


def script_of(experiment: Experiment, places: Places, remark: str = "") -> str:
    """The program of an experiment that may not have been trained yet.

    remark: a sentence for its docstring. Raises what `engine.runs.script.script` does.
    """
    if experiment.threads == "auto":
        from engine.training.threads import num_threads

        plan = make_plan(experiment, places)
        threads = num_threads(plan.chain, plan.batch_size)
        experiment = dataclasses.replace(experiment, threads=threads)
    return script(experiment, places, remark)


def _script(run: Run, places: Places) -> str:
    run.check_unchanged()  # with other data it would not repeat the run
    changes = [e for e in run.events() if isinstance(e, LearningRateChanged)]
    steps = ", ".join(f"after step {e.step} to {e.factor:g} times its schedule" for e in changes)
    remark = f"It does not repeat what was done by hand: the learning rate set {steps}."
    return script_of(run.experiment(), places, remark if changes else "")


def _table(run: Run) -> str:
    """The recorded epochs as CSV; a number that is not finite is an empty cell."""
    epochs = [event for event in run.events() if isinstance(event, EpochFinished)]
    columns = [
        name
        for name in EpochFinished.__struct_fields__
        if name != "n" and any(getattr(epoch, name) is not UNSET for epoch in epochs)
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for epoch in epochs:
        values = [getattr(epoch, name) for name in columns]
        writer.writerow(["" if value is None or value is UNSET else value for value in values])
    return text.getvalue()


def _network(run: Run, format: str, checkpoint: Checkpoint) -> bytes:
    from engine.training.checkpoint import load
    from engine.training.formats import FORMATS as WRITERS
    from engine.training.model import build_model
    from engine.training.named_tensors import load_model

    run.check_origin()
    path = run.checkpoint(checkpoint)
    shape = run.facts().shape
    model = build_model(run.experiment().layers, shape)
    load_model(model, load(path), path)
    return WRITERS[format](model.eval(), shape)
