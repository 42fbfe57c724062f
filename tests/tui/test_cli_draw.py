"""`draw`: a run's network makes samples."""

from __future__ import annotations

from PIL import Image

from tests.tui.command_line import Bench, perceptui

_TOML = """\
data = "moons(samples=20)"
objective = "flow(steps=2)"
layers = ["Linear(2)"]
loss = "MSELoss()"
optimizer = "SGD(lr=0.1)"
epochs = 1
"""


def test_a_run_draws(bench: Bench) -> None:
    """The report shows what it makes; `draw` prints or writes it, the same for a seed."""
    report = perceptui("--preset", str(bench.write("moons.toml", _TOML)))
    assert "What it makes" in report.lines
    assert "made by the network" in report.out
    asked = ("draw", "last", "-n", "3", "--seed", "5")
    printed = perceptui(*asked).lines
    assert printed[0] == "x1,x2"
    (answer,) = perceptui(*asked, "--json").records
    assert [",".join(f"{one:.6g}" for one in row) for row in answer["samples"]] == printed[1:]
    target = bench.folder / "points.csv"
    assert perceptui(*asked, "-o", str(target)).code == 0
    assert target.read_text().splitlines() == printed
    again = perceptui(*asked, "-o", str(target))
    assert (again.code, "is there already" in again.err) == (2, True)
    for refused in (perceptui("predict", "last", "1", "2"), perceptui("evaluate", "last")):
        assert refused.code == 2
        assert "perceptui draw" in refused.err


def test_another_network_cannot_draw(bench: Bench) -> None:
    """It says which preset can."""
    perceptui("--preset", "circle", "--epochs", "1")
    refused = perceptui("draw", "last")
    assert refused.code == 2
    assert "moons-flow" in refused.err


_DIGITS = """\
data = "digits(classes=[0, 1])"
objective = "variational([Linear(64)])"
layers = ["Flatten()", "Linear(4)"]
loss = "BCEWithLogitsLoss()"
optimizer = "SGD(lr=0.1)"
epochs = 1
"""


def test_a_run_draws_pictures(bench: Bench) -> None:
    """In text, side by side in a PNG, or as numbers; the report has the plane and both pictures."""
    report = perceptui("--preset", str(bench.write("digits.toml", _DIGITS)))
    for title in ("Where samples lie in its narrowest place", "What it makes of places there"):
        assert title in report.lines
    assert {"came in", "given back"} <= set(report.lines)
    asked = ("draw", "last", "-n", "5", "--seed", "5")
    (answer,) = perceptui(*asked, "--json").records
    assert [len(row) for row in answer["samples"]] == [64] * 5
    assert all(0 <= value <= 1 for row in answer["samples"] for value in row)
    assert len(perceptui(*asked).lines) >= 4
    sheet = bench.folder / "digits.png"
    assert perceptui(*asked, "-o", str(sheet)).code == 0
    with Image.open(sheet) as image:
        times = 32 // 8
        assert image.size == ((3 * 9 - 1) * times, (2 * 9 - 1) * times), "three, then two"
        first = round(255 * answer["samples"][0][0])
        assert image.getpixel((0, 0)) == first
        assert image.getpixel((8 * times, 0)) == 0, "between two is nothing"
    table = bench.folder / "digits.csv"
    assert perceptui(*asked, "-o", str(table)).code == 0
    assert table.read_text().splitlines()[0].startswith("x1,x2,x3")
    for refused in (perceptui("predict", "last", "1"), perceptui("evaluate", "last")):
        assert refused.code == 2


def test_points_are_no_pictures(bench: Bench) -> None:
    """A PNG of points is refused before anything is made."""
    perceptui("--preset", str(bench.write("moons.toml", _TOML)))
    refused = perceptui("draw", "last", "-o", str(bench.folder / "points.png"))
    assert refused.code == 2
    assert "makes points, no pictures" in refused.err
