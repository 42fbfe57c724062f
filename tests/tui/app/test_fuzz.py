"""Random keys while a trainer trains without end: never an exception, always a way out."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.events import Key
from textual.pilot import Pilot
from textual.worker import Worker, WorkerState

from engine.errors import PerceptuiError
from tests.engine.service.live import WAIT_S
from tests.thoroughness import IS_THOROUGH
from tests.tui.app.editor_app import EditorApp
from tests.tui.app.replay import Workers
from tests.tui.app.stage import SIZES
from tests.tui.app.stand import made_run, small_experiment, until
from tui.app import PerceptuiApp
from tui.live.following import Folders
from tui.screens.host import AppScreen
from tui.settings import Settings

pytestmark = pytest.mark.drawn
EXAMPLES = int(os.environ.get("PERCEPTUI_FUZZ_EXAMPLES", 5 if IS_THOROUGH else 3))
"""Lists of keys to try; `make fuzz` tries many more."""
IS_LONG = "PERCEPTUI_FUZZ_EXAMPLES" in os.environ
PHASES = [Phase.generate, Phase.shrink] if IS_LONG else [Phase.generate]
"""Shrinking takes minutes: a long run is for that."""
MOST_KEYS = 150
KEYS = (
    *("space", "n", "N", "r", "ctrl+r", "plus", "minus", "x", "backspace", "B", "p", "c", "s"),
    *(
        "y",
        "l",
        "b",
        "t",
        "f",
        "m",
        "ctrl+l",
        "left_square_bracket",
        "right_square_bracket",
        "1",
        "2",
        "3",
        "4",
        "5",
        "M",
        "V",
        "Z",
    ),
    *("escape", "escape", "enter", "enter", "tab", "shift+tab", "up", "down", "left", "right"),
    *("home", "end", "pageup", "pagedown", "delete", "a", "d", "K", "J", "k", "j", "z", "ctrl+y"),
    *("R", "question_mark", "comma", "slash", "equals_sign", "ctrl+p", "q", "ctrl+q", "f1"),
    *("0", "9", "full_stop", "left_parenthesis", "right_parenthesis", "e", "u", "é", "f5"),
)
SIZE_CHANGES = tuple(f"size {width} {height}" for width, height in (*SIZES, (1, 1), (41, 9)))
NAMED = {"é": "latin_small_letter_e_with_acute"}
CHARACTERS = {
    "space": " ",
    "full_stop": ".",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "slash": "/",
}
LAYERS = ["Linear(4)", "Residual([Linear(4), Residual([ReLU()])])", "Linear(1)", "Sigmoid()"]
"""With what opens in the editor."""
TURNS = 20
"""Of the event loop between two keys."""
DEEP = 40
"""No chain of screens takes more than so many esc to leave."""

actions = st.lists(st.sampled_from(KEYS + SIZE_CHANGES), min_size=60, max_size=MOST_KEYS)
EDITING = (
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "enter", "escape"),
    *("a", "K", "J", "delete", "backspace", "z", "ctrl+y", "d", "0", "9", "full_stop", "e", "tab"),
)
"""Keys that do something in the editor, or in the forms that it opens."""
edits = st.lists(st.sampled_from(EDITING), min_size=60, max_size=MOST_KEYS)


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, presets and saved scripts of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=not IS_LONG,
    suppress_health_check=list(HealthCheck),
    phases=PHASES,
)
@given(pressed=actions)
def test_any_keys_are_survived_and_the_app_can_be_left(pressed: list[str]) -> None:
    """Whatever is pressed, nothing raises; then esc leads back and q out."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(asyncio.wait_for(_survive(Path(folder), pressed), 10 * WAIT_S))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=not IS_LONG,
    suppress_health_check=list(HealthCheck),
    phases=PHASES,
)
@given(pressed=edits)
def test_any_edits_are_survived_and_can_be_taken_back(pressed: list[str]) -> None:
    """Whatever is pressed in the editor, with a block in it: esc and z lead back to what was."""
    asyncio.run(asyncio.wait_for(_edit(pressed), 10 * WAIT_S))


async def _edit(pressed: list[str]) -> None:
    app = EditorApp(layers=LAYERS)
    async with app.run_test(size=(40, 24)) as pilot:
        before = dict(app.draft.raw)
        for key in pressed:
            await _tap(pilot, key)
        while len(app.screen_stack) > 1:
            await pilot.press("escape")
        assert all(cell_len(row) <= app.editor.size.width for row in app.rows())
        while app.draft.can_undo():
            await pilot.press("z")
        assert app.draft.raw == before


async def _survive(folder: Path, pressed: list[str]) -> None:
    made_run(folder)
    made_run(folder, "early", reason="interrupted")
    workers = Workers(is_endless=True)
    app = PerceptuiApp(
        folders=Folders(folder / "runs", folder / "data"),
        connect=workers.connect,
        settings=Settings(),
        first=("small", small_experiment(epochs=1_000_000, layers=LAYERS)),
    )
    with _watched() as failures:
        async with app.run_test() as pilot:
            await _press(pilot, pressed, failures)


async def _press(pilot: Pilot[int], pressed: list[str], failures: list[BaseException]) -> None:
    app = pilot.app
    for action in pressed:
        if not app.is_running:
            return  # q, answered
        if action.startswith("size "):
            width, height = action.split()[1:]
            await pilot.resize_terminal(int(width), int(height))
        else:
            await _tap(pilot, action)
        assert not failures, failures
    for _ in range(DEEP):
        if not app.is_running or len(app.screen_stack) <= 2:
            break
        await pilot.press("escape")
    if app.is_running:
        assert len(app.screen_stack) <= 2, f"esc does not leave {app.screen}"
        await pilot.press("escape", "q")
    for answer in "dl":  # drop the edits, leave the training running
        if app.is_running:
            await pilot.press(answer)
    await until(cast("Pilot[object]", pilot), lambda: not app.is_running)
    assert not failures, failures


async def _tap(pilot: Pilot[Any], key: str) -> None:
    """Press a key and give it a moment; now and then the app has not done with the last one."""
    name = NAMED.get(key, key)
    character = key if len(key) == 1 else CHARACTERS.get(key)
    pilot.app.post_message(Key(name, character))
    for _ in range(TURNS):
        await asyncio.sleep(0)


@contextmanager
def _watched() -> Iterator[list[BaseException]]:
    """What workers of the app and its screens raise that is no mistake of a person's."""
    failures: list[BaseException] = []

    def note(node: object, event: Worker.StateChanged) -> None:
        error = event.worker.error
        if event.state == WorkerState.ERROR and not isinstance(error, PerceptuiError):
            failures.append(error or AssertionError(event.worker.name))

    with (
        patch.object(AppScreen, "on_worker_state_changed", note),
        patch.object(PerceptuiApp, "on_worker_state_changed", note),
    ):
        yield failures
