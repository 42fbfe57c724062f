"""The first screen."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from engine.spec.presets import listings
from tests.tui.app.stand import StandApp, made_run, seen, told, until
from tui.screens.presets import PresetsScreen

Play = Pilot[object]


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No presets of the person who runs the tests."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_says_what_to_press_and_what_a_preset_teaches(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """The groups are listed, and text and network of the first preset stand beside them."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Does a point lie inside" in seen(app))
        text = seen(app)
        assert "enter opens it" in text
        assert "Tutorials" in text
        assert "Playground" in text
        assert "Teaches: " in text
        await until(pilot, lambda: "Expect: " in seen(app))
        await until(pilot, lambda: "Measured: " in seen(app))

    told(tmp_path, PresetsScreen(), story, size=size)


def test_data_and_layers_are_drawn(tmp_path: Path) -> None:
    """The described points and every layer with its parameters are on the screen."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "▲ inside 1" in seen(app))
        text = seen(app)
        assert "● outside 1" in text
        assert "Linear(4)" in text
        assert [line.split()[-1] for line in text.splitlines() if "Total" in line] == ["17"]
        assert app.controller.described == ["circle()"]

    told(tmp_path, PresetsScreen(), story)


def shows(app: StandApp, text: str) -> bool:
    return text in seen(app)


def test_each_preset_is_described_once(tmp_path: Path) -> None:
    """Going away and coming back asks the trainer nothing again."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "inside 1" in seen(app))
        await pilot.press("down")
        await until(pilot, lambda: len(app.controller.described) == 2)
        await pilot.press("up")
        await until(pilot, lambda: "Does a point lie inside" in seen(app))
        assert "inside 1" in seen(app)
        assert len(app.controller.described) == 2

    told(tmp_path, PresetsScreen(), story)


def test_every_preset_can_be_looked_at(tmp_path: Path) -> None:
    """The cursor passes over every shipped preset, and each shows its title."""

    async def story(app: StandApp, pilot: Play) -> None:
        for listing in listings()[0]:
            await until(pilot, partial(shows, app, listing.title))
            await pilot.press("down")

    told(tmp_path, PresetsScreen(), story)


def test_data_that_is_not_here_is_said(tmp_path: Path) -> None:
    """Looking at MNIST downloads nothing and says so."""

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("slash", *"mnist-rep", "enter")
        await until(pilot, lambda: "The data is not here yet" in seen(app))
        assert "MNIST" not in "".join(app.controller.described)

    told(tmp_path, PresetsScreen(), story)


def test_filter_narrows_and_esc_clears(tmp_path: Path) -> None:
    """What is typed after / narrows the list, and esc shows all of it again."""

    async def story(app: StandApp, pilot: Play) -> None:
        entries = app.screen.query_one(OptionList)
        before = entries.option_count
        await pilot.press("slash", *"spiral")
        await until(pilot, lambda: entries.option_count == 2)
        await pilot.press("escape")
        await until(pilot, lambda: entries.option_count == before)
        assert app.focused is entries
        await pilot.press("slash", *"no such thing")
        await until(pilot, lambda: "nothing is called so" in seen(app))
        await pilot.press("enter", "enter", "escape")
        await until(pilot, lambda: entries.option_count == before)

    told(tmp_path, PresetsScreen(), story)


def test_enter_chooses_the_preset(tmp_path: Path) -> None:
    """Enter posts PresetChosen with the name and the checked experiment."""

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("slash", *"spiral", "enter", "enter")
        await until(pilot, lambda: app.chosen)
        name, experiment = app.chosen[0]
        assert (name, experiment.data.name) == ("spiral", "spiral")

    told(tmp_path, PresetsScreen(), story)


def test_recent_runs_live_ones_on_top(tmp_path: Path) -> None:
    """Runs are listed last, the live one first of them, and enter opens it."""
    live = made_run(tmp_path, "first", reason=None, is_live=True)
    made_run(tmp_path, "second")

    async def story(app: StandApp, pilot: Play) -> None:
        entries = app.screen.query_one(OptionList)
        await until(pilot, lambda: str(entries.options[-3].prompt) == "Recent runs")
        first, second = [str(option.prompt) for option in entries.options[-2:]]
        assert first.startswith("▶ first-")
        assert first.endswith("running")
        assert second.endswith("completed")
        await pilot.press("end", "up", "enter")
        await until(pilot, lambda: app.watched)
        assert app.watched == [live]

    told(tmp_path, PresetsScreen(), story)


def test_a_broken_preset_takes_down_itself_only(tmp_path: Path) -> None:
    """A file with a mistake says what is wrong; its markup stays text; enter opens nothing."""
    folder = tmp_path / "config" / "perceptui" / "presets"
    folder.mkdir(parents=True)
    broken = 'title = "[red]Own[/red]"\ndata = "nothing()"\n'
    (folder / "zebra.toml").write_text(broken, "utf-8")

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("slash", *"zebra", "enter")
        await until(pilot, lambda: "nothing" in seen(app))
        assert "[red]Own[/red]" in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.notices)
        assert not app.chosen

    told(tmp_path, PresetsScreen(), story)


def test_narrow_screens_show_the_list_with_the_summary_below(tmp_path: Path) -> None:
    """At 60×20 the list is there alone, with the summary at the foot."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Does a point lie inside" in seen(app))
        lines = seen(app).splitlines()
        assert any("Does a point lie inside" in line for line in lines[-5:])
        assert "Teaches: " not in seen(app)

    told(tmp_path, PresetsScreen(), story, size=(60, 20))


def test_ascii_screens_hold_only_ascii(tmp_path: Path) -> None:
    """With ASCII glyphs nothing of the list and the text leaves ASCII."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "X inside 1" in seen(app))
        assert {c for c in seen(app) if not c.isascii()} <= set("▁▂▃▄▅▆▇█")  # the scroll bar's

    told(tmp_path, PresetsScreen(), story, app=StandApp(tmp_path, ascii_only=True))


@pytest.mark.parametrize("size", [(40, 10), (20, 5), (5, 2), (1, 1)])
def test_tiny_screens_do_not_break(tmp_path: Path, size: tuple[int, int]) -> None:
    """The cursor can be moved and the filter used at any size."""

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("down", "slash", "a", "escape")
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: "Teaches: " in seen(app))

    told(tmp_path, PresetsScreen(), story, size=size)
