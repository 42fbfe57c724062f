"""Stories of what is drawn of the data and of each sample, before and after a training."""

from __future__ import annotations

from pathlib import Path

from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import small_experiment
from tui.widgets.training import LossCurve


@BOTH_SIZES
def test_the_data_is_seen_before_it_is_trained(tmp_path: Path, size: tuple[int, int]) -> None:
    """Its points stand below what there is to do, and give way to the network's picture."""

    async def play(stage: Stage) -> None:
        await stage.press("3")
        await stage.until_seen("space trains it", "\u25cf outside", "\u25b2 inside")
        await stage.train()
        stage.trainer.advance()
        await stage.until(lambda: "space trains it" not in stage.screen)

    played(tmp_path, play, size=size)


def test_other_data_is_looked_at_anew(tmp_path: Path) -> None:
    """What is edited is what is seen."""

    async def play(stage: Stage) -> None:
        def looked_at() -> list[str]:
            asked = stage.trainer.looked_at if stage.workers.given else []
            return [data for data in asked if data in (first, other)]  # the presets look too

        first, other = str(small_experiment().data), "moons(samples=30)"
        await stage.until(lambda: looked_at() == [first])
        stage.app.draft.set("epochs", "7")
        stage.workbench.show_draft()
        stage.app.draft.set("data", other)
        stage.workbench.show_draft()
        await stage.until(lambda: looked_at() == [first, other])

    played(tmp_path, play)


@BOTH_SIZES
def test_each_sample_in_turn(tmp_path: Path, size: tuple[int, int]) -> None:
    """o shows the labels and, for two classes, two lines over the sample's number; and back."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        await stage.until_seen("x1")
        await stage.press("o")
        await stage.until_seen("Predicted labels of the", "over the sample's number")
        await stage.press("o")
        await stage.until_seen("x1")

    played(tmp_path, play, size=size, experiment=small_experiment())


@BOTH_SIZES
def test_a_cursor_reads_the_curve(tmp_path: Path, size: tuple[int, int]) -> None:
    """Arrows go over the epochs, the mouse to any place; past the end the legend is back."""

    async def play(stage: Stage) -> None:
        def curve() -> LossCurve:
            return stage.workbench.query_one(LossCurve)

        await stage.train()
        for _ in range(3):
            stage.trainer.advance()
        await stage.press("4")
        await stage.until(lambda: [len(one.values) for one in curve().snapshot.series] == [3, 3])
        await stage.press("right")
        await stage.until_seen("epoch 1", "train 1.0000")
        await stage.press("right", "right")
        await stage.until_seen("epoch 3", "train 0.3333")
        await stage.press("left")
        await stage.until_seen("epoch 2", "train 0.5000")
        await stage.press("right", "right")
        await stage.until(lambda: "train 0.5000" not in stage.screen)
        await stage.pilot.hover(LossCurve, offset=(curve().size.width - 3, 4))
        await stage.until_seen("epoch 3", "train 0.3333")

    played(tmp_path, play, size=size)
