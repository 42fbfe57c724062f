"""A frame of a film is as wide and as high as it was asked for, whatever it shows."""

from __future__ import annotations

import pytest

from engine.runs.pictures import Boundary, Comparison, Pictures
from engine.service import protocol as p
from tui.film.frame import Scene, frame
from tui.renderables.look import Look

COMPARISON = Comparison(
    actual=[0, 1],
    predicted=[0, 0],
    probabilities=[0.1, 0.4],
    classes=("no", "yes"),
    split="train",
    num_samples=2,
)


def _reviewed(scene: Scene, *, planar: bool) -> p.Reviewed:
    columns, rows = scene.grid()
    boundary = Boundary(
        columns=columns,
        rows=rows,
        cells=bytes(columns * rows),
        levels=6,
        classes=("no", "yes"),
        x1=(-1.0, 1.0),
        x2=(-1.0, 1.0),
        points=[],
    )
    pictures = Pictures(
        losses=[], comparison=COMPARISON, boundary=boundary if planar and columns else None
    )
    return p.Reviewed(epoch=12, step=1200, pictures=pictures)


@pytest.mark.parametrize("planar", [True, False])
@pytest.mark.parametrize("size", [(20, 8), (60, 20), (80, 24), (100, 30), (200, 60)])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_every_frame_fills_its_size(size: tuple[int, int], planar: bool, ascii_only: bool) -> None:
    """No row is longer or shorter than another, at any size; ASCII only is ASCII only."""
    width, height = size
    losses = [(1, 0.9), (6, 0.5), (12, None), (24, 0.1)]
    look = Look(ascii=ascii_only)
    scene = Scene("A long title of a training", width, height, look, 2400, 24, losses)
    rows = frame(scene, _reviewed(scene, planar=planar), 0.25)
    assert len(rows) == height
    assert {row.cell_len for row in rows} <= {width, 0}
    assert rows[0].plain.endswith("step 1,200 of 2,400") or "step 1,200" in rows[0].plain
    assert not ascii_only or all(row.plain.isascii() for row in rows)


def test_a_frame_tells_where_the_training_stands() -> None:
    """Steps, epochs and the loss beside what it is, and a line in the curve."""
    scene = Scene("Moons", 100, 24, Look(), 2400, 24, [(1, 0.9), (24, 0.1)])
    rows = frame(scene, _reviewed(scene, planar=True), 0.25)
    assert rows[0].plain.startswith("Moons   ")
    assert rows[0].plain.endswith(" step 1,200 of 2,400 · epoch 12 · loss 0.2500")
    assert any("┊" in row.plain for row in rows)


def test_a_picture_has_the_whole_width_where_nothing_stands_beside_it() -> None:
    """Without a curve and without scores, as of one epoch of a large data set."""
    bare = Scene("MNIST", 100, 24, Look(), 938, 1, [(1, 0.3)], is_measured=False)
    assert (bare.is_wide, bare.picture_size()) == (False, (100, 22))
    measured = Scene("Moons", 100, 24, Look(), 938, 1, [(1, 0.3)])
    assert (measured.is_wide, measured.picture_size()) == (True, (60, 22))
