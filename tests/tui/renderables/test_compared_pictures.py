"""What networks of the same data draw stands side by side, by their letters."""

from __future__ import annotations

from msgspec.structs import replace

from engine.runs.pictures import Boundary, Comparison, Painting, Pictures
from tui.renderables.compared_pictures import compared_pictures
from tui.renderables.look import Look

ASCII = Look(ascii=True, color="none")
NOTHING = Pictures(
    losses=[],
    comparison=Comparison(
        actual=[], predicted=[], probabilities=[], classes=(), split="train", num_samples=4
    ),
)
PAINTING = Painting(
    height=2, width=4, channels=1, original=bytes(8), painted=bytes([255] * 8), psnr=3.0
)


def divided(at: int) -> Pictures:
    """A plane whose second class begins at a column."""
    row = [0] * at + [11] * (4 - at)
    field = Boundary(
        columns=4, rows=4, cells=bytes(row * 4), levels=6, classes=("a", "b"),
        x1=(0.0, 1.0), x2=(0.0, 1.0), points=[],
    )  # fmt: skip
    return replace(NOTHING, boundary=field)


def lines(drawn: list[tuple[str, Pictures]], width: int = 80) -> list[str]:
    """What is shown of them."""
    return [row.plain.rstrip() for row in compared_pictures(drawn, width, 8, ASCII)]


def test_planes_have_their_letters() -> None:
    """Two beside each other; one alone, or one that has none, is not compared."""
    head, letters, first, *_ = lines([("A", divided(1)), ("B", NOTHING), ("C", divided(3))])
    assert head == "How they divide the plane"
    assert letters.split() == ["A", "C"]
    a, c = first.split()
    assert a.count("=") > 2 * c.count("=") > 0
    assert lines([("A", divided(1)), ("B", NOTHING)]) == []


def test_paintings_have_the_original_behind_them() -> None:
    """Where all are of one picture; each says how close it is."""
    close = replace(NOTHING, painting=PAINTING)
    other = replace(NOTHING, painting=replace(PAINTING, original=bytes([9] * 8), psnr=None))
    assert "A: 3.0 dB" in " ".join(lines([("A", close), ("B", close)]))
    assert "the original" in " ".join(lines([("A", close), ("B", close)]))
    told = " ".join(lines([("A", close), ("B", other)]))
    assert "What they paint" in told
    assert "the original" not in told
