"""The runs screen and the comparison."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.app.stand import StandApp, made_run, seen, told, until
from tui.past.comparison import compare, differences, flat
from tui.screens.compare import CompareScreen
from tui.screens.runs import RunsScreen

Play = Pilot[object]


def test_an_empty_list_says_how_to_fill_it(tmp_path: Path) -> None:
    """Where nothing was trained, the screen says what to press; no key does harm."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "There are no runs" in seen(app))
        assert "press space" in seen(app)
        await pilot.press("enter", "space", "c", "delete", "escape")
        await until(pilot, lambda: not isinstance(app.screen, RunsScreen))

    told(tmp_path, RunsScreen(), story)


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_lists_what_came_out_live_ones_first(tmp_path: Path, size: tuple[int, int]) -> None:
    """State, epochs, loss and accuracy of each run; the live one on top."""
    made_run(tmp_path, "over", loss=0.125)
    made_run(tmp_path, "alive", reason=None, is_live=True)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "over-" in seen(app))
        lines = [
            line.split() for line in seen(app).splitlines() if "alive-" in line or "over-" in line
        ]
        assert lines[0][1:3] == ["running", "0"]
        assert lines[1][1:] == ["completed", "12", "0.1250", "0.750"]

    told(tmp_path, RunsScreen(), story, size=size)


def test_enter_opens_and_c_continues(tmp_path: Path) -> None:
    """Enter opens the run under the cursor; c goes on with one that ended early only."""
    over = made_run(tmp_path, "over")

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "over-" in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.watched == [over])
        await pilot.press("c")
        await until(pilot, lambda: app.notices)
        assert "is over (completed)" in app.notices[0]
        stopped = made_run(tmp_path, "stopped", reason="stopped")
        await until(pilot, lambda: "stopped-" in seen(app))  # the screen looks again by itself
        await pilot.press("home", "c")
        await until(pilot, lambda: app.resumed == [stopped])

    told(tmp_path, RunsScreen(), story)


def test_delete_asks_first(tmp_path: Path) -> None:
    """Esc and enter keep the run, y deletes its directory."""
    run = made_run(tmp_path)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "small-" in seen(app))
        for no in ("escape", "enter"):
            await pilot.press("delete")
            await until(pilot, lambda: "can't be undone" in seen(app))
            await pilot.press(no)
            await until(pilot, lambda: "can't be undone" not in seen(app))
            assert run.path.exists()
        await pilot.press("delete")
        await until(pilot, lambda: "can't be undone" in seen(app))
        await pilot.press("y")
        await until(pilot, lambda: "There are no runs" in seen(app))
        assert not run.path.exists()

    told(tmp_path, RunsScreen(), story)


def test_marked_runs_are_deleted_together(tmp_path: Path) -> None:
    """Two marked runs go after one question that names them; the one under the cursor stays."""
    kept, one, two = (made_run(tmp_path, name) for name in ("kept", "one", "two"))

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "one-" in seen(app))
        names = [line for line in seen(app).splitlines() if "completed" in line]
        for line in names:
            await pilot.press("down" if "kept-" in line else "space")
        await pilot.press("home", *["down"] * [("kept-" in line) for line in names].index(True))
        await pilot.press("delete")
        await until(pilot, lambda: "Delete 2 runs" in seen(app))
        await pilot.press("y")
        await until(pilot, lambda: not one.path.exists() and not two.path.exists())
        assert kept.path.exists()

    told(tmp_path, RunsScreen(), story)


def test_a_run_with_foreign_files_is_not_deleted(tmp_path: Path) -> None:
    """What is not a run's is named, without asking, and all stays."""
    run = made_run(tmp_path)
    (run.path / "notes.txt").touch()

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "small-" in seen(app))
        await pilot.press("delete")
        await until(pilot, lambda: app.notices)
        assert "holds what no run writes: notes.txt" in app.notices[0]
        assert isinstance(app.screen, RunsScreen)
        assert run.path.exists()

    told(tmp_path, RunsScreen(), story)


def test_live_runs_are_not_deleted(tmp_path: Path) -> None:
    """Delete on a live run says why not, without asking."""
    run = made_run(tmp_path, reason=None, is_live=True)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "small-" in seen(app))
        await pilot.press("delete")
        await until(pilot, lambda: app.notices)
        assert "stop it first" in app.notices[0]
        assert isinstance(app.screen, RunsScreen)
        assert run.path.exists()

    told(tmp_path, RunsScreen(), story)


@pytest.mark.parametrize("key", ["equals_sign", "enter"])
def test_marked_runs_are_compared(tmp_path: Path, key: str) -> None:
    """Space marks, = or enter compares: what differs and what came out, side by side."""
    made_run(tmp_path, "one", loss=0.5)
    made_run(tmp_path, "two", loss=0.25, optimizer="SGD(lr=0.5)")

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "one-" in seen(app))
        await pilot.press("space", "space", key)
        await until(pilot, lambda: "What came out" in seen(app))
        rows = [line.split() for line in seen(app).splitlines()]
        assert ["optimizer.lr", "0.5", "0.1"] in [row[:3] for row in rows]
        assert ["train", "loss", "0.2500", "0.5000"] in [row[:4] for row in rows]
        assert "Training loss" in seen(app)
        await pilot.press("l")
        await until(pilot, lambda: "log scale)" in seen(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))

    told(tmp_path, RunsScreen(), story)


def test_one_mark_is_not_compared(tmp_path: Path) -> None:
    """= without two marks says what is missing."""
    made_run(tmp_path)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "small-" in seen(app))
        await pilot.press("space", "equals_sign")
        await until(pilot, lambda: app.notices)
        assert "Mark two runs" in app.notices[0]

    told(tmp_path, RunsScreen(), story)


def test_differences_are_told_field_by_field() -> None:
    """Arguments of components and single layers are compared, defaults filled in."""
    first = flat({"optimizer": "SGD(lr=0.1)", "layers": ["Linear(4)"], "epochs": 3, "title": "A"})
    second = flat({"optimizer": "SGD(lr=0.1, momentum=0.9)", "layers": ["Linear(4)", "ReLU()"]})
    second |= {"epochs": "3"}
    assert list(differences([first, second])) == [
        ("optimizer.momentum", ["0.0", "0.9"]),
        ("layers.1", ["-", "ReLU()"]),
    ]


def test_comparison_reads_what_is_there(tmp_path: Path) -> None:
    """A run without an end and one whose record is gone are compared all the same."""
    ended, open_ended = made_run(tmp_path, "a"), made_run(tmp_path, "b", reason=None)
    (open_ended.path / "experiment.toml").unlink()
    outcomes = dict(compare([ended, open_ended]).outcomes)
    assert outcomes["ended"] == ["completed", "-"]
    assert outcomes["train loss"] == ["0.2500", "-"]


@pytest.mark.parametrize("size", [(60, 20), (20, 5), (3, 2)])
def test_small_screens_do_not_break(tmp_path: Path, size: tuple[int, int]) -> None:
    """List and comparison are drawn at any size."""
    runs = [made_run(tmp_path, name) for name in ("one", "two")]

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("space", "down", "space", "up")
        app.push_screen(CompareScreen(runs))
        await pilot.pause()
        await pilot.press("l", "down")
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: "What came out" in seen(app))

    told(tmp_path, RunsScreen(), story, size=size)
