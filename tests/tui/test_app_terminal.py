"""The app on real pseudo-terminals: of every size and of few colors, worked by keys."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.tui.command_line import Bench
from tests.tui.pseudo_terminal import ENTER, PseudoTerminal, app_on_terminal

PRECISE = re.compile(rb"[\[;][34]8;2;(\d+);(\d+);(\d+)")
"""One of 16 million colors."""
INDEXED = re.compile(rb"[\[;][34]8;5;")
"""One of 256 colors."""
BASIC = re.compile(rb"\x1b\[(?:[0-9];)*(?:3[0-7]|4[0-7]|9[0-7]|10[0-7])(?:;\d+)*m")
"""One of 16 colors."""


def _leave(terminal: PseudoTerminal) -> None:
    """Quit where nothing is trained, and see that nothing is left behind."""
    terminal.type("q")
    assert terminal.end() == 0
    assert terminal.not_restored() == []
    assert b"Traceback" not in terminal.written


def _train_circle(terminal: PseudoTerminal) -> str:
    """Pick `circle` by keys and train it; the screen when it is done."""
    terminal.until("circle")
    terminal.type(ENTER)
    terminal.until(lambda shown: "circle" in shown and "Linear" in shown and "Pick" not in shown)
    terminal.type(" ")
    return terminal.until("finished")


@pytest.mark.parametrize(("columns", "rows"), [(120, 36), (80, 24), (60, 20), (20, 5)])
def test_first_screen(bench: Bench, columns: int, rows: int) -> None:
    """The presets are there at each size, below what to press."""
    with app_on_terminal(columns=columns, rows=rows) as terminal:
        shown = terminal.until(lambda text: "circle" in text and "Quit" in text)
        assert shown.startswith(" Pick an")
        _leave(terminal)


@pytest.mark.parametrize(("columns", "rows"), [(120, 36), (80, 24)])
def test_training_by_keys(bench: Bench, columns: int, rows: int) -> None:
    """`circle` is opened and trained by keys, while no torch is in the app's process."""
    with app_on_terminal(columns=columns, rows=rows) as terminal:
        _train_circle(terminal)
        assert "\u2580" in terminal.until("\u2580")  # the boundary, in half blocks
        assert "libtorch" not in Path(f"/proc/{terminal.pid}/maps").read_text()
        assert PRECISE.search(terminal.written)
        _leave(terminal)
    assert len(bench.runs()) == 1


@pytest.mark.parametrize(
    ("terminal_name", "sent", "never_sent"),
    [("xterm-256color", INDEXED, PRECISE), ("xterm", BASIC, INDEXED)],
)
def test_few_colors(
    bench: Bench, terminal_name: str, sent: re.Pattern[bytes], never_sent: re.Pattern[bytes]
) -> None:
    """No color is sent that the terminal lacks, and the trained boundary is still there."""
    environment = {"TERM": terminal_name, "COLORTERM": ""}
    with app_on_terminal(columns=80, rows=24, environment=environment) as terminal:
        _train_circle(terminal)
        terminal.until("\u2580")
        assert sent.search(terminal.written)
        assert not never_sent.search(terminal.written)
        assert not PRECISE.search(terminal.written)
        _leave(terminal)


def test_no_color(bench: Bench) -> None:
    """NO_COLOR: nothing but shades of gray, and the boundary drawn by characters."""
    with app_on_terminal(columns=80, rows=24, environment={"NO_COLOR": "1"}) as terminal:
        _train_circle(terminal)
        terminal.until("outside")
        shades = PRECISE.findall(terminal.written)
        assert all(red == green == blue for red, green, blue in shades)
        assert not BASIC.search(terminal.written)
        assert not INDEXED.search(terminal.written)
        assert "\u2580" not in terminal.text
        _leave(terminal)


def test_terminal_without_a_cursor(bench: Bench) -> None:
    """Where nothing can be placed on the screen the presets are listed instead."""
    with app_on_terminal(environment={"TERM": "dumb", "COLORTERM": ""}) as terminal:
        assert terminal.end() == 0
        assert b"circle" in terminal.written
        assert b"\x1b" not in terminal.written


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(["--ascii"], {}), ([], {"LC_ALL": "C"}), ([], {"LANG": "C"})],
)
def test_ascii(bench: Bench, arguments: list[str], environment: dict[str, str]) -> None:
    """Asked for, or in a locale without UTF-8: nothing but ASCII is drawn, help and quit too."""
    with app_on_terminal(*arguments, columns=100, rows=30, environment=environment) as terminal:
        _train_circle(terminal)
        terminal.until("outside")
        terminal.type("?")
        terminal.until("every key")
        terminal.type("\x1b")
        terminal.until("finished")
        _leave(terminal)
        foreign = sorted(set(terminal.printed.decode()) - {chr(code) for code in range(128)})
        assert foreign == []


def test_resize_storm(bench: Bench) -> None:
    """Some hundred sizes, down to one cell, while it trains; the last is drawn whole."""
    chance = random.Random(0)
    with app_on_terminal() as terminal:
        _train_circle(terminal)
        terminal.type("r ")
        for _ in range(150):
            terminal.resize(chance.randint(1, 200), chance.randint(1, 60))
            terminal.read(0.01)
        terminal.resize(1, 1)
        terminal.resize(80, 24)
        terminal.wipe()
        terminal.resize(100, 30)
        terminal.until(lambda text: "finished circle" in text and "Scores" in text)
        _leave(terminal)
