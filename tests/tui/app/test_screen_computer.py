"""This computer: in the status line, in a panel, and where the time of a step goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.computer import Card, Computer, Reading
from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tui.renderables.computer import computer_line, computer_rows
from tui.renderables.look import Look

READING = Reading(
    processors=2, busy_share=0.5, used_bytes=6 * 10**9, total_bytes=24 * 10**9,
    cards=(Card(name="H100", used_share=0.25, used_bytes=10**9, total_bytes=80 * 10**9,
                temperature_c=41),),
)  # fmt: skip
PLAIN = Look(color="none")


@BOTH_SIZES
def test_the_panel_shows_the_computer_and_times_a_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    """i opens it; enter measures; the trainer is asked, on a copy; esc leads back."""
    monkeypatch.setattr(Computer, "read", lambda self: READING)

    async def play(stage: Stage) -> None:
        await stage.press("i")
        await stage.until_seen("Processors", "50%  of 2", "6.0 of 24.0 GB", "H100", "41 °C")
        await stage.until_seen("Nothing is trained yet.")
        await stage.press("enter")
        await stage.until_seen("Where the time goes", "forward", "evaluation", "traced on 1 thread")
        assert "time steps" in stage.trainer.said
        await stage.press("escape")
        await stage.until_seen("ready small")

    played(tmp_path, play, size=size)


def test_the_status_line_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How busy the computer is stands there where there is room; a click tells more."""
    monkeypatch.setattr(Computer, "read", lambda self: READING)
    monkeypatch.setattr("tui.screens.workbench.COMPUTER_S", 0.05)

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.until_seen("50% of 2 processors, 6.0 of 24.0 GB, GPU 25%")
        await stage.pilot.click("#status")
        await stage.until_seen("This computer", "small is running on cpu")

    played(tmp_path, play, size=(160, 36))


def test_rows_at_every_width() -> None:
    """Bars give way to figures, and notes are cut."""
    assert [row.plain for row in computer_rows(READING, 60, PLAIN)] == [
        "Processors  ██████████░░░░░░░░░░  50%  of 2",
        "Memory      █████░░░░░░░░░░░░░░░  25%  6.0 of 24.0 GB",
        "H100        █████░░░░░░░░░░░░░░░  25%  1.0 of 80.0 GB, 41 °C",
    ]
    for width in range(1, 60):
        for look in (PLAIN, Look(ascii=True)):
            assert all(row.cell_len <= width for row in computer_rows(READING, width, look))
    assert computer_line(READING) == "50% of 2 processors, 6.0 of 24.0 GB, GPU 25%"
