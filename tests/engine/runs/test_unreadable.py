"""A run whose files can't be read is listed as that, and hides no other."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decoding import decoded
from engine.encoding import encoded
from engine.errors import DataUnavailable, UsageError
from engine.parts.data.image_folder import ImageFolder
from engine.runs import events as ev
from engine.runs import record_file
from engine.runs.contents import EVENTS, LEASE
from engine.runs.directory import RunDirectory
from engine.runs.known_runs import KnownRuns, ListedRun
from engine.runs.lease import LOST_S, claimed, own_lease, write_lease
from engine.runs.outcome import outcome_of
from engine.runs.record_file import RecordFile, UnreadableRecord
from engine.runs.run import Run, counting, find_run
from engine.runs.state import RunState, state_of
from tests.engine.runs.stored import experiment


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def _over(folder: Path, preset: str = "over") -> Run:
    directory = RunDirectory.create(folder / "runs", preset, experiment())
    directory.record(
        ev.RunFinished(n=1, reason="completed", run="", epochs=3, steps=3, elapsed_s=0, metrics={})
    )
    directory.close()
    return Run(directory.path)


def _folder(record: Path) -> None:
    record.unlink()
    record.mkdir()


def _pipe(record: Path) -> None:
    record.unlink()
    os.mkfifo(record)


def _loop(record: Path) -> None:
    record.unlink()
    record.symlink_to(record)


def _locked(record: Path) -> None:
    record.chmod(0)


_DAMAGES: list[tuple[Callable[[Path], object], str]] = [
    (_folder, "Is a directory"),
    (_pipe, "it is a named pipe, not a file that can be read"),
    (_loop, "Too many levels of symbolic links"),
    (lambda record: record.write_bytes(record.read_bytes()[:40]), "no line of it can be read"),
    (lambda record: record.write_bytes(b"x" * 200_000), "no line of it can be read"),
]
if os.getuid() != 0:
    _DAMAGES.append((_locked, "Permission denied"))


@pytest.mark.parametrize(("damage", "reason"), _DAMAGES, ids=[reason for _, reason in _DAMAGES])
def test_it_is_listed_with_its_reason(
    tmp_path: Path, damage: Callable[[Path], object], reason: str
) -> None:
    """The others are listed as before, and the newest is found."""
    runs = [_over(tmp_path), _over(tmp_path, "unlucky"), _over(tmp_path)]
    damage(runs[1].path / EVENTS)
    told = {one.run: (one.state.told, one.outcome.epochs) for one in _listed(tmp_path)}
    assert told == {
        runs[0]: ("completed", 3),
        runs[1]: (f"unreadable ({EVENTS}: {reason})", 0),
        runs[2]: ("completed", 3),
    }
    assert find_run("last", tmp_path / "runs") == runs[2]
    with pytest.raises(UnreadableRecord, match=f"{runs[1].path}/{EVENTS}: {reason}"):
        list(runs[1].record_file.backwards())


def test_it_may_be_live(tmp_path: Path) -> None:
    """Who trains it does not depend on what its record says."""
    run = _over(tmp_path)
    _folder(run.path / EVENTS)
    write_lease(run.path, own_lease("/s", "paused"))
    (listed,) = _listed(tmp_path)
    assert (listed.state, listed.outcome.epochs) == (RunState("paused", "here"), 0)


def _listed(folder: Path) -> list[ListedRun]:
    return list(KnownRuns(folder / "runs").newest_first())


def test_a_fresh_lease_that_can_not_be_read(tmp_path: Path) -> None:
    """Somebody may hold the run, so nobody takes it until the lease has not come anew for long."""
    run = _over(tmp_path)
    lease = run.path / LEASE
    lease.write_bytes(b'{"host":"\xff"}')
    assert state_of(run) == RunState("held", "unknown", f"{LEASE} can't be read")
    assert state_of(run).is_live
    assert not state_of(run).live_here
    with pytest.raises(UsageError, match=r"can't be read, .* try again in 60 s"), _claim(run):
        pass
    long_ago = time.time() - LOST_S - 1
    os.utime(lease, (long_ago, long_ago))
    assert state_of(run) == RunState("completed", "none")
    with _claim(run):
        assert state_of(run).text == "preparing"


def _claim(run: Run) -> AbstractContextManager[object]:
    return claimed(run.path, "/s")


_events = st.lists(st.one_of(st.none(), st.integers(0, 12)), max_size=12)


@given(ways_back=_events, block_bytes=st.integers(1, 400))
def test_from_behind_the_same_events_count(ways_back: list[int | None], block_bytes: int) -> None:
    """What counts is the same from either end, whatever was taken back and however it is cut."""
    events: list[ev.Recorded] = [
        ev.Paused(n=n, step=n)
        if after is None
        else ev.Resumed(n=n, from_step=0, epoch=0, after_event=min(after, n - 1))
        for n, after in enumerate(ways_back, start=1)
    ]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_file, "BLOCK_BYTES", block_bytes)
        path = Path(folder) / EVENTS
        path.write_bytes(b"".join(ev.encode(event) + b"\n\xff\n" for event in events))
        if events:
            assert list(RecordFile(path).backwards()) == events[::-1]
            assert list(RecordFile(path).counting_backwards()) == counting(events)[::-1]


def test_only_the_end_of_a_long_record_is_looked_through(tmp_path: Path) -> None:
    """Where no epoch is near the end, the outcome is that there is none."""
    run = _over(tmp_path)
    record = run.path / EVENTS
    record.write_bytes(record.read_bytes() + ev.encode(ev.Paused(n=2, step=1)) + b"\n")
    assert outcome_of(run).epochs == 3
    assert outcome_of(run).reason == ""
    assert next(run.record_file.counting_backwards(most_bytes=1)).n == 2


def test_a_folder_whose_name_is_not_text(tmp_path: Path) -> None:
    """No run is begun in it: the record could not name it."""
    odd = tmp_path / os.fsdecode(b"odd\xff")
    with pytest.raises(UsageError, match="not valid UTF-8"):
        RunDirectory.create(odd, "x", experiment())
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UsageError, match=r"odd\\udcff: the name is not valid UTF-8") as told:
        encoded({"csv": str(odd)})
    assert decoded(encoded(str(told.value)), str) == str(told.value)


def test_a_run_whose_name_is_not_text_is_listed(tmp_path: Path) -> None:
    """Somebody may have named it so; it stays as it is."""
    run = _over(tmp_path)
    odd = Run(run.path.rename(run.path.with_name(os.fsdecode(b"odd\xff"))))
    assert [(one.run, one.state.told) for one in _listed(tmp_path)] == [(odd, "completed")]


def test_a_class_whose_name_is_not_text(tmp_path: Path) -> None:
    """A class folder that no record could name is refused with its name."""
    for name in (b"a", b"odd\xff"):
        folder = tmp_path / os.fsdecode(name)
        folder.mkdir()
        for picture in ("1.png", "2.png"):
            (folder / picture).touch()
    with pytest.raises(DataUnavailable, match=r"class 'odd\\udcff': .* not valid UTF-8"):
        ImageFolder(str(tmp_path)).facts()
