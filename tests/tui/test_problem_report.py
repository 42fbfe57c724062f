"""What is handed to someone who helps: all they need, and nothing that names data or places."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from engine.parts.data.csv_file import Csv
from engine.parts.kinds import Pairs
from tests.engine.training.tiny import small
from tui.live.snapshot import Snapshot
from tui.problem_report import LOG_LINES, described, without_paths, written
from tui.renderables.look import Look

SECRET = Csv(
    path="/home/eve/patients.csv", target="HIV status", ignore=("salary",),
    missing=Pairs([("income", "mean")]), delimiter=";",
)  # fmt: skip


def report(log: Path, **changes: object) -> str:
    given: dict[str, object] = {
        "look": Look(),
        "size": (120, 36),
        "environment": {"TERM": "xterm", "TMUX": "/tmp/t", "SECRET_TOKEN": "abc"},
        "snapshot": Snapshot(),
        "experiment": small(),
        "errors": [],
        "log": log,
    }
    return written(**{**given, **changes})  # type: ignore[arg-type]


def test_it_says_what_helps(tmp_path: Path) -> None:
    """Versions, terminal, what went wrong, the log's end and the experiment."""
    log = tmp_path / "perceptui.log"
    log.write_text("".join(f"line {number}\n" for number in range(100)), "utf-8")
    text = report(log, errors=["/data/set.csv: line 3 has 2 cells"])
    assert "perceptui" in text
    assert "120 x 36" in text
    assert "inside tmux" in text
    assert "    <path>: line 3 has 2 cells" in text
    assert 'loss = "' in text
    assert f"line {100 - LOG_LINES}\n" in text
    assert f"line {99 - LOG_LINES}\n" not in text
    assert "abc" not in text


def test_without_a_log_and_an_experiment(tmp_path: Path) -> None:
    """Neither is needed."""
    text = report(tmp_path / "none.log", experiment=None)
    assert "    empty" in text
    assert "    it is not valid" in text


def test_own_data_stays_hidden() -> None:
    """Paths, names of columns and texts about it are not told; choices and numbers are."""
    own = dataclasses.replace(small(), data=SECRET, title="Eve's patients", start_from="/x/y")
    text = described(own)
    for word in ("eve", "Eve", "patients", "HIV", "salary", "income", "/x/y"):
        assert word not in text
    assert 'delimiter=";"' in text
    assert "hidden" not in text
    assert described(small()).startswith("data = ")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/home/eve/my.csv: no column", "<path>: no column"),
        ("~/runs/x is gone", "<path> is gone"),
        ('File "/home/eve/code/tui/app.py", line 3', 'File "tui/app.py", line 3'),
        ("/opt/x/lib/python3.11/site-packages/torch/nn.py:7", "site-packages/torch/nn.py:7"),
        ("3/4 of 1/2, a / b", "3/4 of 1/2, a / b"),
        ("C:\\Users\\eve\\x.csv gone", "<path> gone"),
        ("can't read '/a b/c.csv'", "can't read <path>"),
        ("/my data/x.csv: no", "<path> <path>: no"),
        ("data/x.csv and y.parquet", "<path> and <path>"),
        ("\x1b[31m", "\u241b[31m"),
    ],
)
def test_paths_are_left_out(text: str, left: str) -> None:
    """Whatever a message names; of the program's own files the part that is everybody's."""
    assert without_paths(text) == left
