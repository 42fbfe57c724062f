"""A person is told what could not be kept: at once, at the end, in the exit code, in the list."""

from __future__ import annotations

import io
import os
import resource
import subprocess
from pathlib import Path

import pytest

from engine.runs import events as ev
from tests.tui.command_line import Bench, command, perceptui
from tui.headless.ending import exit_code
from tui.headless.progress import Lines
from tui.live.history import History
from tui.live.observer import Observer
from tui.live.snapshot import Snapshot
from tui.terminal.printing import Terminal
from tui.widgets.notes import notice_text
from tui.widgets.status import status_line

FULL = ev.CheckpointFailed(message="runs/x/checkpoints/last.safetensors: No space left on device")
RESCUED = ev.CheckpointRescued(kind="last", path="/tmp/x-1/last.safetensors", epoch=9, step=9)
SAVED = ev.CheckpointSaved(kind="last", path="runs/x/last.safetensors", epoch=9, step=9)


def _finished(unkept: str = "") -> ev.RunFinished:
    return ev.RunFinished(
        reason="completed", run="x", epochs=9, steps=9, elapsed_s=1.0, metrics={}, unkept=unkept
    )


def _history(*events: ev.Event) -> History:
    history = History()
    for event in events:
        history.add(event)
    return history


def test_the_sentence_goes_with_what_happens() -> None:
    """While it trains it is tried again; at the end it says where they are, or that they are not;
    what is written after all is no trouble any more."""
    assert _history(FULL).latest.unkept_sentence == (
        f"no checkpoint can be written ({FULL.message}); it is tried again"
    )
    assert _history(FULL, SAVED).latest.unkept_sentence == ""
    assert _history(FULL, SAVED, _finished()).latest.unkept_sentence == ""
    assert _history(FULL, RESCUED, _finished("No space left on device")).latest.unkept_sentence == (
        "the weights are in /tmp/x-1/last.safetensors, not in the run; with room again, resume "
        "brings them there (No space left on device)"
    )
    assert _history(FULL, _finished("No space left")).latest.unkept_sentence == (
        "the weights could not be written: No space left"
    )
    again = ev.Resumed(from_step=9, epoch=9, after_event=3)
    assert _history(FULL, _finished("No space left"), again).latest.unkept_sentence == ""


def test_the_exit_code_says_it() -> None:
    """1 where something was not kept, though the training itself ended well."""
    assert exit_code(_history(_finished()), 0) == 0
    assert exit_code(_history(FULL, RESCUED, _finished("No space left")), 0) == 1


def test_a_line_says_it_at_once() -> None:
    """In a pipe as on a terminal."""
    stream = io.StringIO()
    Lines(Terminal(stream=stream), 9).event(FULL)
    assert stream.getvalue() == f"no checkpoint {FULL.message}\n"


def test_the_app_says_it_and_goes_on_saying_it() -> None:
    """In red in the status and in words in the notice, through later events and the end."""
    look = Terminal(stream=io.StringIO()).look
    observer, snapshot = Observer(), Snapshot(phase="running")
    for event in (FULL, ev.Paused(step=9)):
        snapshot = observer.taken(snapshot, event)
        assert "not kept" in status_line(snapshot, "", look, 80).plain
        assert "it is tried again" in notice_text(snapshot)
    for last in (RESCUED, _finished("No space left")):
        snapshot = observer.taken(snapshot, last)
    assert "not kept" in status_line(snapshot, "", look, 80).plain
    assert RESCUED.path in notice_text(snapshot)
    snapshot = observer.taken(Snapshot(), SAVED)
    assert "not kept" not in status_line(snapshot, "", look, 80).plain


@pytest.mark.rare
@pytest.mark.usefixtures("real_workers")  # the limit is inherited
def test_a_training_whose_files_may_not_grow(bench: Bench, tmp_path: Path) -> None:
    """A limit on a file's size does what a full disk does, and no place is any better: exit code
    1, a reason on stderr, a mark in the list. Without the limit it is trained again."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    words = command(
        *("--preset", "tiny.toml", "--quiet"),
        *("--layers", "Linear(64) ReLU Linear(64) ReLU Linear(1) Sigmoid"),
    )
    ended = subprocess.run(
        words,
        capture_output=True,
        text=True,
        preexec_fn=limited,  # no thread runs yet that could hold a lock
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert ended.returncode == 1
    assert "the weights could not be written: " in ended.stderr
    (row,) = perceptui("runs", "--json").records
    assert (row["state"], row["complaint"]) == ("completed", "not kept")
    assert perceptui("resume", "last", "--quiet").code == 0
    (row,) = perceptui("runs", "--json").records
    assert (row["state"], "complaint" in row) == ("completed", False)
