"""The runs screen and the comparison."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.text import Text
from textual.pilot import Pilot

from engine.errors import PerceptuiError
from engine.evaluation.judgement import Judgement
from engine.evaluation.judging import judge
from engine.runs.accepted import accepted_at
from engine.runs.known_runs import KnownRuns, ListedRun
from engine.service.protocol import RunsCompared
from tests.engine.evaluation.samples import random_classes
from tests.tui.app.idle import Gate
from tests.tui.app.judged import CONTEST, JUDGED, compared
from tests.tui.app.stage import BOTH_SIZES
from tests.tui.app.stand import StandApp, made_run, seen, told, until
from tests.tui.renderables.test_compared_pictures import divided
from tui.past.comparison import compare
from tui.renderables.table import Sheet
from tui.screens import runs as runs_screen
from tui.screens.choice import ChoiceScreen
from tui.screens.compare import CompareScreen
from tui.screens.evaluate import EvaluateScreen
from tui.screens.runs import RunsScreen
from tui.widgets.run_list import RunList

Play = Pilot[object]


def listed(app: StandApp, title: str) -> bool:
    """Whether a run of this title is seen."""
    return any(line.split()[:1] == [title] for line in seen(app).splitlines())


def test_an_empty_list_says_how_to_fill_it(tmp_path: Path) -> None:
    """Where nothing was trained, the screen says what to press; no key does harm."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "There are no runs" in seen(app))
        assert "press space" in seen(app)
        await pilot.press("enter", "space", "c", "delete", "escape")
        await until(pilot, lambda: not isinstance(app.screen, RunsScreen))

    told(tmp_path, RunsScreen(), story)


@BOTH_SIZES
def test_lists_what_came_out_live_ones_first(tmp_path: Path, size: tuple[int, int]) -> None:
    """State, epochs, loss and accuracy of each run; the live one on top."""
    made_run(tmp_path, "over", loss=0.125)
    made_run(tmp_path, "alive", reason=None, is_live=True)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Over " in seen(app))
        lines = [
            line.split() for line in seen(app).splitlines() if "Alive" in line or "Over" in line
        ]
        assert lines[0][:2] == ["Alive", "running"]
        assert lines[1][:2] == ["Over", "completed"]
        assert "0.750" in lines[1]

    told(tmp_path, RunsScreen(), story, size=size)


def test_the_list_fills_as_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest are there while the others are still read, and it says that more come."""
    for name in ("a", "b", "c", "d"):
        made_run(tmp_path, name)
    gate = Gate()
    whole = KnownRuns.newest_first

    def halting(known: KnownRuns, limit: int | None = None) -> Iterator[ListedRun]:
        for place, one in enumerate(whole(known, limit)):
            if place == 2:
                gate.pass_through()
            yield one

    monkeypatch.setattr(KnownRuns, "newest_first", halting)
    monkeypatch.setattr(runs_screen, "SLICE_S", 0.0)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Runs: 2 read, and more to come" in seen(app))
        assert [listed(app, name) for name in "DCA"] == [True, True, False]
        await pilot.press("down")
        gate.open()
        await until(pilot, lambda: listed(app, "A"))
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
        await until(pilot, lambda: "N59" in seen(app))
        await pilot.press("end")
        await until(pilot, lambda: "N00" in seen(app))
        height = app.screen.query_one(RunList).size.height
        assert sorted(made) == [*range(height), *range(60 - height, 60)]
        await pilot.press("pageup")
        await until(pilot, lambda: f"N{height:02}" in seen(app))

    told(tmp_path, RunsScreen(), story, size=(80, 24))


def test_an_unreadable_run_is_listed_with_its_reason(tmp_path: Path) -> None:
    """Among the others, which are as they were."""
    (made_run(tmp_path, "bad").path / "events.jsonl").write_bytes(b"half a li")
    made_run(tmp_path, "good")

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Good " in seen(app))
        runs = app.screen.query_one(RunList).runs
        await pilot.press("home", *["down"] * ["-bad-" in one.run.name for one in runs].index(True))
        reason = "unreadable (events.jsonl: no line of it can be read)"
        await until(pilot, lambda: reason in seen(app))
        assert "completed" in seen(app)

    told(tmp_path, RunsScreen(), story)


def test_enter_opens_and_c_continues(tmp_path: Path) -> None:
    """Enter opens the run under the cursor; c goes on with one, or trains on with one at its end.

    One that diverged is neither: its picture and the way back are shown first.
    """
    over = made_run(tmp_path, "over", reason="diverged")

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Over " in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.watched == [over])
        await pilot.press("c")
        await until(pilot, lambda: app.notices)
        assert "is over (diverged)" in app.notices[0]
        stopped = made_run(tmp_path, "stopped", reason="stopped")
        await until(pilot, lambda: "Stopped " in seen(app))  # the screen looks again by itself
        await pilot.press("home", "c")
        await until(pilot, lambda: app.resumed == [stopped])
        done = made_run(tmp_path, "done")
        done.directory.checkpoint("last").touch()  # without, it would be trained again
        await until(pilot, lambda: "Done " in seen(app))
        await pilot.press("home", "c")
        await until(pilot, lambda: app.resumed == [stopped, done])

    told(tmp_path, RunsScreen(), story)


def test_delete_asks_first(tmp_path: Path) -> None:
    """Esc and enter keep the run, y deletes its directory."""
    run = made_run(tmp_path)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Small " in seen(app))
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
        await until(pilot, lambda: "One " in seen(app))
        names = [line for line in seen(app).splitlines() if "completed" in line]
        for line in names:
            await pilot.press(*(["down"] if "Kept" in line else ["space", "down"]))
        await pilot.press("home", *["down"] * [("Kept" in line) for line in names].index(True))
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
        await until(pilot, lambda: "Small " in seen(app))
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
        await until(pilot, lambda: "Small " in seen(app))
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
        await until(pilot, lambda: "Three " in seen(app))
        runs = app.screen.query_one(RunList).runs
        place = [one.run for one in runs].index(third)
        for n in range(3):
            await pilot.press("home", *["down"] * n, *([] if n == place else ["space"]))
        await pilot.press("home", *["down"] * place, "enter")
        await until(pilot, lambda: app.watched == [third])

    told(tmp_path, RunsScreen(), story)


@BOTH_SIZES
def test_marked_runs_are_compared(tmp_path: Path, size: tuple[int, int]) -> None:
    """space ↓ space = is what it looks like: both are compared, the older first, scores on top."""
    layers = ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"]
    made_run(tmp_path, "one", loss=0.5)
    made_run(tmp_path, "two", loss=0.25, layers=["BatchNorm1d()", *layers])

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "One " in seen(app))
        await pilot.press("space", "down", "space")
        await until(pilot, lambda: "2 marked: = compares them" in seen(app))
        await pilot.press("equals_sign")
        await until(pilot, lambda: "What came out" in seen(app))
        lines = [line.rstrip() for line in seen(app).splitlines()]
        assert lines[1].split()[:2] == ["A", "One,"]
        assert lines[2].split()[:2] == ["B", "Two,"]
        assert lines[2].endswith(": +BatchNorm1d()")
        assert "Both come to the same train accuracy: 0.750." in lines[4]
        rows = [line.split() for line in lines]
        assert ["train", "loss", "0.5000", "0.2500"] in [row[:4] for row in rows]
        assert [row[:3] for row in rows if row[:1] and row[0].startswith("layers")] == [
            ["layers.0", "-", "BatchNorm1d()"]
        ]
        (curves,) = [n for n, line in enumerate(lines) if "Training loss" in line]
        (differs,) = [n for n, line in enumerate(lines) if "What differs" in line]
        assert lines.index(lines[4]) < differs < curves
        await pilot.press("l")
        await until(pilot, lambda: "log scale)" in seen(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))

    told(tmp_path, RunsScreen(), story, size=size)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (compared(CONTEST), "A is better on 31 samples, B on 12: p = 0.005."),
        (None, "A and B can't be compared"),
    ],
)
def test_which_is_better_on_the_same_samples(
    tmp_path: Path, found: RunsCompared | None, said: str
) -> None:
    """In a sentence below what their records say, or why it can't be said, by their letters."""
    runs = [made_run(tmp_path, name) for name in ("one", "two")]
    refusal = PerceptuiError(f"{runs[0].name} and {runs[1].name} can't be compared")

    async def story(app: StandApp, pilot: Play) -> None:
        app.controller.compared = refusal if found is None else found
        app.push_screen(CompareScreen(runs))
        await until(pilot, lambda: said in seen(app))
        if found is not None:
            await pilot.press("end")
            await until(pilot, lambda: "They disagree on 43 of 200 samples." in seen(app))

    told(tmp_path, RunsScreen(), story)


def test_what_the_networks_draw_is_compared(tmp_path: Path) -> None:
    """Each one's plane under its letter; one whose data is gone is left out."""
    runs = [made_run(tmp_path, name) for name in ("first", "second", "third")]

    async def story(app: StandApp, pilot: Play) -> None:
        app.controller.drawn = {runs[0].name: divided(1), runs[2].name: divided(3)}
        app.push_screen(CompareScreen(runs))
        await until(pilot, lambda: "What came out" in seen(app))
        await pilot.press("end")
        await until(pilot, lambda: "How they divide the plane" in seen(app))
        below = seen(app).split("How they divide the plane")[1].splitlines()
        assert below[1].split() == ["A", "C"]

    told(tmp_path, RunsScreen(), story)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (JUDGED, "Accuracy 0.900, a line"),
        (PerceptuiError("the data is gone"), "the data is gone"),
    ],
)
def test_a_run_is_judged(tmp_path: Path, found: Judgement | PerceptuiError, said: str) -> None:
    """E on a run says whether it is good, the verdict first; or why that can't be said."""
    made_run(tmp_path)

    async def story(app: StandApp, pilot: Play) -> None:
        app.controller.judgement = found
        await until(pilot, lambda: "Small " in seen(app))
        await pilot.press("E")
        await until(pilot, lambda: said in seen(app))
        assert seen(app).splitlines()[0].strip() == "How good is Small?"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))

    told(tmp_path, RunsScreen(), story)


def test_what_is_offered_is_accepted(tmp_path: Path) -> None:
    """A threshold of two classes is kept with the run, and taken back; esc keeps nothing."""
    run = made_run(tmp_path)
    offering = replace(JUDGED, threshold=judge(random_classes(200, 2)).threshold)

    async def story(app: StandApp, pilot: Play) -> None:
        app.push_screen(EvaluateScreen(run, "Small"))
        await until(pilot, lambda: "Accuracy 0.900, a line" in seen(app))
        await pilot.press("a")  # it offers nothing
        assert isinstance(app.screen, EvaluateScreen)
        await pilot.press("escape")
        app.controller.judgement = offering
        app.push_screen(EvaluateScreen(run, "Small"))
        await until(pilot, lambda: "is said above a threshold" in seen(app))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, ChoiceScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, EvaluateScreen))
        assert accepted_at(run.path, 4) is None
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, ChoiceScreen))
        await pilot.press("h")
        await until(pilot, lambda: accepted_at(run.path, 4) is not None)
        kept = accepted_at(run.path, 4)
        assert kept is not None
        assert offering.threshold is not None
        assert (kept.threshold, kept.temperature) == (offering.threshold.chosen.threshold, 1.0)
        await until(pilot, lambda: isinstance(app.screen, EvaluateScreen))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, ChoiceScreen))
        await pilot.press("n")
        await until(pilot, lambda: accepted_at(run.path, 4) is None)

    told(tmp_path, RunsScreen(), story)


@BOTH_SIZES
def test_runs_are_told_apart(tmp_path: Path, size: tuple[int, int]) -> None:
    """Of one title: by what each has otherwise, its score and its age; the name is below."""
    made_run(tmp_path, "small")
    faster = made_run(tmp_path, "small", optimizer="SGD(lr=0.5)", epochs=40)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "lr 0.5, epochs 40" in seen(app))
        rows = [line.split() for line in seen(app).splitlines() if " Small " in line]
        ages = [" ".join(row[row.index("now") :]) for row in rows]
        assert sorted(ages) == ["now", "now lr 0.5, epochs 40"]
        assert all("0.750" in row for row in rows)
        run_list = app.screen.query_one(RunList)
        run_list.cursor = [one.run for one in run_list.runs].index(faster)
        await until(pilot, lambda: f"{faster.name}: lr 0.5, epochs 40" in seen(app))

    told(tmp_path, RunsScreen(), story, size=size)


def test_one_mark_is_not_compared(tmp_path: Path) -> None:
    """= without two marks says what is missing."""
    made_run(tmp_path)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Small " in seen(app))
        await pilot.press("space", "equals_sign")
        await until(pilot, lambda: app.notices)
        assert "Mark two runs" in app.notices[0]

    told(tmp_path, RunsScreen(), story)


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
