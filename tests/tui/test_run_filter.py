"""Conditions on runs: what a list knows of them, and what their experiments say."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.runs.known_runs import KnownRuns
from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import made_run
from tests.tui.command_line import Bench, perceptui
from tui.past.run_filter import conditions, matches


@pytest.mark.parametrize(
    ("text", "is_listed"),
    [
        ("", True),
        ("loss<0.5", True),
        ("loss<0.2", False),
        ("loss>=0.25 epochs=12", True),
        ("train_accuracy>=0.5", True),
        ("test_accuracy>=0.5", False),
        ("accuracy<0.1", False),
        ("data=circle", True),
        ("data=moons", False),
        ("data!=moons", True),
        ("loss=BCELoss", True),
        ("optimizer=sgd optimizer.lr<=0.1", True),
        ("optimizer.momentum>0.5", False),
        ("state=completed", True),
        ("Small", True),
        ("nothing", False),
        ("seed=0 small loss<1", True),
    ],
)
def test_conditions(tmp_path: Path, text: str, is_listed: bool) -> None:
    """Every one of them must hold; of what a run does not have none does."""
    made_run(tmp_path)
    (one,) = KnownRuns(tmp_path / "runs").newest_first()
    assert matches(one, conditions(text)) is is_listed


def test_an_unknown_name_is_refused() -> None:
    """With the nearest that there is."""
    with pytest.raises(UsageError, match='no "optimiser": did you mean optimizer'):
        conditions("optimiser=SGD")


def test_what_is_no_number_is_refused() -> None:
    """Where numbers are compared; a mistyped condition would list nothing."""
    with pytest.raises(UsageError, match="loss<a: a is no number"):
        conditions("loss<a")


def test_the_command_lists_those(bench: Bench) -> None:
    """And says so where there is none."""
    made_run(bench.folder)
    listed = perceptui("runs", "--where", "loss<0.5 data=circle", "--json").out
    assert len(listed.splitlines()) == 1
    assert "is like that" in perceptui("runs", "--where", "loss>0.5").out
    assert perceptui("runs", "--where", "los<1").code == 2


@BOTH_SIZES
def test_the_screen_lists_those(tmp_path: Path, size: tuple[int, int]) -> None:
    """/ takes conditions, enter applies them, esc lists all again and then goes back."""

    async def play(stage: Stage) -> None:
        made_run(tmp_path)
        await stage.press("R")
        await stage.until_seen("completed")
        await stage.press("slash", *"loss>0.9", "enter")
        await stage.until_seen("No run is like that", "0 of 1")
        await stage.press("escape")
        await stage.until_seen("completed")
        await stage.press("slash", *"data=circle", "enter")
        await stage.until_seen("1 of 1", "completed")
        await stage.press("escape", "escape")
        await stage.until_seen("ready small")

    played(tmp_path, play, size=size)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("loss", ["Low", "Middle", "High"]),
        ("-loss", ["High", "Middle", "Low"]),
        ("title", ["High", "Low", "Middle"]),
        ("optimizer.lr", ["Low", "High", "Middle"]),
        ("class_weights", ["High", "Low", "Middle"]),
    ],
)
def test_the_command_sorts_them(bench: Bench, sort: str, names: list[str]) -> None:
    """By a metric, a text, a field; those that have nothing there come first."""
    for name, loss, lr in (("high", 0.9, 0.2), ("low", 0.1, 0.1), ("middle", 0.5, 0.3)):
        made_run(bench.folder, name, loss=loss, optimizer=f"SGD(lr={lr})")
    assert [
        record["title"] for record in perceptui("runs", "--sort", sort, "--json").records
    ] == names


def test_sorting_by_an_unknown_name_is_refused(bench: Bench) -> None:
    """With the nearest that there is, as a condition is."""
    made_run(bench.folder)
    assert bench.refused("runs", "--sort", "los").startswith('runs know of no "los": did you mean')
