"""The app on real pseudo-terminals: of every size and of few colors, worked by keys."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.thoroughness import examples
from tests.tui.command_line import Bench
from tests.tui.pseudo_terminal import ENTER, ESCAPE, PseudoTerminal, app_on_terminal
from tui.live.pace import PACES

PRECISE = re.compile(rb"[\[;][34]8;2;(\d+);(\d+);(\d+)")
"""One of 16 million colors."""
INDEXED = re.compile(rb"[\[;][34]8;5;")
"""One of 256 colors."""
BASIC = re.compile(rb"\x1b\[(?:[0-9];)*(?:3[0-7]|4[0-7]|9[0-7]|10[0-7])(?:;\d+)*m")
"""One of 16 colors."""
STYLES = re.compile(rb"\x1b\[([\d;:]*)m")
"""How characters are drawn from here on: the codes."""
WITHOUT_COLOR = {b"", b"0", b"1", b"2", b"3", b"4", b"7"}
"""As before, bold, dim, italic, underlined, reversed."""


def _leave(terminal: PseudoTerminal) -> None:
    """Quit where nothing is trained, and see that nothing is left behind."""
    terminal.type("q")
    assert terminal.end() == 0
    assert terminal.not_restored() == []
    assert b"Traceback" not in terminal.written


def _train_circle(terminal: PseudoTerminal, *, at_full_speed: bool = True) -> str:
    """Pick `circle` by keys and train it; the screen when it is done.

    at_full_speed: not as slowly as a first run is shown.
    """
    terminal.until("Start here")
    terminal.type("/circle" + ENTER)
    terminal.until(lambda shown: "circle" in shown and "Linear" in shown and "Pick" not in shown)
    terminal.type(" ")
    if at_full_speed:
        terminal.until("running")
        terminal.type(">" * len(PACES))
    return terminal.until("finished")


@pytest.mark.parametrize(
    ("columns", "rows"),
    [(120, 36), (80, 24), pytest.param(60, 20, marks=pytest.mark.rare), (20, 5)],
)
def test_first_screen(bench: Bench, columns: int, rows: int) -> None:
    """The presets are there at each size, below what to press."""
    with app_on_terminal(columns=columns, rows=rows) as terminal:
        shown = terminal.until(lambda text: "Start here" in text and "? Help" in text)
        assert shown.startswith(" Pick an")
        _leave(terminal)


@pytest.mark.parametrize(
    ("columns", "rows"), [pytest.param(120, 36, marks=pytest.mark.rare), (80, 24)]
)
def test_training_by_keys(bench: Bench, columns: int, rows: int) -> None:
    """`circle` is opened and trained by keys, while no torch is in the app's process."""
    with app_on_terminal(columns=columns, rows=rows) as terminal:
        _train_circle(terminal, at_full_speed=False)
        assert "\u2580" in terminal.until("\u2580")  # the boundary, in half blocks
        assert "libtorch" not in Path(f"/proc/{terminal.pid}/maps").read_text()
        assert PRECISE.search(terminal.written)
        _leave(terminal)
    assert len(bench.runs()) == 1


@pytest.mark.parametrize(
    ("terminal_name", "sent", "never_sent"),
    [
        pytest.param("xterm-256color", INDEXED, PRECISE, marks=pytest.mark.rare),
        pytest.param("xterm", BASIC, INDEXED, marks=pytest.mark.rare),
    ],
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


@pytest.mark.parametrize(
    "terminal_name", ["xterm-256color", pytest.param("xterm", marks=pytest.mark.rare)]
)
def test_no_color(bench: Bench, terminal_name: str) -> None:
    """NO_COLOR: no code of a color at all is sent, by no screen; the cursor is still seen."""
    environment = {"NO_COLOR": "1", "TERM": terminal_name, "COLORTERM": ""}
    with app_on_terminal(columns=80, rows=24, environment=environment) as terminal:
        terminal.until("circle")
        assert terminal.is_marked("Start here")
        _train_circle(terminal)
        terminal.until("outside")
        assert "\u2580" not in terminal.text
        for key, seen in (("?", "every key"), (",", "Glyphs"), ("R", "State"), ("c", "import")):
            terminal.type(key)
            terminal.until(seen)
            terminal.type(ESCAPE)
            terminal.until("finished circle")
        _leave(terminal)
        assert STYLES.findall(terminal.written)
        sent = {code for style in STYLES.findall(terminal.written) for code in style.split(b";")}
        assert sent <= WITHOUT_COLOR


def test_terminal_without_a_cursor(bench: Bench) -> None:
    """Where nothing can be placed on the screen the presets are listed instead."""
    with app_on_terminal(environment={"TERM": "dumb", "COLORTERM": ""}) as terminal:
        assert terminal.end() == 0
        assert b"circle" in terminal.written
        assert b"\x1b" not in terminal.written


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--ascii"], {}),
        pytest.param([], {"LC_ALL": "C"}, marks=pytest.mark.rare),
        pytest.param([], {"LANG": "C"}, marks=pytest.mark.rare),
    ],
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


@pytest.mark.rare
def test_resize_storm(bench: Bench) -> None:
    """Dozens of sizes, down to one cell, while it trains; the last is drawn whole."""
    chance = random.Random(0)
    with app_on_terminal() as terminal:
        _train_circle(terminal)
        terminal.type("r ")
        for _ in range(examples(150)):
            terminal.resize(chance.randint(1, 200), chance.randint(1, 60))
            terminal.read(0.01)
        terminal.resize(1, 1)
        terminal.resize(80, 24)
        terminal.wipe()
        terminal.resize(100, 30)
        terminal.until(lambda text: "finished circle" in text and "Scores" in text)
        _leave(terminal)


def test_ctrl_l_draws_everything_anew(bench: Bench) -> None:
    """What another program wrote over the screen is gone after ctrl+l, also below a question."""
    with app_on_terminal(columns=80, rows=24) as terminal:
        whole = ("Pick an", "Playground", "enter opens it", "R Runs", "? Help  q Quit")
        terminal.until(lambda shown: all(text in shown for text in whole))
        terminal.wipe()
        terminal.type("\x0c")
        terminal.until(lambda shown: all(text in shown for text in whole))
        terminal.type(ENTER)
        terminal.until("1 experiment")
        terminal.type("s")
        asks = ("Save as", "my-moons", "enter saves", "1 experiment", "q Quit")
        terminal.until(lambda shown: all(text in shown for text in asks))
        terminal.wipe()
        terminal.type("\x0c")
        terminal.until(lambda shown: all(text in shown for text in asks))
        terminal.type(ESCAPE)
        terminal.until(lambda shown: "Save as" not in shown)
        _leave(terminal)
