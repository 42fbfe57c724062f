"""`perceptui inspect`: what is said of a table before it is trained on."""

from __future__ import annotations

import json

import pytest

from tests.engine.parts.data.sheet.tables import CASES, N, rows
from tests.tui.command_line import Bench, perceptui

HOUSES = "Id,area,street,pool,built,price\n" + rows(
    range(1, 13),
    [50 + 3 * n for n in N],
    ["Pave", "Grvl"] * 6,
    ["Gd", "NA", "NA"] * 4,
    [f"{n + 1:02}/13/2020" for n in N],
    [200000 + 9000 * n for n in N],
)


def test_a_table_is_looked_at(bench: Bench) -> None:
    """How it was read, each column with its kind and inputs, and what is doubtful."""
    bench.write("houses.csv", HOUSES)
    outcome = perceptui("inspect", "houses.csv")

    assert outcome.code == 0, outcome.err
    title, kinds, reading, *_ = outcome.lines
    assert title == "houses.csv: 12 rows, 6 columns"
    assert kinds == "2 numbers, 2 categories, 1 id, 1 date."
    assert reading == "Read as UTF-8, divided by commas, decimal point, with a header."
    listed = [tuple(line.split()[:2]) for line in outcome.lines[6:12]]
    assert listed == [
        *(("Id", "id"), ("area", "number"), ("street", "category"), ("pool", "category")),
        *(("built", "date"), ("price", "number")),
    ]
    assert "warning column 'Id': id-column" in outcome.lines
    assert any("Grvl" in line and "2 inputs" in line for line in outcome.lines)


def test_it_is_one_object_for_programs(bench: Bench) -> None:
    """With --json: file, encoding, delimiter, decimal, header, rows, columns, remarks."""
    bench.write("houses.csv", HOUSES)
    (record,) = perceptui("inspect", "houses.csv", "--json").records

    assert {k: v for k, v in record.items() if k not in ("columns", "remarks")} == {
        "file": "houses.csv",
        "encoding": "utf-8",
        "delimiter": ",",
        "decimal": ".",
        "header": True,
        "rows": 12,
    }
    assert [(c["name"], c["kind"], c["inputs"], c["missing"]) for c in record["columns"]] == [
        ("Id", "id", 0, 0),
        ("area", "number", 1, 0),
        ("street", "category", 2, 0),
        ("pool", "category", 2, 8),
        ("built", "date", 2, 0),
        ("price", "number", 1, 0),
    ]
    assert record["columns"][1]["examples"] == ["50", "53", "56"]
    assert [set(remark) for remark in record["remarks"]] == [
        {"code", "place", "message", "repair"}
    ] * len(record["remarks"])
    assert record["remarks"][0]["code"] == "id-column"


def test_a_target_shows_what_gives_it_away(bench: Bench) -> None:
    """The price follows from the area alone in this table."""
    bench.write("houses.csv", HOUSES)
    (record,) = perceptui("inspect", "houses.csv", "--target", "price", "--json").records
    assert "leak" in [remark["code"] for remark in record["remarks"]]


@pytest.mark.parametrize("name", [name for name in CASES if name != "html"])
def test_every_table_is_looked_at(bench: Bench, name: str) -> None:
    """Whatever is wrong with it, it is said in one object, and the exit code is 0."""
    content = CASES[name]
    path = bench.folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    outcome = perceptui("inspect", "table.csv", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out)["columns"]


@pytest.mark.parametrize("content", ["", "<html>", "{}", "a,b\n"])
def test_what_is_no_table_is_refused(bench: Bench, content: str) -> None:
    """With exit code 4, and nothing on stdout; as is a file that is not there."""
    bench.write("table.csv", content)
    assert bench.refused("inspect", "table.csv", "--json", code=4).startswith("table.csv: ")
    assert bench.refused("inspect", "none.csv", code=4) == "none.csv: no such file"


def test_very_many_columns_are_counted(bench: Bench) -> None:
    """Sixty of them are listed, and --all lists every one."""
    names = [f"c{n}" for n in range(200)]
    bench.write("wide.csv", ",".join(names) + "\n" + f"{','.join(map(str, range(200)))}\n" * 3)
    short = perceptui("inspect", "wide.csv").lines
    assert len(short) < 90
    assert "… and 140 columns more; --all lists them" in short
    assert any(line.startswith("c199 ") for line in perceptui("inspect", "wide.csv", "--all").lines)


def test_new_writes_an_experiment_that_trains(bench: Bench) -> None:
    """What `new` prints is a file that trains, in whose comments stands what was chosen and why."""
    bench.write("houses.csv", HOUSES)
    outcome = perceptui("new", "houses.csv", "--target", "price")
    assert outcome.code == 0, outcome.err
    assert outcome.lines[0].startswith("# ignore=[\"Id\"]: column 'Id': numbers the rows")
    assert 'title = "houses"' in outcome.lines

    bench.write("mine.toml", outcome.out)
    trained = perceptui("--preset", "mine.toml", "--epochs", "3")
    assert trained.code == 0, trained.err
    assert "Errors of price" in trained.lines
    assert trained.run.name.endswith("mine", 0, -5)


def test_new_needs_a_target(bench: Bench) -> None:
    """It lists what there is to predict."""
    bench.write("houses.csv", HOUSES)
    assert bench.refused("new", "houses.csv") == (
        "say what to predict with --target NAME: houses.csv has 'Id', 'area', 'street', 'pool', "
        "'built', 'price'"
    )
