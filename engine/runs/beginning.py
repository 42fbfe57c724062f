"""The weights that an experiment begins with, where it names a preset and not a file."""

from __future__ import annotations

from pathlib import Path

from engine.errors import UsageError
from engine.runs.directory import preset_of
from engine.runs.known_runs import KnownRuns
from engine.spec import presets
from engine.spec.experiment import Experiment


def names_preset(start_from: str) -> bool:
    """Whether this is a preset, the newest run of which is meant."""
    if not start_from or "/" in start_from or Path(start_from).suffix:
        return False
    return start_from in presets.names()


def begun(experiment: Experiment, runs_dir: Path) -> Experiment:
    """The experiment with the file of the weights that it begins with.

    Raises UsageError where that preset has no run that was trained to its end.
    """
    if not names_preset(experiment.start_from):
        return experiment
    return experiment.with_values(start_from=str(weights_of(experiment.start_from, runs_dir)))


def weights_of(preset: str, runs_dir: Path) -> Path:
    """The last weights of a preset's newest finished run; raises UsageError for none."""
    for listed in KnownRuns(runs_dir).newest_first():
        if listed.is_done and preset_of(listed.run.name) == preset:
            return listed.run.checkpoint("last").absolute()
    raise UsageError(
        f"start_from: it begins with what `{preset}` has learned, and no run of that is finished: "
        f"`perceptui --preset {preset}` trains one"
    )
