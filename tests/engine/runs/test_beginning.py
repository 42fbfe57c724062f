"""An experiment that begins with a preset's weights takes those of its newest finished run."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.export.script import script_of
from engine.parts.data import DataLocations
from engine.runs import events as ev
from engine.runs.beginning import begun
from engine.runs.directory import RunDirectory
from engine.spec.experiment_reader import read_file
from engine.spec.presets import shipped_folder
from tests.engine.runs.stored import experiment

FIRST = "digits-first-half"


def _run(folder: Path, name: str, reason: ev.Reason) -> Path:
    """A run of this preset that ended so, with a file where its weights would be."""
    directory = RunDirectory.create(folder, name, experiment())
    directory.record(
        ev.RunFinished(n=1, reason=reason, run="", epochs=1, steps=1, elapsed_s=0, metrics={})
    )
    directory.close()
    last = directory.checkpoint("last")
    last.parent.mkdir(exist_ok=True)
    last.touch()
    return last


def test_the_newest_finished_run_is_taken(tmp_path: Path) -> None:
    """Not one that was stopped, nor one of another preset that is called alike."""
    wanted = _run(tmp_path, FIRST, "completed")
    _run(tmp_path, FIRST, "stopped")
    _run(tmp_path, f"{FIRST}-more", "completed")
    second = read_file(shipped_folder() / "digits-second-half.toml")
    assert second.start_from == FIRST
    assert begun(second, tmp_path).start_from == str(wanted)


def test_without_one_the_command_is_told(tmp_path: Path) -> None:
    """The one that trains it; and a script needs a file of weights."""
    asked = experiment(start_from=FIRST)
    with pytest.raises(UsageError, match=f"`perceptui --preset {FIRST}` trains one"):
        begun(asked, tmp_path)
    with pytest.raises(UsageError, match="train this one first"):
        script_of(asked, DataLocations(tmp_path))


def test_a_file_stays_as_it_is(tmp_path: Path) -> None:
    """Whatever it is called; and nothing is nothing."""
    for text in ("", "old.safetensors", f"./{FIRST}"):
        assert begun(experiment(start_from=text), tmp_path).start_from == text
