"""What a terminal shows is the same with the painter between, and less is sent."""

from __future__ import annotations

import base64
import re

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.clipboard import passed_on
from tui.terminal.painter import Painter

COLUMNS, ROWS = 12, 4
STYLES = ["", "1", "38;2;1;2;3", "38;2;1;2;3;48;5;7"]


def at(row: int, column: int, text: str, style: str = "") -> str:
    """A piece of a row as Textual paints it."""
    return f"\x1b[{row};{column}H" + (f"\x1b[{style}m{text}\x1b[0m" if style else text)


class Shown:
    """What a terminal shows of all that it was sent."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.Stream(self.screen)

    def feed(self, text: str) -> None:
        self._stream.feed(text)

    def cells(self) -> list[object]:
        return [self.screen.buffer[y][x] for y in range(ROWS) for x in range(COLUMNS)]


def test_unchanged_text_is_not_sent() -> None:
    """What is painted twice is sent once; a changed cell is sent alone."""
    painter = Painter()
    assert painter.changes(at(1, 2, "abcdefghi")) == "\x1b[1;2Habcdefghi"
    assert painter.changes(at(1, 2, "abcdefghi")) == ""
    assert painter.changes(at(1, 2, "abcdeXghi", "1")).count("abcde") == 1  # in another style
    sent = painter.changes(at(1, 2, "abcYeXghi", "1"))
    assert sent == "\x1b[1;5H\x1b[0;1mY\x1b[5C\x1b[0m"


def test_far_cells_share_their_style() -> None:
    """Between two changes of one style the cursor jumps."""
    painter = Painter()
    painter.changes(at(2, 1, "a.........b", "1"))
    sent = painter.changes(at(2, 1, "A.........B", "1"))
    assert sent == "\x1b[2;1H\x1b[0;1mA\x1b[9CB\x1b[0m"


def test_forgotten() -> None:
    """After another screen, or when told so, everything is painted again."""
    painter = Painter()
    first = painter.changes(at(1, 1, "abc"))
    painter.forget()
    assert painter.changes(at(1, 1, "abc")) == first
    assert painter.changes("\x1b[?1049h" + at(1, 1, "abc")) == "\x1b[?1049h" + first


def test_other_sequences_pass() -> None:
    """Modes, titles, the clipboard and the bell pass as they are."""
    for sequence in ("\x1b[?2026h", "\x1b]52;c;QQ==\x07", "\x07", "\x1b[<u", "\x1b[>25u"):
        assert Painter().changes(sequence) == sequence


@pytest.mark.parametrize("environment", [{"TMUX": "/tmp/x,1,0"}, {"STY": "1.pts-0"}])
def test_what_is_passed_on_stays_whole(environment: dict[str, str]) -> None:
    """The clipboard through tmux or screen, between painted text: not a character is painted."""
    text = "a line\nof several \x1b[1m" * 200
    sent = passed_on(text, environment)
    painted = at(1, 1, "abc") + sent + at(2, 1, "def")
    changed = Painter().changes(painted)
    assert sent in changed
    assert changed.replace(sent, "") == Painter().changes(at(1, 1, "abc") + at(2, 1, "def"))
    assert clipboard_of(sent) == text


def clipboard_of(sent: str) -> str:
    """What the terminal around tmux or screen takes, their wrapping taken off as they do."""
    pieces = re.findall(r"\x1bP((?:[^\x1b]|\x1b[^\\])*)\x1b\\", sent)
    inner = "".join(pieces).removeprefix("tmux;").replace("\x1b\x1b", "\x1b")
    match = re.fullmatch(r"\x1b\]52;c;([^\x07]*)\x07", inner)
    assert match is not None
    return base64.b64decode(match[1]).decode()


pieces = st.tuples(
    st.integers(1, ROWS),
    st.integers(1, COLUMNS),
    st.text("ab .▀●", min_size=1, max_size=6),
    st.sampled_from(STYLES),
)


@given(st.lists(st.lists(pieces, max_size=4), max_size=12))
def test_the_same_is_shown(updates: list[list[tuple[int, int, str, str]]]) -> None:
    """Whatever is painted in whatever order, the screen is that of the whole text."""
    painter, whole, less = Painter(), Shown(), Shown()
    painter.forget(COLUMNS, ROWS)
    for update in updates:
        painted = [(y, x, text[: COLUMNS + 1 - x], style) for y, x, text, style in update]
        whole.feed("".join(at(*piece) for piece in painted))
        less.feed(painter.changes("".join(at(*piece) for piece in update)))
        assert less.cells() == whole.cells()


def test_wide_and_combining_characters() -> None:
    """They are always sent, and what is beside them is shown right."""
    painter, whole, less = Painter(), Shown(), Shown()
    for painted in (at(1, 1, "a猫b"), at(1, 1, "a猫b"), at(1, 1, "abcd"), at(1, 1, "e\u0301x")):
        whole.feed(painted)
        less.feed(painter.changes(painted))
        assert whole.screen.display == less.screen.display
