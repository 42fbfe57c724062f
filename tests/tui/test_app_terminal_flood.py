"""The app under more input than a person gives."""

from __future__ import annotations

import random

import pytest

from tests.thoroughness import examples
from tests.tui.command_line import Bench
from tests.tui.pseudo_terminal import ENTER, ESCAPE, app_on_terminal

PASTE = b"\x1b[200~%b\x1b[201~"


def test_paste_of_a_megabyte(bench: Bench) -> None:
    """A megabyte pasted into a field is taken; keys act after it, and the app can be left."""
    with app_on_terminal(columns=80, rows=24) as terminal:
        terminal.until("circle")
        terminal.type("/")
        terminal.until("type to narrow")
        terminal.type(PASTE % (b"0123456789abcdef" * (1 << 16)))
        terminal.until("nothing is called so")
        terminal.type(ESCAPE)
        terminal.until("first-network")
        terminal.type("q")
        assert terminal.end() == 0
        assert terminal.not_restored() == []


@pytest.mark.rare
def test_mouse_storm(bench: Bench) -> None:
    """Hundreds of mouse moves, clicks and wheel turns; then keys act as ever."""
    chance = random.Random(0)
    with app_on_terminal(columns=80, rows=24) as terminal:
        terminal.until("circle")
        terminal.type(ENTER)
        terminal.until("Linear")
        storm = []
        for _ in range(examples(3000)):
            kind = chance.choice((0, 2, 32, 35, 35, 35, 64, 65))
            end = chance.choice("Mm")
            storm.append(f"\x1b[<{kind};{chance.randint(1, 80)};{chance.randint(2, 23)}{end}")
        terminal.type("".join(storm))
        while "Pick an experiment" not in terminal.text:
            terminal.type(ESCAPE)
            terminal.read(0.2)
        while terminal.read(0.5):
            pass  # or an escape that is not read yet would make another key of the next
        terminal.type("\x11")  # ctrl-q, which a field lets through
        while terminal.is_alive and "Drop the changes" not in terminal.text:
            terminal.read(0.1)
        if terminal.is_alive:  # a click changed the experiment
            terminal.type("d")
        assert terminal.end() == 0
        assert terminal.not_restored() == []
        assert b"Traceback" not in terminal.written


def test_bytes_that_are_no_keys(bench: Bench) -> None:
    """Broken UTF-8, unknown sequences and impossible key codes are passed over."""
    with app_on_terminal(columns=80, rows=24) as terminal:
        terminal.until("circle")
        terminal.type(b"\xff\xfe\xc3(\xe2\x82\x1b[99;99;99X\x1b[1234567890;5u\x1b]0;title\x07")
        terminal.type("?")
        terminal.until("every key")
        terminal.type(ESCAPE)
        terminal.until("circle")
        terminal.type("q")
        assert terminal.end() == 0
        assert terminal.not_restored() == []
