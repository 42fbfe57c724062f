"""Each screen as it was last looked at and found good, at 120×36 and 80×24.

`PERCEPTUI_SNAPSHOTS=write pytest tests/tui/app/test_snapshots.py` writes them anew: look at
the difference before you keep it. Two of them are the documentation's pictures.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest
from textual.app import App

from engine.lessons import progress
from tests.tui.app.recording import Recorded, preset
from tests.tui.app.replay import Workers
from tests.tui.app.stage import NARROW, WIDE, Stage, played
from tests.tui.app.stand import FIRST_LAYER, dialog_seen, made_run

SNAPSHOTS = Path(__file__).parent / "snapshots"
PICTURES = Path(__file__).parents[3] / "docs" / "pictures"
WRITES = os.environ.get("PERCEPTUI_SNAPSHOTS") == "write"
SIZES = {"120x36": WIDE, "80x24": NARROW}
SCREENS: dict[str, tuple[Sequence[str], str]] = {
    "workbench": ((), "1 "),
    "network": (("v", "left"), "Layer 0, unit"),
    "unit": (("6",), "excited most by"),
    "runs": (("R",), "completed"),
    "help": (("question_mark",), "Help"),
    "settings": (("comma",), "Settings"),
    "code": (("c",), "import torch"),
    "tune": (("T",), "Suggested learning rate"),
    "microscope": (("m", "right", "right", "right", "right"), "Backward"),
    "microscope-step": (("m", *["right"] * 5), "after = before"),
    "doctor": (("d",), "What the doctor finds"),
    "predict": (("p",), "Predict with"),
    "save": (("s",), "Save as"),
    "quit": (("q",), "A training is under way"),
    "add-layer": (("1", "a"), "Add a layer"),
    "edit-layer": (("1", *FIRST_LAYER, "enter"), "Linear"),
}
"""The keys that lead there from the workbench, and a text by which to know it."""
ALONE = ("network", "unit")
"""What leaves the workbench another than it was."""
AFTER_EACH_OTHER = [name for name in SCREENS if name not in ALONE]


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only, under short relative names."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PERCEPTUI_DATA_DIR", "data")
    monkeypatch.chdir(tmp_path)


def compared(name: str | Path, found: str) -> None:
    """A snapshot says what was found; the first difference is shown."""
    file = SNAPSHOTS / name
    if WRITES:
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, "utf-8")
    assert found == file.read_text("utf-8"), f"{file.name} differs: is it better?"


def text_of(stage: Stage) -> str:
    """The screen's characters, with what changes from run to run made the same.

    Of a dialog its box alone: what lies below it has a snapshot of its own.
    """
    app = cast("App[object]", stage.app)
    shown = dialog_seen(app) if app.screen.is_modal else stage.screen
    text = same_names(shown)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def same_names(text: str) -> str:
    """Runs are named by their time and by chance."""
    return re.sub(r"\d{8}-\d{6}-([\w-]+)-[0-9a-f]{4}", r"20260101-120000-\1-0000", text)


def picture_of(stage: Stage) -> str:
    """The screen as SVG, with its colors; the same screen gives the same text."""
    return same_names(re.sub(r"terminal-\d+", "terminal", stage.app.export_screenshot()))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "names", [AFTER_EACH_OTHER, ALONE[:1], ALONE[1:]], ids=["all-others", *ALONE]
)
def test_screens_are_as_they_were(tmp_path: Path, names: Sequence[str], size: str) -> None:
    """Nothing on these screens moved, vanished or was cut off."""
    made_run(Path())
    differing: list[str] = []

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(10)
        await stage.until_seen("epoch 11/30", "train 0.1")
        if size == "120x36":
            await stage.until_seen("● outside", "0.750")
        for name in names:
            keys, text = SCREENS[name]
            await stage.press(*keys)
            await stage.until_seen(text)
            await stage.settled()
            try:
                compared(f"{name}-{size}.txt", text_of(stage))
            except AssertionError as difference:
                differing.append(str(difference))
            if stage.app.screen is not stage.app.workbench:
                await stage.press("escape")
                await stage.until(lambda: stage.app.screen is stage.app.workbench)

    played(Path(), play, size=SIZES[size])
    assert not differing, "\n".join(differing)


@pytest.mark.parametrize("size", SIZES)
def test_the_first_screen_is_as_it_was(tmp_path: Path, size: str) -> None:
    """The presets with what the first of them is about."""

    async def play(stage: Stage) -> None:
        await stage.press("slash", *"spiral", "escape")
        await stage.until_seen("circle", "Two arms")
        await stage.until_seen("▲" if size == "80x24" else "first arm")
        await stage.settled()
        compared(f"presets-{size}.txt", text_of(stage))
        if size == "120x36":
            compared(PICTURES / "presets.svg", picture_of(stage))

    played(Path(), play, size=SIZES[size], workers=Workers(Recorded), at_presets=True)


@pytest.mark.parametrize("size", SIZES)
def test_lessons_are_as_they_were(tmp_path: Path, size: str) -> None:
    """The list, a step with its question and a hint, and a step that is done beside the bench."""
    progress.keep("first-network", progress.Standing(step=2, done=(0, 1)))

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        await stage.press("L")
        await stage.until_seen("2/8", "Three features")
        await stage.settled()
        compared(f"lessons-{size}.txt", text_of(stage))
        await stage.press("enter", "left", "H", "down")
        await stage.until_seen("Hint 1", "› ○ b It hardly moves")
        await stage.settled()
        compared(f"lesson-{size}.txt", text_of(stage))
        await stage.press("enter", "enter", "1")
        await stage.train()
        stage.trainer.advance(50)
        await stage.until_seen("✓ As you said", "✓ finished")
        await stage.settled()
        compared(f"lesson-done-{size}.txt", text_of(stage))

    played(Path(), play, size=SIZES[size], at_presets=True)


def test_the_workbench_of_the_readme(tmp_path: Path) -> None:
    """A recorded training of the spiral: boundary, curve, accuracy, status."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        await stage.train()
        assert isinstance(stage.trainer, Recorded)
        stage.trainer.play()
        await stage.until_seen("epoch 401/600", "● first arm", "test ")
        await stage.settled()
        compared("workbench.txt", text_of(stage))
        compared(PICTURES / "workbench.svg", picture_of(stage))

    played(Path(), play, workers=Workers(Recorded), name="spiral", experiment=preset("spiral"))
