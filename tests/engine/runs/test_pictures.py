"""Pictures on their way to a screen."""

from __future__ import annotations

import msgspec

from engine.runs.pictures import Boundary, Comparison, Curve, Picture, Pictures, Point


def test_pictures_survive_the_wire() -> None:
    """Bytes of cells, points and None for a broken number read back as themselves."""
    pictures = Pictures(
        losses=[(1, 0.5), (2, None)],
        comparison=Comparison(
            actual=[0.0],
            predicted=[None],
            probabilities=[None],
            classes=("a",),
            split="test",
            num_samples=9,
        ),
        boundary=Boundary(
            columns=2,
            rows=1,
            cells=bytes([0, 255]),
            levels=6,
            classes=("a", "b"),
            x1=(0.0, 1.0),
            x2=(-1.0, 1.0),
            points=[Point(0.5, -0.5, 1, 0, True)],
        ),
        curve=Curve(x=[0.0], y=[None], train=[(1.0, 2.0)], test=[]),
        mistakes=[
            Picture(height=1, width=2, channels=1, pixels=b"\x00\xff", actual="a", predicted="b")
        ],
    )
    assert msgspec.json.decode(msgspec.json.encode(pictures), type=Pictures) == pictures
