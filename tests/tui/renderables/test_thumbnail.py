"""The small picture of a data set on the first screen."""

from __future__ import annotations

import msgspec

from engine.parts.data import Facts
from engine.runs.pictures import Point
from engine.service.protocol.description import Description
from tui.renderables.look import Look
from tui.renderables.thumbnail import thumbnail


def test_each_range_stands_at_its_input() -> None:
    """Of a column that becomes several inputs each has its own name and range."""
    facts = Facts(
        (3,),
        "regression",
        4,
        feature_names=("sex", "pay"),
        input_names=("sex=f", "sex=m", "pay"),
    )
    described = Description(
        facts=msgspec.to_builtins(facts),
        lowest=[0, 0, 100],
        highest=[1, 1, 900],
        means=[0.5, 0.5, 500],
        deviations=[0.5, 0.5, 300],
        class_counts=[],
    )
    rows = [row.plain.rstrip() for row in thumbnail(described, 40, Look(color="none"))]
    assert rows == ["sex=f: 0 to 1", "sex=m: 0 to 1", "pay: 100 to 900"]


def test_points_held_back_are_hollow() -> None:
    """And the line below says what that means, where there are some."""
    facts = Facts((2,), "classification", 2, classes=("out", "in"), planar=True)

    def drawn(*points: Point, ascii: bool = False) -> list[str]:
        described = Description(
            facts=msgspec.to_builtins(facts),
            lowest=[0, 0],
            highest=[1, 1],
            means=[0, 0],
            deviations=[1, 1],
            class_counts=[1, 1],
            points=list(points),
        )
        look = Look(color="none", ascii=ascii)
        return [row.plain.rstrip() for row in thumbnail(described, 60, look, height=2)]

    trained, held = Point(0, 0, 0, 0, False), Point(1, 1, 1, 1, True)
    assert drawn(trained, held) == ["   △", "●", "● out 1   ▲ in 1   ○ held back for the test"]
    assert drawn(trained, held, ascii=True)[:2] == ["   x", "O"]
    assert drawn(trained)[-1] == "● out 1   ▲ in 1"
