"""The story of points on their way from noise: braces go through it, then through the training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.runs.pictures import Cloud, Pictures
from tests.tui.app import replay
from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import small_experiment
from tui.widgets.picture import PictureView

CLOUD = Cloud(
    x1=(0.0, 4.0), x2=(0.0, 4.0), data=[(2.0, 2.0)], made=[(2.5, 2.0)], distance=0.25, floor=0.125,
    steps=4, stages=[0, 2], way=bytes([1, 254, 90, 90]),
)  # fmt: skip


def _draw(monkeypatch: pytest.MonkeyPatch, cloud: Cloud) -> None:
    made = replay._pictures

    def with_points(*given: Any) -> Pictures:
        return msgspec.structs.replace(made(*given), cloud=cloud, boundary=None)

    monkeypatch.setattr(replay, "_pictures", with_points)


@BOTH_SIZES
def test_braces_go_through_the_sampling_where_points_are_seen(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Back to the noise, then to the snapshot before, whose points are whole; and on again."""
    _draw(monkeypatch, CLOUD)

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        stage.trainer.advance()
        picture = stage.workbench.query_one(PictureView)
        await stage.press("3")
        await stage.until_seen("made by the network", "distance 0.25", "{ } sampling")
        await stage.press("left_curly_bracket")
        await stage.until_seen("after 2 of 4 steps")
        await stage.press("left_curly_bracket")
        await stage.until_seen("noise, before the first of 4 steps")
        await stage.press("right_curly_bracket")
        await stage.until_seen("after 2 of 4 steps")
        assert picture.snapshot.past is None
        await stage.press("left_curly_bracket", "left_curly_bracket")
        await stage.until(lambda: picture.snapshot.past is not None)
        await stage.until_seen("distance 0.25", "the past")
        await stage.press("left_curly_bracket")
        await stage.until_seen("after 2 of 4 steps")
        await stage.press("right_curly_bracket", "right_curly_bracket")
        await stage.until(lambda: picture.snapshot.past is None)
        await stage.until_seen("distance 0.25")

    played(tmp_path, play, size=size, experiment=small_experiment())


def test_elsewhere_braces_go_through_the_training_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another pane in hand, and of points that come in a single step."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        picture = stage.workbench.query_one(PictureView)
        await stage.until_seen("distance 0.25")
        await stage.press("1", "left_curly_bracket")
        await stage.until(lambda: picture.snapshot.past is not None)
        await stage.press("space")
        await stage.until(lambda: picture.snapshot.past is None)
        _draw(monkeypatch, msgspec.structs.replace(CLOUD, steps=0, stages=[], way=b""))
        stage.trainer.advance()
        await stage.until(lambda: "{ } sampling" not in stage.screen)
        await stage.press("3", "left_curly_bracket")
        await stage.until(lambda: picture.snapshot.past is not None)

    _draw(monkeypatch, CLOUD)
    played(tmp_path, play, experiment=small_experiment())
