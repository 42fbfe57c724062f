"""The questions: quit, confirm, save."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, OptionList

from tests.tui.app.stand import StandApp, seen, told, until
from tui.screens.confirm import ConfirmScreen
from tui.screens.quit import QuitScreen
from tui.screens.save import SaveScreen

Play = Pilot[object]


def answered(
    folder: Path, screen: Screen[Any], *keys: str, size: tuple[int, int] = (80, 24)
) -> object:
    """What a question returns after these keys."""
    answers: list[object] = []

    async def story(app: StandApp, pilot: Play) -> None:
        app.push_screen(screen, answers.append)
        await until(pilot, lambda: app.screen is screen)
        await pilot.press(*keys)
        await until(pilot, lambda: answers)
        assert len(app.screen_stack) == 1

    told(folder, None, story, size=size)
    return answers[0]


@pytest.mark.parametrize("size", [(80, 24), (20, 5)])
@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("l",), "leave"),
        (("s",), "stop"),
        (("escape",), None),
        (("enter",), "leave"),
        (("down", "enter"), "stop"),
        (("down", "down", "enter"), None),
        (("l", "s", "escape"), "leave"),
    ],
)
def test_quit_answers(
    tmp_path: Path, keys: tuple[str, ...], answer: str | None, size: tuple[int, int]
) -> None:
    """Each way to leave has a letter and a line; keys typed too fast change nothing."""
    assert answered(tmp_path, QuitScreen(), *keys, size=size) == answer


def test_quit_can_be_clicked(tmp_path: Path) -> None:
    """A click on an answer gives it."""
    answers: list[object] = []

    async def story(app: StandApp, pilot: Play) -> None:
        app.push_screen(QuitScreen(), answers.append)
        await until(pilot, lambda: "Stop it and keep" in seen(app))
        await pilot.click(OptionList, offset=(5, 1))
        await until(pilot, lambda: answers == ["stop"])

    told(tmp_path, None, story)


@pytest.mark.parametrize(
    ("keys", "answer"),
    [(("y",), True), (("escape",), False), (("enter",), False), (("up", "enter"), True)],
)
def test_confirm_needs_more_than_enter(tmp_path: Path, keys: tuple[str, ...], answer: bool) -> None:
    """Enter alone changes nothing."""
    assert answered(tmp_path, ConfirmScreen("Sure?", "Do it"), *keys) is answer


def test_question_is_no_markup(tmp_path: Path) -> None:
    """Names in a question are shown as they are."""

    async def story(app: StandApp, pilot: Play) -> None:
        app.push_screen(ConfirmScreen("Delete [red]x[/]?", "[b]yes"))
        await until(pilot, lambda: "Delete [red]x[/]?" in seen(app))
        assert "[b]yes" in seen(app)

    told(tmp_path, None, story)


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("enter",), "spiral"),
        (("2", "enter"), "spiral2"),
        (("escape",), None),
        (("ctrl+u", "enter", "x", "enter"), "x"),
    ],
)
def test_save_returns_the_name(tmp_path: Path, keys: tuple[str, ...], answer: str | None) -> None:
    """The suggestion can be taken or changed; an empty name is asked for again."""
    assert answered(tmp_path, SaveScreen("spiral"), *keys) == answer


def test_a_long_paste_stays_in_the_field(tmp_path: Path) -> None:
    """A pasted text of a million characters is taken as it is."""

    async def story(app: StandApp, pilot: Play) -> None:
        app.push_screen(SaveScreen(""))
        await until(pilot, lambda: app.screen.query(Input))
        app.screen.query_one(Input).insert_text_at_cursor("x" * 1_000_000)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)

    told(tmp_path, None, story)
