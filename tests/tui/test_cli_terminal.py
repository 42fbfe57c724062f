"""A training on a real pseudo-terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping

import pexpect
import pyte
import pytest

from tests.engine.service.live import WAIT_S
from tests.tui.command_line import Bench, command

COLOR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:[34][0-8]|9[0-7]|10[0-7])[0-9;]*m")
"""An escape code that sets a foreground or background color."""


def printed(size: tuple[int, int], environment: Mapping[str, str], *arguments: str) -> str:
    """All that a command line writes to a terminal of (rows, columns); it must end with 0."""
    surroundings = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
    arguments = tuple(command(*arguments)[1:])
    child = pexpect.spawn(
        sys.executable,
        list(arguments),
        dimensions=size,
        env={**surroundings, "TERM": "xterm-256color", **environment},
        encoding="utf-8",
        timeout=WAIT_S,
    )
    text = str(child.read())
    child.wait()
    assert child.exitstatus == 0, text
    return text


def screen_of(text: str, rows: int, columns: int) -> list[str]:
    """The lines that a terminal shows, with what scrolled out above it."""
    screen = pyte.HistoryScreen(columns, rows, history=1000, ratio=1)
    pyte.Stream(screen).feed(text)
    above = ["".join(line[x].data for x in range(columns)) for line in screen.history.top]
    return [line.rstrip() for line in (*above, *screen.display)]


def test_training_on_a_tiny_terminal_without_color(bench: Bench) -> None:
    """At 20 by 10 the report fits, the bar leaves nothing behind, and NO_COLOR is obeyed."""
    text = printed((10, 20), {"NO_COLOR": "1"}, "--preset", "tiny.toml")
    lines = screen_of(text, 10, 20)

    assert "Traceback" not in text
    assert not COLOR.search(text)
    assert lines.count("Accuracy") == 1
    assert not any(line.endswith("%") or "━" in line for line in lines)
    start = lines.index("Accuracy")
    end = next(i for i, line in enumerate(lines) if line.startswith("Finished after"))
    written = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).splitlines()
    report = written[written.index("Accuracy") :]
    assert [line.rstrip() for line in report[: end - start]] == lines[start:end]


def test_color_where_the_terminal_has_it(bench: Bench) -> None:
    """The boundary is drawn in color on a terminal that can, and nothing is wider than it."""
    text = printed((24, 60), {"COLORTERM": "truecolor"}, "--preset", "tiny.toml")

    assert COLOR.search(text)
    assert "▀" in text or "▄" in text
    lines = screen_of(text, 24, 60)
    assert "Decision boundary" in lines
    assert any(line.startswith("epoch 3/3  train loss ") for line in lines)


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (0, 100)])
def test_a_terminal_without_a_size_gets_plain_lines(bench: Bench, size: tuple[int, int]) -> None:
    """As a pipe does, of 80 columns: no live display, no color, no line of one letter."""
    text = printed(size, {}, "--preset", "tiny.toml")

    assert "\x1b" not in text
    lines = text.splitlines()
    assert any(line.startswith("epoch 3/3  train loss ") for line in lines)
    assert max(map(len, lines)) > 60
    assert len(text) < 10_000
