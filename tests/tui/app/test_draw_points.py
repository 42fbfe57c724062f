"""Points are drawn on a plane with the mouse or keys, written to a file, and trained on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.errors import UsageError
from engine.spec.experiment_reader import from_raw
from tests.engine.parts.data.made import NOWHERE
from tests.tui.app.stage import BOTH_SIZES
from tests.tui.app.stand import StandApp, seen, small_experiment, told, until
from tui.editing import drawn_points
from tui.editing.drawn_points import Point, problem, read, written
from tui.screens.data import DataScreen
from tui.screens.draw_points import DrawPointsScreen
from tui.widgets.plane_pad import SPRAYED, Placed, PlanePad

Play = Pilot[object]


def pad(app: StandApp) -> PlanePad:
    return app.screen.query_one(PlanePad)


@BOTH_SIZES
def test_the_mouse_sprays_and_the_other_button_erases(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Each place that is passed gets a few points around it; a stroke is taken back as one."""

    async def story(app: StandApp, pilot: Play) -> None:
        plane = pad(app)
        await pilot.mouse_down(plane, offset=(30, 8))
        await pilot.hover(plane, offset=(31, 8))
        await pilot.mouse_up(plane, offset=(31, 8))
        assert plane.counts == [2 * SPRAYED]
        middle = plane.where(31, 8.5)
        reach = 10 * (plane.where(1, 0)[0] - plane.where(0, 0)[0])
        assert all(
            abs(one.x1 - middle[0]) < reach and abs(one.x2 - middle[1]) < reach
            for one in plane.points
        )
        await pilot.hover(plane, offset=(50, 8))
        assert plane.counts == [2 * SPRAYED]
        await pilot.press("2")
        await pilot.mouse_down(plane, offset=(10, 3))
        await pilot.mouse_up(plane, offset=(10, 3))
        assert plane.counts == [2 * SPRAYED, SPRAYED]
        assert "A 16" in seen(app)
        assert "B 8" in seen(app)
        await pilot.press("e")
        await pilot.mouse_down(plane, offset=(10, 3))
        await pilot.mouse_up(plane, offset=(10, 3))
        assert plane.counts != [2 * SPRAYED, SPRAYED]
        await pilot.press("z")
        assert plane.counts == [2 * SPRAYED, SPRAYED]
        await pilot.press("z", "z")
        assert plane.points == ()

    told(tmp_path, DrawPointsScreen(), story, size=size)


def test_an_empty_plane_has_its_axes(tmp_path: Path) -> None:
    """With whole numbers where they lie, and the names that the features will have."""

    async def story(app: StandApp, pilot: Play) -> None:
        plane = pad(app)
        rows = [row.plain for row in plane.make_rows(*plane.size)]
        left, top = plane.cell(0, 0)
        for number in (-1, 1):
            column, row = plane.cell(number, 0)[0], plane.cell(0, number)[1]
            assert rows[top][column] == rows[row][left] == "┼"
            assert str(number) in rows[top + 1][column - 1 : column + 2]
            assert str(number) in rows[row][left + 1 : left + 5]
        assert "x2" in rows[0]
        assert rows[top - 1].endswith("x1")
        await pilot.press("space")
        assert plane.counts == [SPRAYED]

    told(tmp_path, DrawPointsScreen(), story)


def test_keys_put_single_points_where_the_cursor_is(tmp_path: Path) -> None:
    """Anywhere in its cell; the eraser takes those of a cell and around it."""

    async def story(app: StandApp, pilot: Play) -> None:
        plane = pad(app)
        await pilot.press("s", "space", "right", "right", "space", "3", "up", "space")
        assert [one.kind for one in plane.points] == [0, 0, 2]
        first, second, third = (plane.cell(one.x1, one.x2) for one in plane.points)
        assert second == (first[0] + 2, first[1])
        assert third == (second[0], second[1] - 1)
        await pilot.press("e", "space")
        assert [plane.cell(one.x1, one.x2) for one in plane.points] == [first]
        await pilot.press("c")
        assert plane.points == ()

    told(tmp_path, DrawPointsScreen(), story)


def test_a_place_and_its_cell_agree(tmp_path: Path) -> None:
    """What is put into a cell lies in it, whatever the size; up is up."""

    async def story(app: StandApp, pilot: Play) -> None:
        plane = pad(app)
        for column, row in ((0, 0), (7, 3), (60, 17)):
            assert plane.cell(*plane.where(column + 0.25, row + 0.75)) == (column, row)
        assert plane.where(0, 0)[1] > 0 > plane.where(0, plane.size.height)[1]
        assert plane.where(0, 0)[0] < 0 < plane.where(plane.size.width, 0)[0]

    told(tmp_path, DrawPointsScreen(), story)


def test_points_become_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Classes make a table; of one class alone there is nothing to tell apart, but more to make."""
    monkeypatch.chdir(tmp_path)
    points: list[Point] = [(0.0, 1.0, 0), (0.5, -1.0, 1), (0.25, 0.0, 1), (-1.0, 0.125, 0)]
    call = written("mine", points)
    assert call == 'csv("mine.csv", "class")'
    assert read(Path("mine.csv")) == points
    loaded = from_raw({**_RAW, "data": call}).data.load(NOWHERE)
    assert loaded.inputs.tolist() == [[x1, x2] for x1, x2, _ in points]
    assert loaded.targets.tolist() == [0, 1, 1, 0]
    assert loaded.facts.planar
    assert loaded.facts.classes == ("A", "B")
    call = written("mine.csv", [(x1, x2, 2) for x1, x2, _ in points])
    assert call == 'points("mine.csv")'
    assert read(Path("mine.csv")) == [(x1, x2, 0) for x1, x2, _ in points]


_RAW = {
    "layers": ["Linear(2)"],
    "loss": "CrossEntropyLoss()",
    "optimizer": "SGD(lr=0.1)",
}


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([(0.0, 0.0, 0)] * 3, "there are 3 points: draw 4 or more"),
        ([(0.0, 0.0, 0)] * 4 + [(0.0, 0.0, 2)], "class C has 1 point"),
    ],
)
def test_what_can_not_be_trained_on_is_told(
    points: list[Point], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no file is written."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=message):
        written("mine", points)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_something_else_has_no_points(tmp_path: Path) -> None:
    """Nor has one without a line, one that is not there, or a pipe, for which nobody waits."""
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    for name in ("pipe", "empty", "other", "none"):
        assert read(tmp_path / f"{name}.csv") == []


def test_a_name_stays_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file is asked about; what holds something else is read as no points."""
    monkeypatch.chdir(tmp_path)
    assert problem("../mine")
    assert not problem("mine")
    assert not drawn_points.replaced("mine")
    Path("mine.csv").write_text("a,b\n1,2\n")
    assert "mine.csv is there already" in drawn_points.replaced("mine")
    assert read(Path("mine.csv")) == []
    assert read(Path("nothing.csv")) == []
    Path("mine.csv").write_text("x1,x2\n1,nan\n")
    assert read(Path("mine.csv")) == []


def test_from_the_data_sets_to_the_experiment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn, named, written, and the data of the experiment that is open; drawn on from there."""
    monkeypatch.chdir(tmp_path)

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, DrawPointsScreen))
        await pilot.press("space", "2", *["up"] * 3, "space", "enter")
        await until(pilot, lambda: "Write the points into this folder" in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: "points.csv" in str(app.draft.raw["data"]))
        assert app.draft.experiment is not None
        app.push_screen(DataScreen())
        await pilot.pause()
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, DrawPointsScreen))
        assert pad(app).counts == [SPRAYED, SPRAYED]

    app = StandApp(tmp_path)
    app.draft.load("small", small_experiment())
    told(tmp_path, DataScreen(), story, app=app)


def test_outside_is_not_drawn(tmp_path: Path) -> None:
    """Points of a larger window stay where they are."""

    async def story(app: StandApp, pilot: Play) -> None:
        assert pad(app).counts == [2]
        assert seen(app).count("●") == 2

    points = [(0.5, 0.5, 0), (50.0, 50.0, 0)]
    told(tmp_path, DrawPointsScreen("mine", [Placed(*one) for one in points]), story)
