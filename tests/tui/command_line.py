"""The command line as a person meets it: arguments in; text, exit code and files out."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.engine.service import nursery
from tests.engine.service.live import WAIT_S
from tui import cli

TINY = """\
title = "Tiny"
data = "circle(samples=20)"
layers = ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"]
loss = "BCELoss()"
optimizer = "SGD(lr=0.1)"
epochs = 3
threads = 1
device = "cpu"
"""
"""A training of three steps."""


Records = list[dict[str, Any]]
"""JSON lines, read."""


def of(records: Records, kind: str) -> Records:
    """The events of one kind."""
    return [record for record in records if record["event"] == kind]


def recorded(run: Path) -> Records:
    """The events that a run's directory keeps."""
    text = (run / "events.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


@dataclass(frozen=True)
class Outcome:
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> Records:
        """stdout as JSON lines, nothing else being there."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def run(self) -> Path:
        """The run's path, which the last line names."""
        word, _, path = self.lines[-1].partition(" ")
        assert word == "Run:", self.out
        return Path(path).absolute()


def perceptui(*arguments: str) -> Outcome:
    """Run a command line in this process, without a terminal."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.run(list(arguments))
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    return Outcome(code, *texts)


def command(*arguments: str) -> list[str]:
    """A command line for a process of its own, whose workers are forked off one that is warm.

    What is measured, and what soaks, is no test: there it is the program as a person begins it.
    """
    if "PYTEST_VERSION" not in os.environ:
        return [sys.executable, "-m", "tui.entry", *arguments]
    nursery.NEEDED.start()
    return [sys.executable, "-m", "tests.tui.command_process", *arguments]


class Bench:
    """A working directory of its own, with `tiny.toml` in it and nothing else around."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.runs_dir = folder / "runs"
        self.write("tiny.toml", TINY)
        patch.chdir(folder)
        for name in ("NO_COLOR", "FORCE_COLOR", "PERCEPTUI_RUNS_DIR", "PERCEPTUI_DATA_DIR"):
            patch.delenv(name, raising=False)
        patch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
        patch.setenv("COLUMNS", "80")

    def write(self, name: str, text: str) -> Path:
        """Put a file into the working directory."""
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def runs(self) -> list[Path]:
        """The run directories, oldest first."""
        return sorted(self.runs_dir.iterdir()) if self.runs_dir.is_dir() else []

    def train(self, *arguments: str) -> Outcome:
        """Train `tiny.toml` with these options on top; a training that ends well."""
        outcome = perceptui("--preset", "tiny.toml", *arguments)
        assert outcome.code == 0, outcome.err
        return outcome

    def refused(self, *arguments: str, code: int = 2) -> str:
        """The message of a command line that is refused cleanly and leaves no run behind."""
        before = self.runs()
        outcome = perceptui(*arguments)
        assert outcome.code == code, outcome
        assert outcome.out == ""
        assert all(line.startswith("perceptui: ") for line in outcome.err.splitlines())
        assert "Traceback" not in outcome.err
        assert self.runs() == before
        return outcome.err.replace("perceptui: ", "").strip()

    def process(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command line as a process of its own."""
        return subprocess.run(
            command(*arguments),
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=WAIT_S,
        )
