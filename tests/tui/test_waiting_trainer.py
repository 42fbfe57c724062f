"""A trainer waits after what a person typed at a terminal, and is told of, and ended."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runs.lease import process_start
from engine.service.client.dismissal import dismissed
from engine.service.protocol import warm
from tests.tui.command_line import Bench, command, perceptui
from tests.tui.pseudo_terminal import PseudoTerminal
from tui.system_report import _device

SHELL = """
import subprocess, sys
while True:
    print("ended with", subprocess.run(sys.argv[1:]).returncode, flush=True)
    input()
"""
"""Stands for a person's shell, the leader of the terminal's session."""


@pytest.fixture(autouse=True)
def own_sockets(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Trainers may wait, where nobody else's are found."""
    monkeypatch.setenv("PERCEPTUI_SOCKET_DIR", str(short_folder))
    monkeypatch.setenv("PERCEPTUI_WARM_S", "60")
    monkeypatch.delenv("CI", raising=False)
    yield
    dismissed()


def typed(*, environment: dict[str, str] | None = None) -> PseudoTerminal:
    """A shell on a terminal in which a training was typed; enter types it again."""
    line = [sys.executable, "-c", SHELL, *command("--preset", "tiny.toml")]
    terminal = PseudoTerminal(line, environment=environment)
    terminal.until(lambda shown: terminal.printed.count(b"ended with 0") == 1)
    return terminal


def test_the_next_command_is_served_by_the_same_trainer(bench: Bench) -> None:
    """It is shown, serves the second command, and is gone after the word or the logout."""
    shell = typed()
    try:
        first = warm.read()
        assert first is not None
        (record,) = perceptui("paths", "--json").records
        assert str(record["waiting_trainer"]).startswith(f"process {first.pid}, for ")
        assert f"waiting trainer: process {first.pid}, for " in "\n".join(_device())
        shell.type("\r")
        shell.until(lambda _: shell.printed.count(b"ended with 0") == 2)
        second = warm.read()
        assert second is not None
        assert second.pid == first.pid
        assert len(list((bench.folder / "runs").iterdir())) == 2
        assert perceptui("stop", "--warm").out == f"Ended process {first.pid}.\n"
        assert not process_start(first.pid)
    finally:
        shell.close()
    assert perceptui("stop", "--warm").out == "No trainer waits.\n"
    (record,) = perceptui("paths", "--json").records
    assert record["waiting_trainer"] == "none"


@pytest.mark.parametrize("why", ["pipe", "off", "job"])
def test_nobody_waits_where_no_person_is(why: str, bench: Bench) -> None:
    """Not after a pipe, in a batch job, or where it was switched off."""
    if why == "pipe":
        bench.train()
    else:
        told = {"PERCEPTUI_WARM_S": "0"} if why == "off" else {"SLURM_JOB_ID": "1"}
        typed(environment={**os.environ, **told}).close()
    assert warm.read() is None


def test_what_is_asked_for_is_said(bench: Bench) -> None:
    """Either a run is ended or the one that waits."""
    assert bench.refused("stop") == "stop: give a RUN to end, or --warm for the trainer that waits"
    assert "stop: give a RUN" in bench.refused("stop", "last", "--warm")
