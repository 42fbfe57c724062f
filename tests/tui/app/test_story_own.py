"""Stories of what is trained from a file of one's own, and of coming back to it."""

from __future__ import annotations

from pathlib import Path

from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import small_experiment


@BOTH_SIZES
def test_what_is_kept_nowhere_yet_is_seen_when_it_trains(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """As an experiment made of a table is; what it is edited to belongs to it too."""

    async def play(stage: Stage) -> None:
        stage.app.draft.begin("mine", small_experiment(epochs=3))
        stage.workbench.show_draft()
        await stage.press("space")
        await stage.until_seen("running mine")
        stage.trainer.advance(3)
        await stage.until_seen("finished mine", "0.3333")
        stage.app.draft.set("epochs", "4")
        stage.workbench.show_draft()
        await stage.until_seen("finished mine")

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_coming_back_to_a_run_by_the_list_changes_nothing(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Another was opened meanwhile: what was trained is there as it was asked for, unchanged."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(30)
        await stage.until_seen("finished small")
        stage.app.open_workbench("other", small_experiment(epochs=7))
        await stage.until_seen("ready other")
        await stage.press("R")
        await stage.until_seen("completed")
        await stage.press("enter")
        await stage.until_seen("finished small")
        await stage.settled()
        assert "changed" not in stage.screen

    played(tmp_path, play, size=size)
