"""What columns are: numbers as people write them, dates, categories, names, gaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.parts.data.sheet.tables import (
    CASES,
    N,
    codes,
    looked_at,
    rows,
    table,
    trained_on,
)


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (["$1,200.50", "$3.00"], 1200.5),
        (["1.200,50 €", "3,00 €"], 1200.5),
        (["(1,234.5)", "20.0"], -1234.5),
        (["1'234", "5"], 1234),
        (["1 234", "5"], 1234),
        (["12 km", "7 km"], 12),
        (["−3.5%", "2.0%"], -3.5),
        (["12-", "7.5"], -12),
        (["1e3", "+2"], 1000),
    ],
)
def test_numbers_as_people_write_them(tmp_path: Path, cells: list[str], value: float) -> None:
    """Are numbers, where all of a column are."""
    found, arrays = trained_on(tmp_path, table("x;k", cells * 6, N, between=";"), targets=("y",))
    assert found.column("x").kind == "number"
    assert arrays is not None
    assert arrays[0][0, 0] == value


def test_one_column_settles_the_mark_of_others(tmp_path: Path) -> None:
    """1.200 is twelve hundred in a file whose other numbers have a decimal comma."""
    text = table("a;b", ["1,5"] * 12, ["1.200", "2.300"] * 6, between=";")
    found, arrays = trained_on(tmp_path, text, targets=("y",))
    assert found.decimal == ","
    assert arrays is not None
    assert arrays[0][0].tolist() == [1.5, 1200]


def test_the_decimal_mark_can_be_given(tmp_path: Path) -> None:
    """Where 1,200 may be either."""
    _, arrays = trained_on(tmp_path, CASES["thousands"], targets=("y",), decimal=",")
    assert arrays is not None
    assert arrays[0][0, 0] == pytest.approx(1.201)


def test_an_odd_cell_is_named_and_no_column_is_lost(tmp_path: Path) -> None:
    """Where nearly all are numbers, the line that makes it work says what to do with the rest."""
    cells = [*("2,6" for _ in range(30)), "about 3"]
    text = "x;y\n" + rows(cells, [n % 2 for n in range(31)], between=";")
    remark, then = looked_at(tmp_path, text, targets=("y",)).errors
    assert then.code == "missing-cells"
    assert remark.place == "line 32, column 'x'"
    assert dict(remark.arguments) == {"na": ("about 3",)}


def test_digits_are_no_categories_without_a_word(tmp_path: Path) -> None:
    """Ranges and the like are categories, and that is said."""
    found = looked_at(tmp_path, table("age", ["10-19", "20-29", "30-39"] * 4))
    assert (found.column("age").kind, codes(found)) == ("category", ["digits-first"])
    said = looked_at(tmp_path, table("age", ["10-19", "20-29"] * 6), kinds=(("age", "category"),))
    assert codes(said) == []


def test_a_kind_can_be_given(tmp_path: Path) -> None:
    """A zip code keeps its zeros; a code is a number again."""
    found = looked_at(tmp_path, table("zip", ["01234", "00501"] * 6), kinds=(("zip", "category"),))
    assert found.column("zip").labels == ("zip=00501", "zip=01234")


@pytest.mark.parametrize(
    ("texts", "format"),
    [
        (["2024-03-01T10:30:00", "2024-03-02T11:30:00"], "iso"),
        (["31/01/2024", "01/02/2024"], "%d/%m/%Y"),
        (["01/31/2024", "02/01/2024"], "%m/%d/%Y"),
        (["19-Sep-03", "20-Sep-03"], "%d-%b-%y"),
        (["18.00.00", "19.00.00"], "%H.%M.%S"),
        (["March 5, 2020", "June 15, 2020"], "%B %d, %Y"),
    ],
)
def test_dates_are_dates(tmp_path: Path, texts: list[str], format: str) -> None:
    """In the formats that people write."""
    column = looked_at(tmp_path, table("d;k", texts * 6, N, between=";")).column("d")
    assert column.kind == "date"
    assert column.how is not None
    assert column.how["format"] == format


def test_dates_that_may_be_either_are_remarked_on(tmp_path: Path) -> None:
    """And a format settles it."""
    text = table("d", ["01/02/2024", "03/04/2024"] * 6)
    assert codes(looked_at(tmp_path, text)) == ["ambiguous-dates"]
    assert codes(looked_at(tmp_path, text, dates=(("d", "%m/%d/%Y"),))) == []


def test_hours_on_a_circle(tmp_path: Path) -> None:
    """6 o'clock is a quarter of the way round."""
    text = table("t", ["06:00", "18:00"] * 6)
    found, arrays = trained_on(tmp_path, text, targets=("y",), cyclic=True)
    assert found.labels == ("t: sine of hour", "t: cosine of hour")
    assert arrays is not None
    assert arrays[0][0].tolist() == pytest.approx([1, 0], abs=1e-6)


GAPS = table(
    "x,c", ["", *range(11)], ["", *["a", "b", "b", "b", "b", "b", "b", "b", "b", "b", "b"]]
)


@pytest.mark.parametrize(
    ("asked", "first", "samples"),
    [
        ({"missing": "mean"}, ["nan", 0, 0, 1], 12),
        ({"missing": "median"}, ["nan", 0, 0, 1], 12),
        ({"missing": "indicator"}, ["nan", 1, 0, 0, 1], 12),
        ({"missing": "drop"}, [0, 1, 0], 11),
        ({"missing_of": (("x", "mean"), ("c", "drop"))}, [0, 1, 0], 11),
    ],
)
def test_what_becomes_of_missing_cells(
    tmp_path: Path, asked: dict[str, Any], first: list[object], samples: int
) -> None:
    """In numbers and in categories, for all columns and for single ones."""
    found, arrays = trained_on(tmp_path, GAPS, targets=("y",), **asked)
    assert arrays is not None
    assert [str(v) if v != v else v for v in arrays[0][0].tolist()] == first
    assert len(arrays[0]) == samples
    assert ("dropped-rows" in codes(found)) == (samples < 12)


def test_sentinels_are_remarked_on(tmp_path: Path) -> None:
    """Once for all columns, and are missing cells once they are given."""
    cells = [-200 if n % 4 == 0 else n for n in N]
    text = table("a,b", cells, cells)
    (remark,) = looked_at(tmp_path, text).remarks
    assert (remark.code, remark.place) == ("sentinel", "columns 'a', 'b'")
    assert looked_at(tmp_path, text, na=(-200.0,)).column("a").missing == 3


def test_columns_that_give_the_answer_away(tmp_path: Path) -> None:
    """One that is the target in other units, two that add up to it."""
    text = "a,b,c,y\n" + rows(N, [n * n for n in N], [2 * (n + n * n) for n in N],
                              [n + n * n for n in N])  # fmt: skip
    found = looked_at(tmp_path, text, targets=("y",), task="regression")
    leaks = [dict(r.arguments)["ignore"] for r in found.remarks if r.code == "leak"]
    assert leaks == [("c",), ("a", "b")]


def test_many_and_rare_categories_are_others(tmp_path: Path) -> None:
    """The commonest stay, in order of name."""
    cells = ["b", "a", "b", "a", "b", "a", "c", "c", "d", "d", "e", "e"]
    few = looked_at(tmp_path, table("x", cells), max_categories=2)
    assert few.column("x").labels == ("x=a", "x=b", "x: other")
    rare = looked_at(tmp_path, table("x", cells), rare=3)
    assert rare.column("x").labels == ("x=a", "x=b", "x: other")


def test_case_differences_are_remarked_on(tmp_path: Path) -> None:
    """They are different categories."""
    found = looked_at(tmp_path, table("sex", ["Male", "male", "Female"] * 4))
    assert codes(found) == ["case-differences"]
    assert found.column("sex").inputs == 3


def test_a_class_called_na(tmp_path: Path) -> None:
    """Beside EU and AS it is a class, beside yes and no a missing answer."""
    continents = looked_at(tmp_path, "x,y\n" + rows(N, ["NA", "EU", "AS"] * 4), targets=("y",))
    assert continents.classes == ("AS", "EU", "NA")
    answers = looked_at(tmp_path, "x,y\n" + rows(N, ["NA", "yes", "no"] * 4), targets=("y",))
    assert answers.classes == ("no", "yes")
    assert answers.samples == 8


def test_large_whole_numbers_stay_apart_as_classes(tmp_path: Path) -> None:
    """Beyond 2^53 float64 would merge them."""
    labels = [str(2**53 + n % 2) for n in N]
    found = looked_at(tmp_path, "x,y\n" + rows(N, labels), targets=("y",), task="classification")
    assert found.classes == ("9007199254740992", "9007199254740993")


def test_words_can_be_counted(tmp_path: Path) -> None:
    """A column of sentences becomes so many inputs."""
    found, arrays = trained_on(tmp_path, CASES["text"], targets=("label",), hash=8)
    assert found.column("text").inputs == 8
    assert arrays is not None
    assert arrays[0].sum(1).tolist() == [5] * 120


def test_several_targets(tmp_path: Path) -> None:
    """Are numbers, in the order in which they are named."""
    text = "a,u,v\n" + rows(N, [n * 2 for n in N], [n % 3 for n in N])
    found, arrays = trained_on(tmp_path, text, targets=("v", "u"))
    assert arrays is not None
    assert arrays[1][1].tolist() == [1, 2]
    assert [column.name for column in found.used] == ["a"]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """A text, a gap and a name that is not there."""
    text = "text,x,y\n" + rows(
        [f"some words for {n}" for n in range(20)], ["", *range(19)], [n % 2 for n in range(20)]
    )
    found = looked_at(tmp_path, text, targets=("y",), ignore=("z",))
    assert [r.code for r in found.errors] == ["no-column", "text-column", "missing-cells"]
