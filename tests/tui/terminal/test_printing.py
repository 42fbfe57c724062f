"""What counts as a terminal on which something can be read."""

from __future__ import annotations

import io

import pytest

from tests.tui.command_line import Bench, perceptui
from tui.terminal.printing import PIPED_COLUMNS, Terminal, is_too_small


@pytest.mark.parametrize(
    ("environment", "too_small"),
    [
        ({}, False),
        ({"COLUMNS": "20"}, False),
        ({"COLUMNS": "19"}, True),
        ({"COLUMNS": "0"}, True),
        ({"LINES": "0"}, True),
        ({"COLUMNS": "", "LINES": "-1"}, False),
    ],
)
def test_columns_and_lines_are_looked_at(environment: dict[str, str], too_small: bool) -> None:
    """Fewer than 20 columns and no rows are no size; what is no number counts for nothing."""
    assert is_too_small(io.StringIO(), environment) is too_small


def test_nothing_is_lost_where_there_are_no_columns(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COLUMNS=0 printed nothing at all; it prints what a pipe of 80 columns gets."""
    expected = perceptui("show", "tiny.toml").lines
    for columns in ("0", "1", "19"):
        monkeypatch.setenv("COLUMNS", columns)
        assert perceptui("show", "tiny.toml").lines == expected
    assert Terminal().width == PIPED_COLUMNS
