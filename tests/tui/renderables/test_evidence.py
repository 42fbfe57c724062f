"""What a finding rests on, drawn."""

from __future__ import annotations

import pytest

from engine.doctor.evidence import Bars, Curves, Evidence, Histogram, Line, Ranges, Reach
from tui.renderables.evidence import evidence_rows
from tui.renderables.look import Look

PLAIN = Look(color="none")
ASCII = Look(ascii=True, color="none")

CURVES = Curves(
    lines=[
        Line(name="train", epochs=[1, 2, 3], values=[1.0, 0.5, 0.25]),
        Line(name="test", epochs=[1, 2, 3], values=[0.9, 0.6, 0.8]),
    ],
    marked=2,
)
HISTOGRAM = Histogram(of="outputs of layers[1] ReLU()", low=0.0, high=2.0, counts=[8, 0, 2, 1])
BARS = Bars(
    of="gradient of the weights",
    names=["layers[0] Linear(4)", "layers[2] Linear(1)"],
    values=[1e-6, 0.1],
    marked=[0],
    log=True,
)
RANGES = Ranges(
    of="inputs",
    rows=[
        Reach(name="area", low=0.0, mean=50.0, high=100.0),
        Reach(name="age", low=0.0, mean=0.5, high=1.0),
    ],
    unnamed=3,
)
EVERY: list[Evidence] = [
    CURVES, HISTOGRAM, BARS, RANGES,
    Curves(lines=[]),
    Histogram(of="x", low=1.0, high=1.0, counts=[3]),
    Histogram(of="x", low=0.0, high=1.0, counts=[]),
    Bars(of="x", names=["a" * 100, "b"], values=[0.0, 0.0], log=True),
    Bars(of="x", names=[], values=[]),
    Ranges(of="x", rows=[]),
    Ranges(of="x", rows=[Reach(name="a\x1b[31m", low=-1e300, mean=0.0, high=1e300)]),
]  # fmt: skip


def drawn(evidence: Evidence, width: int, look: Look) -> list[str]:
    """The rows as text."""
    return [row.plain.rstrip() for row in evidence_rows(evidence, width, look)]


@pytest.mark.parametrize("width", [0, 1, 23, 24, 40, 80, 200])
@pytest.mark.parametrize("look", [PLAIN, ASCII, Look(), Look(console=True)])
def test_no_row_is_wider_than_asked(width: int, look: Look) -> None:
    """Whatever is drawn, at any width; nothing where there is no room; no escape codes."""
    for evidence in EVERY:
        rows = evidence_rows(evidence, width, look)
        assert all(row.cell_len <= width for row in rows), evidence
        assert width >= 24 or not rows
        assert not any("\x1b" in row.plain for row in rows)
        if look.ascii:
            assert all(row.plain.isascii() for row in rows)


def test_a_histogram_stands_on_its_range() -> None:
    """Columns as high as their counts, the least of them seen, the highest's share at its top."""
    assert drawn(HISTOGRAM, 40, PLAIN) == [
        "outputs of layers[1] ReLU()",
        " 73%│███",
        "    │███",
        "    │███",
        "    │███   ▂▂▂",
        "    │███   ███▅▅▅",
        "    └────────────",
        "     0          2",
    ]
    assert drawn(HISTOGRAM, 40, ASCII)[-3:] == [
        "    |###   ######",
        "    +------------",
        "     0          2",
    ]
    same = Histogram(of="x", low=1.0, high=1.0, counts=[3])
    assert drawn(same, 40, PLAIN) == ["x", "every one is 1"]


def test_bars_are_compared_by_powers_of_ten() -> None:
    """The one that the finding is about has a sign, so that color is never alone."""
    assert drawn(BARS, 50, ASCII) == [
        "gradient of the weights (log scale)",
        "> layers[0] Linear(4) 1e-06 ####",
        "  layers[2] Linear(1)   0.1 ######################",
    ]


def test_ranges_lie_on_one_scale() -> None:
    """Lowest, mean and highest of each, and how many more there are."""
    assert drawn(RANGES, 44, ASCII) == [
        "inputs: lowest, mean and highest on one sc..",
        "  area 0 to 100 |-------------o------------|",
        "  age  0 to 1   o",
        "and 3 more inputs",
    ]


def test_curves_have_the_best_epoch_marked() -> None:
    """Both curves with their glyphs, a line down at the epoch and what it is."""
    rows = drawn(CURVES, 60, ASCII)
    assert any("*" in row for row in rows)
    assert any("o" in row for row in rows)
    assert rows[-1] == ": epoch 2: the lowest test loss"
    assert sum(":" in row for row in rows) > 4
