"""In a dialog all is told that there is room for; what matters stays in reach at 80×24."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from textual.app import App

from tests.tui.app.stage import BOTH_SIZES, NARROW, Stage, played
from tests.tui.app.stand import FIRST_LAYER, dialog_seen, small_experiment


@BOTH_SIZES
@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (("enter",), "Change the data set"),
        ((*FIRST_LAYER, "enter"), "Change the layer"),
        ((*FIRST_LAYER, "a", *"dropout"), "tab arguments"),
        (("end", "enter", *"penalty"), "absolute values"),
    ],
    ids=["data", "layer", "filtered", "fields"],
)
def test_nothing_is_cut_while_there_is_room(
    tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...], text: str
) -> None:
    """Hints and helps are folded into the rows that would stay empty."""

    async def play(stage: Stage) -> None:
        await stage.press(*keys)
        await stage.until_seen(text)
        await stage.settled()
        dialog = dialog_seen(cast("App[object]", stage.app))
        assert "…" not in dialog, dialog

    played(tmp_path, play, size=size)


def test_a_text_is_told_by_what_it_means(tmp_path: Path) -> None:
    """`a text` says nothing."""

    async def play(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until_seen("Change the data set")
        await stage.press("shift+tab", *"csv", "tab")
        await stage.until_seen("the file; packed with gzip", "path")
        assert "a text" not in stage.screen

    played(tmp_path, play)


@BOTH_SIZES
def test_a_path_is_checked_while_it_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    """What is not there is told, with what begins so; the message goes when it is right."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flowers.csv").write_text("a,b\n1,2\n3,4\n5,6\n")

    async def play(stage: Stage) -> None:
        await stage.press("enter")
        await stage.until_seen("Change the data set")
        await stage.press("shift+tab", *"csv", "tab", *"flow")
        await stage.until_seen("path: flow: no such file or folder; there is flowers.csv")
        await stage.press(*"ers.csv")
        await stage.until(lambda: "no such file" not in stage.screen)

    played(tmp_path, play, size=size)


def test_what_matters_stays_in_the_footer_of_every_pane(tmp_path: Path) -> None:
    """Two rows hold it at 80×24."""
    hints = ("space Run", "f Repair", "p Predict", "c Code", "s Save", "R Runs", "q Quit")

    async def play(stage: Stage) -> None:
        for pane in ("1", "2", "3", "4"):
            await stage.press(pane)
            await stage.settled()
            footer = "\n".join(stage.screen.splitlines()[-2:])
            for hint in hints:
                assert hint in footer, (pane, footer)
            await stage.pilot.click(offset=(footer.index("R Runs") + 2, NARROW[1] - 2))
            await stage.until_seen("There are no runs")
            await stage.press("escape")
            await stage.until(lambda: stage.app.screen is stage.app.workbench)

    played(tmp_path, play, size=NARROW, experiment=small_experiment())
