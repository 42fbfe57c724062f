"""What people ask of a run that learned from a table: one sample, a file of them, its own unit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.parts.data.sheet.tables import rows
from tests.tui.command_line import Bench, perceptui

N = range(24)
HOUSES = "id,area,street,built,price\n" + rows(
    N,
    ["" if n == 3 else 50 + 3 * n for n in N],
    [("Pave", "Grvl", "NA")[n % 3] for n in N],
    [f"{n % 12 + 1:02}/{1 + n:02}/2020" for n in N],
    [f'"{200 + 9 * n},500 €"' for n in N],
)


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A run that learned prices from a table that is gone by now."""
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(tmp_path_factory.mktemp("houses"), patch)
        table = bench.write("houses.csv", HOUSES)
        data = (
            "csv('houses.csv', 'price', ignore=['id'], missing={'area': 'mean'}, "
            "dates={'built': '%m/%d/%Y'}, standardize=True, standardize_target=True)"
        )
        outcome = perceptui(
            *("--data", data, "--layers", "Linear(1)", "--loss", "MSELoss", "--epochs", "80"),
            *("--optimizer", "Adam", "--lr", "0.1", "--batch-size", "8", "--device", "cpu"),
        )
        assert outcome.code == 0, outcome.err
        table.unlink()
        yield outcome.run


def test_one_sample(houses: Path) -> None:
    """A missing cell, a category, a date and a name; the answer has the target's name and unit."""
    outcome = perceptui("predict", str(houses), "", "Pave", "02/14/2020", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    (record,) = outcome.records
    assert record["values"] == [None, "Pave", "02/14/2020"]
    assert 150_000 < record["outputs"][0] < 500_000

    title, line = perceptui("predict", str(houses), "1,080", "NA", "2020-02-14").lines[:2]
    assert title == "Prediction of price"
    asked, _, answer = line.partition(" → ")
    assert asked == "(1080, missing, 2020-02-14)"
    name, number, unit = answer.split()
    assert (name, unit) == ("price", "€")
    assert float(number.replace(",", "")) > 150_000


def test_every_bad_cell_is_told(houses: Path) -> None:
    """All at once, each with its column."""
    outcome = perceptui("predict", str(houses), "wide", "Gravel", "14.2.20")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.splitlines() == [
        "perceptui: area: 'wide' is not a number",
        "perceptui: street: unknown category 'Gravel'; the data has Grvl, Pave",
        "perceptui: built: '14.2.20' is no date or time like %m/%d/%Y",
    ]


def test_a_file_of_samples(houses: Path, tmp_path: Path) -> None:
    """Its columns and a prediction; rows at fault keep their place and are told at the end."""
    new, out = tmp_path / "new.csv", tmp_path / "out.csv"
    lines = ["street;note;built;area", "Pave;my own;02/14/2020;1.080,5", ";;03/01/2020;"]
    lines += ["Sand;;03/01/2020;70", "Grvl;;03/01/2020;1,5"]
    new.write_text("\n".join(lines) + "\n")
    outcome = perceptui("predict", str(houses), "--csv", str(new), "-o", str(out))
    assert outcome.code == 4
    assert outcome.out == f"{out}: 3 of 4 rows predicted\n"
    assert outcome.err.splitlines() == [
        f"perceptui: {new}: not used, since the training did not know them: 'note'",
        f"perceptui: {new}, line 4, column 'street': unknown category 'Sand'; the data has Grvl, "
        "Pave",
    ]
    header, *written = csv.reader(io.StringIO(out.read_text()))
    assert header == ["street", "note", "built", "area", "predicted_price"]
    assert [row[:4] for row in written] == [line.split(";") for line in lines[1:]]
    assert [bool(row[4]) for row in written] == [True, True, False, True]
    assert 150_000 < float(written[1][4]) < 500_000

    again = perceptui("predict", str(houses), "--csv", str(new), "-o", str(out))
    assert again.code == 2
    assert "is there already" in again.err


def test_an_image_network_is_shown_a_picture(bench: Bench) -> None:
    """It is opened as the training opened its own; one that is broken is told at the end."""
    from PIL import Image

    for name, shade in (("dark", 30), ("light", 220)):
        (bench.folder / "shades" / name).mkdir(parents=True)
        for n in range(4):
            Image.new("L", (9, 7), shade + n).save(bench.folder / f"shades/{name}/{n}.png")
    trained = perceptui(
        *("--data", "images('shades', size=4, color='gray')", "--layers", "Flatten Linear(2)"),
        *("--loss", "CrossEntropyLoss", "--optimizer", "SGD", "--lr", "1", "--epochs", "60"),
        *("--device", "cpu"),
    )
    assert trained.code == 0, trained.err
    (bench.folder / "new").mkdir()
    Image.new("RGBA", (5, 5), (250, 250, 250, 255)).save(bench.folder / "new/a b.png")
    Image.new("L", (50, 20), 20).save(bench.folder / "new/c.jpg")
    bench.write("new/broken.png", "no picture")

    outcome = perceptui("predict", "last", "new", "--json")
    assert outcome.code == 4
    assert outcome.err == "perceptui: new/broken.png: can't be read: not a picture\n"
    light, dark, broken = outcome.records
    assert (light["file"], light["predicted"]) == ("new/a b.png", "light")
    assert (dark["file"], dark["predicted"]) == ("new/c.jpg", "dark")
    assert sum(dark["probabilities"]) == pytest.approx(1)
    assert broken["place"] == "new/broken.png"
    assert perceptui("predict", "last", "new/c.jpg").lines[1].startswith("new/c.jpg → dark ")
