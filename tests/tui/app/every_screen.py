"""Every screen and dialog of the app, found by its class, and how somebody comes to it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

from textual.screen import Screen

import tui
from engine.notices.choice import Choice as Notices
from engine.parts.data import Facts
from tests.engine.sweeps.planned import RATES, WIDTHS, plan
from tests.tui.app.stage import Stage
from tests.tui.app.stand import made_run, small_experiment
from tests.tui.app.test_screen_sweep import made_sweep
from tui.editing.draft_items import MORE
from tui.screens.draw import DrawScreen
from tui.screens.form_frame import Form
from tui.screens.notify_form import NotifyForm
from tui.screens.table import TableScreen
from tui.screens.write import WriteScreen
from tui.widgets.editor import Editor

Way = Callable[[Stage], Awaitable[None]]
SOURCES = Path(tui.__file__).parent


def shown_kinds() -> set[str]:
    """The names of all screens that the app makes; what others only derive from is none."""
    for module in pkgutil.walk_packages(tui.__path__, "tui."):
        importlib.import_module(module.name)
    code = "\n".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    made = {*re.findall(r"(?<!class )\b([A-Z]\w*)\(", code)}
    return {
        kind.__name__
        for kind in _kinds(Screen)
        if kind.__module__.startswith("tui.")
        and kind is not Form  # a struct of this name is made elsewhere
        and kind.__name__ in made
    }


def _kinds(base: type[Screen[object]]) -> Iterator[type[Screen[object]]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


def things_to_see(folder: Path) -> None:
    """A run more to compare, a sweep and a table."""
    made_run(folder, loss=0.5)
    made_sweep(folder, plan(RATES, WIDTHS), [0.4, 0.3, 0.2, None])
    lines = "20,Oslo,1,2024-01-01,\n25,Rome,2,2024-01-02,\n" * 20
    (folder / "table.csv").write_text(f"age,city,price,day,gone\n,Oslo,3,2024-01-03,\n{lines}")


def keys(*pressed: str) -> Way:
    """By keys alone."""

    async def go(stage: Stage) -> None:
        await stage.press(*pressed)

    return go


def line(key: str) -> Way:
    """Enter on a line of the experiment."""

    async def go(stage: Stage) -> None:
        await stage.press("1")
        editor = stage.workbench.query_one(Editor)
        editor.cursor = [item.key for item in stage.app.draft.items()].index(key)
        await stage.press("enter")

    return go


async def _fix(stage: Stage) -> None:
    stage.app.draft.replace_component("data", "iris()")
    stage.workbench.show_draft()
    await stage.settled()
    await stage.press("f")


async def _unsaved(stage: Stage) -> None:
    stage.app.draft.set("epochs", "31")
    stage.workbench.show_draft()
    await stage.press("q")


async def _busy(stage: Stage) -> None:
    stage.app.open_workbench("other", small_experiment(title="Other", data="moons(samples=20)"))
    await stage.settled()
    await stage.press("3", "space")


async def _compare(stage: Stage) -> None:
    await stage.press("R")
    await stage.settled()
    await stage.press("end", "space", "up", "space", "equals_sign")


async def _sweep(stage: Stage) -> None:
    await stage.press("R", "S")
    await stage.settled()
    await stage.press("enter")


async def _sweep_row(stage: Stage) -> None:
    await _sweep(stage)
    await stage.settled()
    await stage.press("enter")


async def _delete(stage: Stage) -> None:
    await stage.press("R")
    await stage.settled()
    await stage.press("end", "delete")


async def _draw(stage: Stage) -> None:
    facts = Facts((1, 28, 28), "classification", 100, tuple("0123456789"))
    await stage.app.push_screen(DrawScreen(facts))


async def _write(stage: Stage) -> None:
    await stage.app.push_screen(WriteScreen())


async def _notify(stage: Stage) -> None:
    await stage.app.push_screen(NotifyForm(Notices.load()))


async def _table(stage: Stage) -> None:
    await stage.app.push_screen(TableScreen(Path("table.csv")))


WAYS: Mapping[str, Way] = {
    "ActionsScreen": keys("1", "ctrl+@"),
    "BusyScreen": _busy,
    "ChoiceScreen": _sweep_row,
    "CompareScreen": _compare,
    "ComputerScreen": keys("i"),
    "ConfirmScreen": _delete,
    "DataScreen": keys("D"),
    "DrawPointsScreen": keys("D", "w"),
    "DrawScreen": _draw,
    "EvaluateScreen": keys("E"),
    "ExplainScreen": keys("1", "h"),
    "ExportScreen": keys("X"),
    "FieldForm": line("epochs"),
    "FieldsScreen": line(MORE),
    "FixScreen": _fix,
    "LessonsScreen": keys("L"),
    "NotifyForm": _notify,
    "NumberScreen": keys("v", "enter", "down", "enter"),
    "Palette": keys("ctrl+p"),
    "ProblemScreen": keys("ctrl+o"),
    "SweepForm": keys("S"),
    "SweepScreen": _sweep,
    "SweepsScreen": keys("R", "S"),
    "TableScreen": _table,
    "UnsavedScreen": _unsaved,
    "WriteScreen": _write,
}
"""From the workbench, on which a training goes on: to those that have no snapshot."""

ELSEWHERE = {"PresetsScreen", "PresentScreen", "OpeningScreen"}
"""Screens that are not come to from the workbench."""
