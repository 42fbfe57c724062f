"""A run's directory: what is written, and that torn lines stay alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.runs import directory
from engine.runs.contents import EVENTS
from engine.runs.directory import RunDirectory, run_name
from engine.runs.run import Run
from engine.spec.writer import to_toml
from tests.engine.runs.stored import experiment, saved, steps


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A fresh run in tmp_path/runs."""
    return RunDirectory.create(tmp_path / "runs", "moons", experiment(title="Two moons"))


def test_a_name_says_when_and_what() -> None:
    """Date, time, preset, four hex digits; nothing that a file name can't hold."""
    now = datetime(2024, 3, 9, 7, 5, 1)
    assert re.fullmatch(r"20240309-070501-mnist-cnn-[0-9a-f]{4}", run_name("mnist-cnn", now))
    assert re.fullmatch(r"[0-9-]{15}-a-31m-b-[0-9a-f]{4}", run_name("../a/\x1b[31m/../b\n", now))
    assert re.fullmatch(r"[0-9-]{15}-experiment-[0-9a-f]{4}", run_name("日本", now))
    assert len(run_name("x" * 300, now)) == 15 + 1 + 40 + 1 + 4
    moments = [now.replace(microsecond=micro) for micro in (0, 20, 500_000, 999_999)]
    names = [run_name("a", moment) for moment in moments]
    assert names == sorted(set(names))


def test_a_new_run_holds_the_complete_experiment(run: RunDirectory) -> None:
    """Every field is written, and reads back as the same experiment."""
    stored = Run(run.path).experiment()
    assert stored == experiment(title="Two moons")
    text = (run.path / "experiment.toml").read_text()
    assert text == to_toml(stored, complete=True)
    assert run.checkpoint("best") == run.path / "checkpoints" / "best.safetensors"
    assert Run(run.path).title() == "Two moons"


def test_two_runs_of_one_second_get_two_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the four hex digits meet again, others are drawn."""
    digits = iter(["aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr(directory, "run_name", lambda preset, now: next(digits))
    names = [RunDirectory.create(tmp_path, "x", experiment()).name for _ in range(2)]
    assert names == ["aaaa", "bbbb"]


def test_a_directory_is_called_as_asked_once(tmp_path: Path) -> None:
    """A name that somebody chose is taken as it is, and a run that has it is left alone."""
    assert RunDirectory.create(tmp_path, "x", experiment(), "0012").path == tmp_path / "0012"
    with pytest.raises(UsageError, match="File exists"):
        RunDirectory.create(tmp_path, "x", experiment(), "0012")
    assert (tmp_path / "0012" / "experiment.toml").is_file()


def test_a_place_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    """A file where the directory should be: one message with the way out."""
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(
        UsageError, match=f"^{tmp_path}/runs: runs can't be written here .*--runs-dir"
    ):
        RunDirectory.create(tmp_path / "runs", "x", experiment())


def test_a_read_only_place_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's own words are in the message."""

    def denied(path: Path, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(UsageError, match="Permission denied"):
        RunDirectory.create(tmp_path / "runs", "x", experiment())


def test_a_full_disk_leaves_no_half_written_run(tmp_path: Path) -> None:
    """The directory that was begun is gone when the experiment can't be written."""

    def full(path: Path, write: Callable[[Path], object]) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(UsageError, match="No space left on device"):
        RunDirectory.create(tmp_path / "runs", "x", experiment(), put=full)
    assert list((tmp_path / "runs").iterdir()) == []


def test_events_are_appended_and_read_in_order(run: RunDirectory) -> None:
    """One line each, on the disk as soon as it is recorded."""
    for step in (1, 2):
        run.record(saved(step))
        assert steps(Run(run.path))[-1] == step
    run.close()
    run.record(saved(3))
    run.close()
    assert steps(Run(run.path)) == [1, 2, 3]
    assert (run.path / EVENTS).read_bytes().count(b"\n") == 3
    assert Run(run.path).record().skipped == 0


@pytest.mark.parametrize(
    ("garbage", "skipped"),
    [
        (b'{"event": "checkpoint_sa', 1),
        (b"\x00" * 40, 1),
        (b"\xff\xfe\n[1]\n\n   \n" + b"[" * 5000 + b"\n", 3),
        (b'{"event": "of_tomorrow", "x": 1}\n', 1),
        (b'{"event": "checkpoint_saved", "kind": "last", "path": "x", "epoch": "one"}\n', 1),
    ],
)
def test_torn_and_foreign_lines_are_passed_over_and_counted(
    run: RunDirectory, garbage: bytes, skipped: int
) -> None:
    """What is whole is read; an event recorded after a torn line begins a new one."""
    run.record(saved(1))
    run.close()
    with (run.path / EVENTS).open("ab") as file:
        file.write(garbage)
    assert steps(Run(run.path)) == [1]
    assert Run(run.path).record().skipped == skipped
    run.record(saved(2))
    run.close()
    assert steps(Run(run.path)) == [1, 2]
    assert Run(run.path).record().skipped == skipped


class _FullDisk:
    """A file that takes a few bytes more, then none."""

    def __init__(self, path: Path, room: int) -> None:
        self._file = path.open("ab", buffering=0)
        self._room = room

    def write(self, content: bytes) -> int:
        if not self._room:
            raise OSError(28, "No space left on device")
        taken = min(self._room, len(content))
        self._room -= taken
        self._file.write(content[:taken])
        return taken

    def close(self) -> None:
        self._file.close()


def test_a_disk_that_fills_up_tears_one_line_only(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event that no longer fits is an error, not lost in silence; the next is whole."""
    run.record(saved(1))
    monkeypatch.setattr(run, "_events", _FullDisk(run.path / EVENTS, 10))
    with pytest.raises(OSError, match="No space left"):
        run.record(saved(2))
    run.record(saved(3))
    assert steps(Run(run.path)) == [1, 3]
    assert Run(run.path).record().skipped == 1
