"""The story of the plane of places: what is decoded over it, and a cursor that decodes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.runs.pictures import LatentPlane, Pictures, Returned
from tests.tui.app import replay
from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import small_experiment
from tui.widgets.picture import PictureView

_TILES = b"".join(bytes([28 * number] * 64) for number in range(9))
PLANE = LatentPlane(
    x1=(-1.5, 1.5), x2=(-1.5, 1.5), points=[(-1.0, -1.0), (1.0, 1.0)], kinds=[0, 1],
    names=("zero", "one"), numbers=2, share=1.0, columns=3, rows=3, shape=(1, 8, 8), tiles=_TILES,
)  # fmt: skip
RETURNED = Returned(
    height=8, width=8, channels=1, count=1, given=_TILES[-64:], asked=b"", back=_TILES[:64],
    split="test",
)  # fmt: skip


@BOTH_SIZES
def test_the_arrows_move_a_cursor_that_decodes(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up to the edge; b shows where samples lie, with what is made where the cursor is."""
    made = replay._pictures

    def given_back(*given: Any) -> Pictures:
        known = made(*given)
        return msgspec.structs.replace(known, latent=PLANE, returned=RETURNED, boundary=None)

    monkeypatch.setattr(replay, "_pictures", given_back)

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance()
        picture = stage.workbench.query_one(PictureView)
        await stage.press("3")
        await stage.until_seen("Decoded over the plane: -1 to 1 across", "came in", "b points")
        await stage.press("right", "right", "right", "up")
        await stage.until(lambda: picture.place == (2, 0))
        await stage.press("b")
        await stage.until_seen("at 1, 1", "● zero", "▲ one")
        await stage.press("left", "down", "down")
        await stage.until_seen("at 0, -1")

    played(tmp_path, play, size=size, experiment=small_experiment())
