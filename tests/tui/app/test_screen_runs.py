"""The runs screen and the comparison."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.text import Text
from textual.pilot import Pilot

from engine.runs.known_runs import KnownRuns, ListedRun
from tests.tui.app.stand import StandApp, made_run, seen, told, until
from tui.past.comparison import compare, differences, flat
from tui.renderables.table import Sheet
from tui.screens import runs as runs_screen
from tui.screens.compare import CompareScreen
from tui.screens.runs import RunsScreen
from tui.widgets.run_list import RunList

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


def test_the_list_fills_as_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest are there while the others are still read, and it says that more come."""
    for name in ("a", "b", "c", "d"):
        made_run(tmp_path, name)
    go_on = threading.Event()
    whole = KnownRuns.newest_first

    def halting(known: KnownRuns, limit: int | None = None) -> Iterator[ListedRun]:
        for place, one in enumerate(whole(known, limit)):
            assert place < 2 or go_on.wait(60)
            yield one

    monkeypatch.setattr(KnownRuns, "newest_first", halting)
    monkeypatch.setattr(runs_screen, "SLICE_S", 0.0)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Runs: 2 read, and more to come" in seen(app))
        assert ("d-" in seen(app), "c-" in seen(app), "a-" in seen(app)) == (True, True, False)
        await pilot.press("down")
        go_on.set()
        await until(pilot, lambda: "a-" in seen(app))
        await until(pilot, lambda: "to come" not in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.watched))
        assert "-c-" in app.watched[0].name

    told(tmp_path, RunsScreen(), story)


def test_only_rows_in_sight_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long list the others cost nothing, wherever the cursor is."""
    for number in range(60):
        made_run(tmp_path, f"n{number:02}")
    made: set[int] = set()
    row = Sheet.row

    def noted(sheet: Sheet, index: int, width: int) -> Text:
        made.add(index)
        return row(sheet, index, width)

    monkeypatch.setattr(Sheet, "row", noted)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "-n59-" in seen(app))
        await pilot.press("end")
        await until(pilot, lambda: "-n00-" in seen(app))
        height = app.screen.query_one(RunList).size.height
        assert sorted(made) == [*range(height), *range(60 - height, 60)]
        await pilot.press("pageup")
        await until(pilot, lambda: f"-n{height:02}-" in seen(app))

    told(tmp_path, RunsScreen(), story, size=(80, 24))


def test_an_unreadable_run_is_listed_with_its_reason(tmp_path: Path) -> None:
    """Among the others, which are as they were."""
    (made_run(tmp_path, "bad").path / "events.jsonl").write_bytes(b"half a li")
    made_run(tmp_path, "good")

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "good-" in seen(app))
        assert "unreadable (events.jsonl: no line of it can be read)" in seen(app)
        assert "completed" in seen(app)

    told(tmp_path, RunsScreen(), story)


def test_enter_opens_and_c_continues(tmp_path: Path) -> None:
    """Enter opens the run under the cursor; c goes on with one that ended early only."""
    over = made_run(tmp_path, "over")
    (over.path / "checkpoints").mkdir(exist_ok=True)
    (over.path / "checkpoints" / "last.safetensors").touch()  # without, it would go on

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


def test_enter_opens_also_where_runs_are_marked(tmp_path: Path) -> None:
    """The one under the cursor, which is not among the marked ones."""
    third, *_ = [made_run(tmp_path, name) for name in ("three", "two", "one")]

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "three-" in seen(app))
        listed = app.screen.query_one(RunList)
        place = [one.run for one in listed.runs].index(third)
        await pilot.press(*["down" if n == place else "space" for n in range(3)])
        await pilot.press("home", *["down"] * place, "enter")
        await until(pilot, lambda: app.watched == [third])

    told(tmp_path, RunsScreen(), story)


def test_marked_runs_are_compared(tmp_path: Path) -> None:
    """Space marks, = compares: what differs and what came out, side by side."""
    made_run(tmp_path, "one", loss=0.5)
    made_run(tmp_path, "two", loss=0.25, optimizer="SGD(lr=0.5)")

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "one-" in seen(app))
        await pilot.press("space", "space", "equals_sign")
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
    blocks = [flat({"layers": [f"Residual([Linear({n}), ReLU()])"]}) for n in (4, 8)]
    assert list(differences(blocks)) == [("layers.0.0", ["Linear(4)", "Linear(8)"])]


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
