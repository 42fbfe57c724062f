"""Only a run is deleted, only what a run writes goes, and all of it or nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.runs import deletion
from engine.runs.contents import (
    EVENTS,
    EXPERIMENT,
    LEASE,
    LOG,
    LOSSES,
    SNAPSHOTS,
    WEIGHTS,
    sweep,
)
from engine.runs.deletion import check, delete
from engine.runs.directory import RunDirectory
from engine.runs.lease import own_lease, write_lease
from engine.runs.run import Run, all_runs
from engine.runs.series import Series
from tests.engine.runs.stored import experiment, saved


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run with every file that one writes, and with what killed writers left."""
    directory = RunDirectory.create(tmp_path / "runs", "moons", experiment())
    directory.record(saved(1))
    directory.close()
    directory.write_losses(Series())
    (directory.path / LOG).touch()
    (directory.path / LEASE).write_text("torn")
    os.utime(directory.path / LEASE, (0, 0))  # a fresh one would be held
    for kind in ("last", "best"):
        directory.checkpoint(kind).touch()
    (directory.path / SNAPSHOTS).mkdir()
    for name in (WEIGHTS, "step-12.safetensors"):
        (directory.path / SNAPSHOTS / name).touch()
    (directory.path / f".{LEASE}.77.tmp").touch()
    (directory.checkpoint_dir / ".best.safetensors.77.tmp").touch()
    for folder in (directory.path, directory.checkpoint_dir, directory.path / SNAPSHOTS):
        (folder / ".perceptui-abcd_123.tmp").mkdir()
        (folder / ".perceptui-abcd_123.tmp" / "new").touch()
    return Run(directory.path)


def _tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_run_goes_with_all_that_it_wrote(run: Run) -> None:
    """Nothing of it stays, and nothing beside it."""
    delete(run)
    assert list(run.path.parent.iterdir()) == []


def test_a_folder_with_an_experiment_is_no_run(tmp_path: Path) -> None:
    """A person's project stays, whatever lies in it, with folders named as a run's."""
    project = tmp_path / "proj"
    for folder in ("src", "checkpoints"):
        (project / folder).mkdir(parents=True)
    (project / EXPERIMENT).touch()
    before = _tree(tmp_path)
    with pytest.raises(UsageError, match="no record, no lease and no checkpoint"):
        delete(Run(project))
    assert _tree(tmp_path) == before


@pytest.mark.parametrize("mark", [EVENTS, LEASE, "checkpoints/last.safetensors"])
def test_one_mark_is_enough(tmp_path: Path, mark: str) -> None:
    """A damaged run is deleted as long as one of its marks is there."""
    path = tmp_path / "run"
    (path / mark).parent.mkdir(parents=True)
    for name in (EXPERIMENT, mark):
        (path / name).touch()
        os.utime(path / name, (0, 0))
    delete(Run(path))
    assert not path.exists()


def _link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / EVENTS)


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


_FOREIGN: dict[str, Callable[[Path], object]] = {
    "notes.txt": Path.touch,
    "src/": Path.mkdir,
    "checkpoints/mine.safetensors": Path.touch,
    "snapshots/step-x.safetensors": Path.touch,
    "checkpoints/last/": Path.mkdir,
    "checkpoints/last.safetensors.bak": Path.touch,
    ".perceptui-abcd_123.tmp/deep/": Path.mkdir,
    ".losses.json.tmp": Path.touch,
    LOSSES: _link,
    LOG: _fifo,
    "new\nline": Path.touch,
}


@pytest.mark.parametrize("foreign", _FOREIGN)
def test_what_no_run_writes_is_named_and_keeps_it(run: Run, foreign: str) -> None:
    """A foreign file, folder, link or FIFO anywhere in it: nothing goes, and it is named."""
    _FOREIGN[foreign](run.path / foreign)
    before = _tree(run.path.parent)
    with pytest.raises(UsageError, match="holds what no run writes") as told:
        delete(run)
    assert f": {foreign}: move" in str(told.value)
    assert _tree(run.path.parent) == before


def test_many_foreign_files_are_counted(run: Run) -> None:
    """Four are named; a whole folder is one."""
    shutil.copytree(run.path, run.path / "copy")
    for name in "abcdef":
        (run.path / name).touch()
    with pytest.raises(UsageError, match=r"writes: a, b, c, copy/ and 3 more: move"):
        check(run)


def test_a_linked_folder_of_checkpoints_is_not_entered(run: Run, tmp_path: Path) -> None:
    """What the link points to is somebody's."""
    shutil.move(run.directory.checkpoint_dir, tmp_path / "weights")
    run.directory.checkpoint_dir.symlink_to(tmp_path / "weights")
    with pytest.raises(UsageError, match="writes: checkpoints/: move"):
        delete(run)
    assert (tmp_path / "weights" / "last.safetensors").exists()


def test_a_link_to_a_run_is_refused(run: Run, tmp_path: Path) -> None:
    """The run is to be named itself; a link above it is no matter."""
    (tmp_path / "link").symlink_to(run.path)
    with pytest.raises(UsageError, match="it is a link"):
        delete(Run(tmp_path / "link"))
    (tmp_path / "elsewhere").symlink_to(run.path.parent)
    delete(Run(tmp_path / "elsewhere" / run.name))
    assert not run.path.exists()


def test_the_working_directory_is_deleted_whole(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """`.` means the run that it is."""
    monkeypatch.chdir(run.path)
    delete(Run(Path(".")))
    assert not run.path.exists()


def test_a_live_run_stays(run: Run) -> None:
    """Its trainer writes into it."""
    write_lease(run.path, own_lease("", "running"))
    before = _tree(run.path.parent)
    with pytest.raises(UsageError, match="it is running"):
        delete(run)
    assert _tree(run.path.parent) == before


def test_what_came_while_it_was_looked_at_brings_it_back(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked at once more under the name that nobody else knows."""

    def late(path: Path) -> Path:
        (path / "late.txt").touch()
        return put_aside(path)

    put_aside = deletion._put_aside  # between looking and renaming
    monkeypatch.setattr(deletion, "_put_aside", late)
    with pytest.raises(UsageError, match=f"^{run.path}: .* late.txt"):
        delete(run)
    assert _tree(run.path.parent)[0] == run.name
    assert (run.path / "late.txt").exists()


def test_half_a_run_is_never_listed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deletion that is killed midway leaves no run, and the next one finishes it."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", _killed)
        with pytest.raises(KeyboardInterrupt):
            delete(run)
    assert all_runs(run.path.parent) == []
    assert len(list(run.path.parent.iterdir())) == 1
    other = RunDirectory.create(run.path.parent, "moons", experiment())
    (other.path / EVENTS).touch()
    delete(Run(other.path))
    assert list(run.path.parent.iterdir()) == []


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("place", ["..", ".", "checkpoints"])
def test_a_place_that_can_not_be_written_changes_nothing(
    run: Run, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runs' directory, the run's or its checkpoints' may be closed."""
    closed, allowed = (run.path / place).resolve(), os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed and allowed(path, mode))
    before = _tree(run.path.parent)
    with pytest.raises(UsageError, match="can't be deleted \\(Permission denied\\)"):
        delete(run)
    assert _tree(run.path.parent) == before


def test_only_what_killed_writers_left_is_swept(run: Run) -> None:
    """A run's own files and everything foreign stay."""
    for name in ("notes.tmp", ".notes.1.tmp", "checkpoints/.mine.safetensors.1.tmp"):
        (run.path / name).touch()
    left = [
        "checkpoints/.best.safetensors.77.tmp",
        "checkpoints/.perceptui-abcd_123.tmp",
        "checkpoints/.perceptui-abcd_123.tmp/new",
        "snapshots/.perceptui-abcd_123.tmp",
        "snapshots/.perceptui-abcd_123.tmp/new",
        ".lease.json.77.tmp",
        ".perceptui-abcd_123.tmp",
        ".perceptui-abcd_123.tmp/new",
    ]
    before = _tree(run.path)
    sweep(run.path)
    assert _tree(run.path) == sorted(set(before) - set(left))
    assert set(left) < set(before)
