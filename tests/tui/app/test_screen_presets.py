"""The first screen."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from engine.spec.presets import listings
from tests.tui.app.stage import BOTH_SIZES, sizes
from tests.tui.app.stand import StandApp, made_run, seen, told, until
from tui.screens.presets import PresetsScreen
from tui.screens.table import TableScreen

Play = Pilot[object]


@pytest.fixture(autouse=True)
def own_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No presets of the person who runs the tests."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@BOTH_SIZES
def test_says_where_to_start(tmp_path: Path, size: tuple[int, int]) -> None:
    """An example, one's own table and what was done last are on top; the text says what is seen."""
    made_run(tmp_path)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Go on with Small" in seen(app))
        lines = [line.rstrip() for line in seen(app).splitlines()]
        assert "enter opens it" in lines[0]
        listed = [line[:30].split() for line in lines[1:5]]
        assert listed[:3] == [
            ["Where", "to", "start"],
            ["Start", "here", "Two", "moons"],
            ["Your", "own", "table…"],
        ]
        assert " ".join(listed[3]).startswith("Go on with Small comp")
        assert "space trains it" in seen(app)
        await until(pilot, lambda: "You will see: The boundary" in seen(app))
        await until(pilot, lambda: "● upper moon" in seen(app) or size == (80, 24))
        assert "Tutorials" in seen(app)
        assert "Playground" in seen(app)

    told(tmp_path, PresetsScreen(), story, size=size)


@BOTH_SIZES
def test_each_start_opens(tmp_path: Path, size: tuple[int, int]) -> None:
    """The example is on the workbench, the table is asked for, the run is opened."""
    run = made_run(tmp_path)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Go on with Small" in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: [name for name, _ in app.chosen] == ["moons"])
        await pilot.press("down")
        await until(pilot, lambda: tells(app, "say which column to predict"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TableScreen))
        await pilot.press("escape", "down", "enter")
        await until(pilot, lambda: app.watched == [run])

    told(tmp_path, PresetsScreen(), story, size=size)


@BOTH_SIZES
def test_titles_stand_beside_names_that_say_less(tmp_path: Path, size: tuple[int, int]) -> None:
    """`moons` is Two moons; `circle` says it all."""

    async def story(app: StandApp, pilot: Play) -> None:
        rows = [line[:28].split() for line in seen(app).splitlines()]  # without the scrollbar
        assert ["moons", "Two", "moons"] in rows
        assert size == (80, 24) or ["digits", "Small", "digits"] in rows
        assert ["▸", "circle"] in rows

    told(tmp_path, PresetsScreen(), story, size=size)


@BOTH_SIZES
def test_a_repaired_sibling_is_folded_under_its_original(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """→ shows it, ← folds it away and leads back to the original."""

    async def story(app: StandApp, pilot: Play) -> None:
        assert "circle-repaired" not in seen(app)
        await pilot.press("down", "down")
        await until(pilot, lambda: tells(app, "as the doctor repairs it: → shows it"))
        await pilot.press("right", "down")
        await until(pilot, lambda: "The unit circle again" in seen(app))
        assert "▾ circle" in seen(app)
        await pilot.press("left")
        await until(pilot, lambda: "Does a point lie inside" in seen(app))
        assert "▸ circle" in seen(app)
        await pilot.press("slash", *"circle-rep", "enter")
        await until(pilot, lambda: [name for name, _ in app.chosen] == ["circle-repaired"])
        await until(pilot, lambda: "▾ circle" in seen(app))

    told(tmp_path, PresetsScreen(), story, size=size)


def one_line(app: StandApp) -> str:
    """What is beside the list, as one line."""
    left = app.screen.query_one("#about").region.x
    return " ".join(" ".join(line[left:] for line in seen(app).splitlines()).split())


def tells(app: StandApp, text: str) -> bool:
    return text in one_line(app)


def test_texts_begin_with_what_is_seen() -> None:
    """No preset greets a person with what goes wrong."""
    from engine.spec.toml_text import read_raw

    for listing in listings()[0]:
        first = re.split(r"(?<=[.;]) ", str(read_raw(listing.path)["expect"]))[0]
        assert not re.search(r"not measured|far from|hardly|although|\bno\b", first, re.I), first


def test_each_preset_is_described_once(tmp_path: Path) -> None:
    """Going away and coming back asks the trainer nothing again."""

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("down", "down")
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
        await pilot.press("down", "down")
        for listing in listings()[0]:
            await until(pilot, partial(tells, app, listing.summary))
            await pilot.press("right", "down")

    told(tmp_path, PresetsScreen(), story)


def test_data_that_is_not_here_is_said(tmp_path: Path) -> None:
    """Looking at MNIST downloads nothing and says so."""

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("slash", *"mnist-rep")
        await until(pilot, lambda: "The data is not here yet" in seen(app))
        assert "MNIST" not in "".join(app.controller.described)

    told(tmp_path, PresetsScreen(), story)


def test_filter_narrows_and_esc_clears(tmp_path: Path) -> None:
    """What is typed after / narrows the list, and esc shows all of it again."""

    async def story(app: StandApp, pilot: Play) -> None:
        entries = app.screen.query_one(OptionList)
        before = entries.option_count
        await pilot.press("slash", *"spiral")
        await until(pilot, lambda: entries.option_count == 1)
        await pilot.press("escape")
        await until(pilot, lambda: entries.option_count == before)
        assert app.focused is entries
        await pilot.press("slash", *"no such thing")
        await until(pilot, lambda: "nothing is called so" in seen(app))
        await pilot.press("enter", "enter", "escape")
        await until(pilot, lambda: entries.option_count == before)

    told(tmp_path, PresetsScreen(), story)


@BOTH_SIZES
def test_enter_opens_what_is_called_so(tmp_path: Path, size: tuple[int, int]) -> None:
    """One enter behind the filter opens the best match, and the list is whole again behind it."""

    async def story(app: StandApp, pilot: Play) -> None:
        entries = app.screen.query_one(OptionList)
        before = entries.option_count
        await pilot.press("slash", *"digits")
        await until(pilot, lambda: entries.option_count < before)
        listed = [str(option.prompt).split()[0] for option in entries.options]
        assert listed[:2] == ["digits", "digits-first-half"]
        assert "resnet-digits" in listed
        assert "mnist" in listed
        await pilot.press("enter")
        await until(pilot, lambda: app.chosen)
        name, experiment = app.chosen[0]
        assert (name, experiment.data.name) == ("digits", "digits")
        assert entries.option_count == before
        assert not app.screen.query_one("#filter", Input).display
        assert app.focused is entries
        highlighted = entries.highlighted
        assert highlighted is not None
        assert str(entries.options[highlighted].prompt).split() == ["digits", "Small", "digits"]

    told(tmp_path, PresetsScreen(), story, size=size)


def test_arrows_choose_among_what_the_filter_leaves(tmp_path: Path) -> None:
    """While one types: ↓ and enter open the second."""

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("slash", *"digits", "down", "enter")
        await until(pilot, lambda: [name for name, _ in app.chosen] == ["digits-first-half"])

    told(tmp_path, PresetsScreen(), story)


@BOTH_SIZES
def test_live_runs_on_top_past_ones_last(tmp_path: Path, size: tuple[int, int]) -> None:
    """What is trained now is among the starts, what is over closes the list; enter opens it."""
    live = made_run(tmp_path, "first", reason=None, is_live=True)
    over = made_run(tmp_path, "second")

    async def story(app: StandApp, pilot: Play) -> None:
        entries = app.screen.query_one(OptionList)
        await until(pilot, lambda: str(entries.options[-2].prompt) == "Recent runs")
        assert str(entries.options[3].prompt).startswith("▶ Go on with First  running")
        assert str(entries.options[-1].prompt).split() == ["Second", "completed,", "now"]
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: app.watched == [live])
        await pilot.press("end", "enter")
        await until(pilot, lambda: app.watched == [live, over])

    told(tmp_path, PresetsScreen(), story, size=size)


def test_a_broken_preset_takes_down_itself_only(tmp_path: Path) -> None:
    """A file with a mistake says what is wrong; its markup stays text; enter opens nothing."""
    folder = tmp_path / "config" / "perceptui" / "presets"
    folder.mkdir(parents=True)
    broken = 'title = "[red]Own[/red]"\ndata = "nothing()"\n'
    (folder / "zebra.toml").write_text(broken, "utf-8")

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("slash", *"zebra")
        await until(pilot, lambda: "nothing()" in seen(app) or "unknown data" in seen(app))
        assert "[red]Own[/red]" in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.notices)
        assert not app.chosen

    told(tmp_path, PresetsScreen(), story)


def test_narrow_screens_show_the_list_with_the_summary_below(tmp_path: Path) -> None:
    """At 60×20 the list is there alone, with the summary at the foot."""

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("down", "down")
        await until(pilot, lambda: "Does a point lie inside" in seen(app))
        lines = seen(app).splitlines()
        assert any("Does a point lie inside" in line for line in lines[-5:])
        assert "Teaches: " not in seen(app)

    told(tmp_path, PresetsScreen(), story, size=(60, 20))


def test_ascii_screens_hold_only_ascii(tmp_path: Path) -> None:
    """With ASCII glyphs nothing of the list and the text leaves ASCII."""

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("down", "down")
        await until(pilot, lambda: "X inside 1" in seen(app))
        assert {c for c in seen(app) if not c.isascii()} <= set("▁▂▃▄▅▆▇█")  # the scroll bar's

    told(tmp_path, PresetsScreen(), story, app=StandApp(tmp_path, ascii_only=True))


@sizes((20, 5), (1, 1), others=((40, 10), (5, 2)))
def test_tiny_screens_do_not_break(tmp_path: Path, size: tuple[int, int]) -> None:
    """The cursor can be moved and the filter used at any size."""

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("down", "slash", "a", "escape")
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: "Teaches: " in seen(app))

    told(tmp_path, PresetsScreen(), story, size=size)


def test_lessons_come_first_for_who_has_never_trained(tmp_path: Path) -> None:
    """Three of the course and a way to all; enter plays one. Later a line among the starts."""

    async def story(app: StandApp, pilot: Play) -> None:
        lines = [line[:30].strip() for line in seen(app).splitlines()[1:7]]
        assert lines[0] == "Learn by doing"
        assert lines[1:4] == ["A first network", "One step by hand", "Inside or outside?"]
        assert lines[4:] == ["All lessons…", "Where to start"]
        await pilot.press("home", "enter")
        assert app.lessons == ["first-network"]

    told(tmp_path, PresetsScreen(), story)
    made_run(tmp_path)

    async def later(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Go on with" in seen(app))
        assert "Learn by doing" not in seen(app)
        assert "Lessons…" in seen(app)

    told(tmp_path, PresetsScreen(), later)
