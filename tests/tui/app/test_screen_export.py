"""Export as a screen: what each format is for, what is missing, where the file lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.export import FORMATS
from engine.export.trained_network import Onnx
from tests.tui.app.stage import BOTH_SIZES, Stage, played


def test_every_format_says_what_it_is_for() -> None:
    """And how its file is called at the end."""
    for name, format in FORMATS.items():
        assert format.purpose.endswith("."), name
        assert format.is_folder or format.suffix.startswith("."), name


@BOTH_SIZES
def test_a_trained_network_is_written(tmp_path: Path, size: tuple[int, int]) -> None:
    """The whole path and the size stand there afterwards, and y copies the path."""
    target = tmp_path / "net.csv"

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.press("X")
        await stage.until_seen("Export small", *FORMATS, FORMATS["onnx"].purpose[:20])
        await stage.press("down", "enter")
        await stage.until_seen("Write csv as", "small.csv")
        await stage.press("home", *["delete"] * len("small.csv"), *str(target), "enter")
        await stage.until(target.exists)
        await stage.until_seen("1,234 bytes", "y copies the path")
        assert "export csv last" in stage.trainer.said
        await stage.press("y")
        assert stage.app.clipboard == str(target)

    played(tmp_path, play, size=size)


def test_what_is_missing_is_said_before_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the list, and enter asks for no name then."""
    monkeypatch.setattr(Onnx, "needs", ("no_such_package",))

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.press("X")
        await stage.until_seen("no_such_package: pip install 'perceptui[onnx]'")
        await stage.press("end", "enter")
        await stage.until(lambda: stage.notices)
        assert "no_such_package" in stage.notices[-1]

    played(tmp_path, play)


@BOTH_SIZES
def test_nothing_trained_nothing_exported(tmp_path: Path, size: tuple[int, int]) -> None:
    """It is said what would help; saving says what it saves."""

    async def play(stage: Stage) -> None:
        await stage.press("X")
        await stage.until(lambda: any("Nothing is trained yet" in one for one in stage.notices))
        await stage.press("s")
        await stage.until_seen("the experiment; X exports the weights")

    played(tmp_path, play, size=size)
