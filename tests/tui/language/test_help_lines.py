"""The command line's help in Chinese: folded by cells, at signs where one takes a breath."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from tests.tui.command_line import Bench
from tui import language
from tui.cli import run
from tui.commands.help_lines import folded


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    language.speak("en")


def test_lines_end_where_they_are_full() -> None:
    """Two cells for a wide character; no sign of punctuation begins a line."""
    assert folded("怎样选择配置。", 6) == ["怎样选", "择配", "置。"]
    assert folded("use Linear here", 10) == ["use Linear", "here"]
    assert folded("", 6) == []


def test_lines_end_at_punctuation_where_that_is_near() -> None:
    """A fifth of a line may stay empty for it."""
    assert folded("一二三四五六七八，九十一", 20) == ["一二三四五六七八，", "九十一"]
    assert folded("一二，三四五六七八九十一", 20) == ["一二，三四五六七八九", "十一"]


@pytest.mark.parametrize("command", [[], ["sweep"], ["learn"], ["evaluate"]])
def test_no_line_of_the_help_is_wider_than_the_terminal(
    command: list[str],
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What typer folds at spaces ran on for three times the width; nothing is left in English."""
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("tui.terminal.printing.encoding_of", lambda *_: "utf-8")
    assert run(["--language", "zh_CN", *command, "--help"]) == 0
    told = capsys.readouterr().out
    assert "显示这段说明并退出。" in told
    assert "选项" in told
    assert "Show this" not in told
    assert "Usage" not in told
    assert max(map(cell_len, told.splitlines())) <= 60
