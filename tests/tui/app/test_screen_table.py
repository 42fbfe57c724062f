"""A new experiment from a file, and one that is fitted to its data."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import small_experiment
from tui.screens.table import TableScreen, completed

AREAS = [50 + 7 * n % 90 for n in range(400)]
PRICES = [200_000 + 900 * area + 9000 * (n % 4) for n, area in enumerate(AREAS)]
ROWS = "Id,area,street,price\n" + "".join(
    f"{n + 1},{AREAS[n]},{('Pave', 'Grvl')[n % 2]},{PRICES[n]}\n" for n in range(400)
)


@pytest.fixture
def houses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table in the working directory, and no presets of anybody's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "houses.csv"
    path.write_text(ROWS)
    return path


@BOTH_SIZES
def test_from_a_file_to_an_experiment(houses: Path, size: tuple[int, int]) -> None:
    """n, part of a path, tab, enter: what is in it; a column, enter: the experiment."""

    async def play(stage: Stage) -> None:
        await stage.press("n", *"hou")
        await stage.until(lambda: isinstance(stage.app.screen, TableScreen))
        field = stage.app.screen.query_one("#path", Input)
        await stage.until(lambda: field._suggestion == "houses.csv")
        await stage.press("tab", "enter")
        await stage.until_seen("houses.csv: 400 rows, 4 columns", "left out: numbers the rows")
        await stage.press(*"price", "enter")
        await stage.until(lambda: stage.app.draft.name == "houses")
        data = str(stage.app.draft.raw["data"])
        assert 'ignore=["Id"]' in data
        assert "standardize_target=True" in data
        assert stage.app.draft.is_edited
        assert any("numbers the rows" in notice for notice in stage.notices)

    played(houses.parent, play, size=size, at_presets=True)


def test_what_is_no_table_is_said_in_its_place(houses: Path) -> None:
    """And the screen is left with esc."""
    (houses.parent / "page.csv").write_text("<html></html>")

    async def play(stage: Stage) -> None:
        await stage.press("n", *"page.csv", "enter")
        await stage.until_seen("the file is a web page (HTML)")
        await stage.press("escape")
        await stage.until(lambda: not isinstance(stage.app.screen, TableScreen))

    played(houses.parent, play, at_presets=True)


def test_all_faults_of_a_target_are_said(houses: Path) -> None:
    """A column that is not there leaves the table on the screen to choose another."""

    async def play(stage: Stage) -> None:
        await stage.press("n", *"houses.csv", "enter")
        await stage.until_seen("400 rows")
        await stage.press(*"prize", "enter")
        await stage.until_seen("no target column 'prize': did you mean 'price'?")

    played(houses.parent, play, at_presets=True)


def test_everything_follows_from_the_data(houses: Path) -> None:
    """F: loss, outputs, scaling and name; each change is listed, and z takes all of them back."""
    experiment = small_experiment(data=f'csv("{houses}", "street")')

    async def play(stage: Stage) -> None:
        before = dict(stage.app.draft.raw)
        await stage.press("F")
        await stage.until(lambda: stage.app.draft.name == "houses")
        assert stage.app.draft.raw["loss"] == "BCEWithLogitsLoss()"
        assert any("z takes it back" in notice and "loss: " in notice for notice in stage.notices)
        await stage.press("z")
        await stage.until(lambda: stage.app.draft.name == "iris")
        assert dict(stage.app.draft.raw) == before

    played(houses.parent, play, name="iris", experiment=experiment)


def test_other_data_is_not_fitted_to(houses: Path) -> None:
    """It is said why."""

    async def play(stage: Stage) -> None:
        await stage.press("F")
        await stage.until(lambda: any("only a table" in notice for notice in stage.notices))

    played(houses.parent, play)


def test_paths_are_completed(houses: Path) -> None:
    """With the first that begins so, a folder with its slash, nothing hidden unless asked for."""
    (houses.parent / "data").mkdir()
    (houses.parent / "data" / "x.csv").write_text("a\n1\n")
    (houses.parent / ".secret").write_text("")
    assert completed("ho") == "houses.csv"
    assert completed("da") == "data/"
    assert completed("data/") == "data/x.csv"
    assert completed("data/x.csv") is None
    assert completed(".s") == ".secret"
    assert completed("none/") is None


def test_a_column_that_is_whole_keeps_its_place(houses: Path) -> None:
    """tab behind it leads nowhere; shift+tab goes to the path; its case is ignored."""

    async def play(stage: Stage) -> None:
        await stage.press("n", *"houses.csv", "enter")
        await stage.until_seen("400 rows")
        await stage.press(*"PRICE", "tab")
        await stage.settled()
        path, target = stage.app.screen.query(Input)
        assert stage.app.focused is target
        assert target.value == "price"  # completed
        await stage.press("shift+tab")
        await stage.until(lambda: stage.app.focused is path)
        await stage.press("tab", "enter")
        await stage.until(lambda: stage.app.draft.name == "houses")

    played(houses.parent, play, at_presets=True)
