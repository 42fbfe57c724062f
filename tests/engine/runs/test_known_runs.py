"""What became of runs is read once, and again only where a record changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import paths
from engine.runs import events as ev
from engine.runs import index, known_runs
from engine.runs.directory import RunDirectory
from engine.runs.known_runs import KnownRuns
from engine.runs.lease import own_lease, write_lease
from engine.runs.outcome import Outcome, outcome_of
from engine.runs.run import Run
from tests.engine.runs.stored import experiment


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of this test's own, and three runs are many."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(index, "LEAST_RUNS", 3)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the runs whose records are read."""
    names: list[str] = []

    def counted(run: Run) -> Outcome:
        names.append(run.name)
        return outcome_of(run)

    monkeypatch.setattr(known_runs, "outcome_of", counted)
    return names


def _run(folder: Path, name: str, epochs: int | None = 3) -> Run:
    """A run of this name that has ended, or crashed if it has no epochs."""
    directory = RunDirectory.create(folder / "runs", name, experiment(title=f"About {name}"))
    directory.path = directory.path.rename(directory.path.with_name(name))
    if epochs is not None:
        _record(Run(directory.path), epochs)
    return Run(directory.path)


def _record(run: Run, epochs: int) -> None:
    directory = run.directory
    directory.record(
        ev.RunFinished(
            n=epochs, reason="completed", run="", epochs=epochs, steps=1, elapsed_s=0, metrics={}
        )
    )
    directory.close()


def _listed(folder: Path) -> dict[str, int]:
    """The names of the runs as they are listed, and their epochs, as a new process reads them."""
    known = KnownRuns(folder / "runs")
    return {one.run.name: one.outcome.epochs for one in known.newest_first()}


def test_live_ones_come_first_then_the_newest(tmp_path: Path) -> None:
    """A crashed run that left a lease stands where its date puts it."""
    runs = [_run(tmp_path, name) for name in ("a", "b", "c", "d")]
    write_lease(runs[1].path, own_lease("/s", "running"))
    (runs[2].path / "lease.json").write_text("{}")
    os.utime(runs[2].path / "lease.json", (0, 0))
    assert list(_listed(tmp_path)) == ["b", "d", "c", "a"]


def test_only_what_changed_is_read_again(tmp_path: Path, read: list[str]) -> None:
    """New runs and records that grew; what was deleted is forgotten."""
    runs = [_run(tmp_path, name) for name in ("a", "b", "c", "d")]
    assert _listed(tmp_path) == {"d": 3, "c": 3, "b": 3, "a": 3}
    assert read == ["d", "c", "b", "a"]
    read.clear()
    assert _listed(tmp_path) == {"d": 3, "c": 3, "b": 3, "a": 3}
    assert read == []
    _record(runs[1], 5)
    _run(tmp_path, "e")
    for file in runs[2].path.iterdir():
        file.unlink() if file.is_file() else file.rmdir()
    runs[2].path.rmdir()
    assert _listed(tmp_path) == {"e": 3, "d": 3, "b": 5, "a": 3}
    assert read == ["e", "b"]
    (stored,) = paths.index_dir().iterdir()
    assert b'"c"' not in stored.read_bytes()


def test_the_same_process_reads_once_too(tmp_path: Path, read: list[str]) -> None:
    """Also where there are too few runs for an index."""
    _run(tmp_path, "a")
    known = KnownRuns(tmp_path / "runs")
    assert [one.outcome.title for one in known.newest_first()] == ["About a"]
    assert [one.outcome.title for one in known.newest_first()] == ["About a"]
    assert read == ["a"]
    assert not paths.index_dir().exists()


def test_live_and_unreadable_runs_are_read_each_time(tmp_path: Path, read: list[str]) -> None:
    """Of them nothing is kept: the one grows, the other may be mended."""
    runs = [_run(tmp_path, name) for name in ("a", "b", "c", "d", "e")]
    write_lease(runs[0].path, own_lease("/s", "running"))
    (runs[1].path / "events.jsonl").write_bytes(b"torn")
    _listed(tmp_path)
    read.clear()
    _listed(tmp_path)
    assert read == ["a", "b"]


def test_no_more_than_asked_for_is_read(tmp_path: Path, read: list[str]) -> None:
    """The newest of those that are not live."""
    for name in ("a", "b", "c", "d"):
        _run(tmp_path, name)
    assert len(list(KnownRuns(tmp_path / "runs").newest_first(2))) == 2
    assert read == ["d", "c"]


def _a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: path.write_bytes(path.read_bytes().replace(b'"version":', b'"version":-')),
        lambda path: path.write_bytes(b"\xff"),
        _a_pipe,
    ],
    ids=["removed", "torn", "other version", "garbage", "a pipe"],
)
def test_an_index_can_be_thrown_away(
    tmp_path: Path, read: list[str], spoil: Callable[[Path], object]
) -> None:
    """Whatever became of it, the runs are read again."""
    for name in ("a", "b", "c"):
        _run(tmp_path, name)
    _listed(tmp_path)
    (stored,) = paths.index_dir().iterdir()
    spoil(stored)
    read.clear()
    assert _listed(tmp_path) == {"c": 3, "b": 3, "a": 3}
    assert read == ["c", "b", "a"]
    read.clear()
    assert _listed(tmp_path) == {"c": 3, "b": 3, "a": 3}
    assert read == []


def test_no_place_for_an_index(tmp_path: Path, read: list[str]) -> None:
    """Where there is no cache the list is there all the same."""
    (tmp_path / "cache").touch()
    for name in ("a", "b", "c"):
        _run(tmp_path, name)
    for _ in range(2):
        assert _listed(tmp_path) == {"c": 3, "b": 3, "a": 3}
    assert len(read) == 6


def test_what_nobody_uses_any_more_goes(tmp_path: Path) -> None:
    """An index that was not written for long is removed with the next one."""
    for name in ("a", "b", "c"):
        _run(tmp_path, name)
    paths.index_dir().mkdir(parents=True)
    old, fresh, foreign = (
        paths.index_dir() / name for name in (f"{0:032}.json", f"{1:032}.json", "notes.json")
    )
    for path in (old, fresh, foreign):
        path.touch()
    for path in (old, foreign):
        os.utime(path, (0, 0))
    _listed(tmp_path)
    assert not old.exists()
    assert fresh.exists()
    assert foreign.exists()
    assert len(list(paths.index_dir().iterdir())) == 3
