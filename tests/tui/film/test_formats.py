"""A film's file shows what its frames are, in every format, to the last character and pixel."""

from __future__ import annotations

import io
import json
import re
from html import unescape

import pyte
import pytest
from PIL import Image
from rich.text import Text

from tui.film.formats import FORMATS, cast, gif, svg
from tui.film.pixels import CELL_HEIGHT, CELL_WIDTH, INK, PAPER, drawing
from tui.film.shooting import Film

FILM = Film(
    "A <film>",
    4,
    2,
    [
        [Text("ab  "), Text("▀█ ●", "#ff0000 on #0000ff")],
        [Text("ab  "), Text("cd ●", "#ff0000 on #0000ff")],
        [Text("AB→ "), Text("cd ●", "#ff0000 on #0000ff")],
    ],
    seconds=1.0,
)
RED, BLUE = (255, 0, 0), (0, 0, 255)


def test_a_cast_plays_as_its_frames(  # as asciinema does: each text when its time has come
) -> None:
    """Its first line tells the size; a terminal of that size shows each frame in turn; what does
    not change is not printed again.
    """
    head, *events = [json.loads(line) for line in cast(FILM).decode().splitlines()]
    assert head == {
        "version": 2,
        "width": 4,
        "height": 2,
        "title": "A <film>",
        "env": {"TERM": "xterm-256color"},
    }
    screen = pyte.Screen(4, 2)
    stream = pyte.Stream(screen)
    seen = []
    for _, kind, text in events[:3]:
        assert kind == "o"
        stream.feed(text)
        seen.append(list(screen.display))
    assert seen == [[row.plain for row in frame] for frame in FILM.frames]
    cell = screen.buffer[1][0]
    assert (cell.fg, cell.bg) == ("ff0000", "0000ff")
    assert [event[0] for event in events] == [0.0, 0.5, 1.0, 3.5]
    assert "ab" not in events[1][2]
    assert "cd" not in events[2][2]


def test_a_gif_has_every_frame_for_its_time() -> None:
    """The pixels are those of the frames; the last one stays, and it begins anew."""
    with Image.open(io.BytesIO(gif(FILM))) as image:
        assert (image.size, getattr(image, "n_frames", 1)) == ((48, 48), 3)
        durations = []
        for number in range(3):
            image.seek(number)
            durations.append(image.info["duration"])
            again = drawing(FILM.frames[number], 4, 2).resize((48, 48), Image.Resampling.NEAREST)
            assert image.convert("RGB").tobytes() == again.tobytes()
        assert (durations, image.info["loop"]) == ([500, 500, 2000], 0)


def test_a_picture_has_the_colors_of_its_cells() -> None:
    """Half blocks have two, a letter its ink on its paper, nothing the picture's own."""
    picture = drawing(FILM.frames[0], 4, 2)
    assert picture.size == (4 * CELL_WIDTH, 2 * CELL_HEIGHT)
    row = CELL_HEIGHT
    assert picture.getpixel((0, row)) == RED
    assert picture.getpixel((0, row + CELL_HEIGHT - 1)) == BLUE
    assert picture.getpixel((CELL_WIDTH, row)) == RED
    assert picture.getpixel((2 * CELL_WIDTH, row)) == BLUE
    assert picture.getpixel((3 * CELL_WIDTH, 0)) == PAPER
    letter = picture.crop((0, 0, CELL_WIDTH, CELL_HEIGHT)).getcolors()
    assert letter is not None
    assert {color for _, color in letter} == {INK, PAPER}


@pytest.mark.parametrize(
    "signs", ["●○■□◆◇", "▲△▼▽◀◁▶▷", "★☆✚✛✖✕•", "▁▂▃▄▅▆▇█▀", "░▒▓", "─│┌┐└┘├┤┬┴┼┊", "⠁⣿", "→×…é"]
)
def test_what_no_font_has_is_drawn(signs: str) -> None:
    """Each sign of our pictures leaves ink in its cell, and none is a question mark."""
    unknown = drawing([Text("?")], 1, 1).tobytes()
    for sign in signs:
        picture = drawing([Text(sign)], 1, 1)
        assert len(picture.getcolors() or []) > 1 or sign in "█░▒▓", sign
        assert picture.getpixel((3, 6)) != PAPER or picture.tobytes() != unknown, sign
        assert picture.tobytes() != unknown, sign


def test_an_svg_shows_the_last_frame() -> None:
    """Its text is there, and nothing of the title is markup."""
    text = svg(FILM).decode()
    shown = unescape(re.sub(r"<[^>]+>", " ", text))
    assert "AB→" in shown
    assert "cd" in shown
    assert "ab" not in shown
    assert "A&#160;&lt;film&gt;" in text


def test_formats_are_chosen_by_their_ending() -> None:
    """There are three."""
    assert list(FORMATS) == [".cast", ".gif", ".svg"]
