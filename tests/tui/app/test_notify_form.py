"""Who is told of trainings, chosen in the app's settings."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from engine.notices.choice import Choice, choice_file
from tests.tui.app.stand import StandApp, seen, told, until
from tui.screens.notify_form import Addresses, NotifyForm
from tui.screens.settings import SettingsScreen

Play = Pilot[object]


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def _type(app: StandApp, name: str, text: str) -> None:
    app.screen.query_one(f"#{name}", Input).value = text


def _says(app: StandApp) -> str:
    return str(app.screen.query_one("#told", Static).content)


async def _opened(app: StandApp, pilot: Play) -> None:
    await until(pilot, lambda: "nobody" in seen(app))
    await pilot.press("end", "enter")
    await until(pilot, lambda: isinstance(app.screen, NotifyForm))


def test_who_is_told_is_tried_and_kept(tmp_path: Path) -> None:
    """As `perceptui notify` keeps it; what is wrong is said, and nothing of it is kept."""
    said = tmp_path / "said"
    program = f"{sys.executable} -c \"import sys; open('{said}', 'w').write(sys.argv[1][-4:])\""

    async def story(app: StandApp, pilot: Play) -> None:
        await _opened(app, pilot)
        _type(app, "stall", "soon")
        await until(pilot, lambda: '"soon" is no number of seconds' in _says(app))
        _type(app, "stall", "45")
        _type(app, "addresses", "nowhere")
        await pilot.press("right", "enter")
        await until(pilot, lambda: "nowhere: no address that Apprise knows" in _says(app))
        assert not choice_file().exists()
        _type(app, "addresses", "")
        _type(app, "command", program)
        await pilot.press("right", "f3")  # without the terminal, which here is the tests' own
        await until(pilot, said.exists)
        await until(pilot, lambda: "It was sent." in _says(app))
        _type(app, "addresses", "json://user:secret@localhost/")
        await pilot.press("right", "enter")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await until(pilot, lambda: "the terminal, a command, json://" in seen(app))
        assert "secret" not in seen(app)

    told(tmp_path, SettingsScreen(), story)
    kept = Choice.load()
    assert said.read_text() == "/RUN"
    assert (kept.terminal, kept.addresses) == (True, ("json://user:secret@localhost/",))
    assert (kept.least_s, kept.stall_s, len(kept.command)) == (60.0, 45.0, 3)


def test_addresses_are_hidden_unless_they_are_typed(tmp_path: Path) -> None:
    """There are passwords in them; esc leaves all as it was."""
    Choice(addresses=("json://user:secret@localhost/",)).save()

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "json://" in seen(app))
        await pilot.press("end", "enter")
        await until(pilot, lambda: isinstance(app.screen, NotifyForm))
        await until(pilot, lambda: "terminal" in seen(app))
        assert "secret" not in seen(app)
        app.screen.query_one(Addresses).focus()
        await until(pilot, lambda: "secret" in seen(app))
        _type(app, "addresses", "")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, SettingsScreen))

    told(tmp_path, SettingsScreen(), story)
    assert Choice.load().addresses == ("json://user:secret@localhost/",)
