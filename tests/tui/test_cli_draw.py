"""`draw`: a run's network makes samples."""

from __future__ import annotations

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
