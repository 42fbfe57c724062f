"""Tables as people have them: each is read as ten people would, or refused with what helps."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from engine.doctor.fitting import fitted
from engine.errors import DataUnavailable
from engine.parts.data.csv_file import Csv
from tests.engine.parts.data.sheet.tables import CASES, codes, looked_at, trained_on


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("all_empty", {"x": 1}),
        ("blank_rows_of_delimiters", {"a": 1, "b": 1}),
        ("bool", {"flag": 2, "x": 1}),
        ("comment", {"a": 1, "b": 1}),
        ("constant", {"c": 1, "x": 1}),
        ("date", {"day": 2, "rain": 1}),
        ("decimal_comma", {"temp": 1, "hum": 1}),
        ("gz", {"a": 1, "b": 1}),
        ("id", {"id": 1, "x": 1}),
        ("many_categories", {"zip": 101}),
        ("newline", {"note": 2, "x": 1}),
        ("none_category", {"pool": 2, "x": 1}),
        ("percent", {"rate": 1}),
        ("row_quoted", {"a": 1, "b": 1}),
        ("sci", {"x": 1}),
        ("space_header", {"age": 1, "sex": 2}),
        ("thousands", {"income": 1}),
        ("trailing_both", {"a": 1, "b": 1}),
        ("trailing_header", {"a": 1, "b": 1}),
        ("underscore", {"code": 3}),
    ],
)
def test_it_trains_at_once(tmp_path: Path, name: str, inputs: dict[str, int]) -> None:
    """Without an argument beside the target, with so many inputs for each column."""
    found, arrays = trained_on(tmp_path, CASES[name], targets=("y",))
    assert found.errors == []
    assert {column.name: column.inputs for column in found.used} == inputs
    assert arrays is not None
    assert arrays[0].shape == (found.samples, sum(inputs.values()))
    assert found.samples == (220 if name == "many_categories" else 12)


@pytest.mark.parametrize(
    ("name", "asked", "first"),
    [
        ("date", {}, [1, 4, 0]),
        ("decimal_comma", {}, [0, 40.5]),
        ("percent", {}, [10]),
        ("thousands", {}, [1201]),
        ("none_category", {}, [1, 0, 0]),
        ("sci", {}, [1.5]),
        ("no_header", {"header": False, "targets": ("3",)}, [0, 1, pytest.approx(0.3)]),
        ("whitespace", {"targets": ("3",)}, [0, 20]),
        ("gbk", {"encoding": "gbk", "targets": ("好瓜",)}, [0, 1]),
        ("missing_words", {"missing": "mean"}, [1.5]),
    ],
)
def test_the_first_row(tmp_path: Path, name: str, asked: dict[str, Any], first: Any) -> None:
    """Is what a person reads there, as numbers."""
    _, arrays = trained_on(tmp_path, CASES[name], **{"targets": ("y",), **asked})
    assert arrays is not None
    assert arrays[0][0].tolist() == first


@pytest.mark.parametrize(
    ("name", "code", "place", "repair"),
    [
        ("comment", "comments", "line 1", ""),
        ("all_empty", "empty-column", "column 'c'", ""),
        ("const_missing", "missing-cells", "line 2, column 'c'", 'missing="mean"'),
        ("gbk", "encoding", "line 1", 'encoding="gbk"'),
        ("id", "id-column", "column 'id'", 'ignore=["id"]'),
        ("inf", "too-large", "line 6, column 'x'", 'ignore=["x"]'),
        ("many_categories", "many-categories", "column 'zip'", "max_categories"),
        ("missing_words", "missing-words", "column 'x'", ""),
        ("no_header", "no-header", "line 1", "header=True"),
        ("percent", "numerals", "column 'rate'", ""),
        ("row_quoted", "rows-quoted", "", ""),
        ("text", "text-column", "column 'text'", 'text="hash(64)"'),
        ("thousands", "ambiguous-numbers", "column 'income'", 'decimal=","'),
        ("trailing_both", "empty-column", "column 'column 4'", ""),
        ("underscore", "digits-first", "column 'code'", 'kinds={"code": "category"}'),
        ("whitespace", "no-header", "line 1", "header=False"),
    ],
)
def test_it_is_said(tmp_path: Path, name: str, code: str, place: str, repair: str) -> None:
    """Whatever is doubtful or left out is said, with its place and the argument that settles it."""
    found = looked_at(tmp_path, CASES[name], targets=("y",))
    remark = next(r for r in found.remarks if r.code == code)
    assert remark.place == place
    assert repair in remark.repair


def test_a_web_page_is_named_as_one(tmp_path: Path) -> None:
    """And is no table with rows of the wrong width."""
    with pytest.raises(DataUnavailable, match="web page"):
        looked_at(tmp_path, CASES["html"])


def test_missing_words_are_missing_cells(tmp_path: Path) -> None:
    """All six of them, in a column of numbers."""
    found = looked_at(tmp_path, CASES["missing_words"])
    assert (found.column("x").kind, found.column("x").missing) == ("number", 6)


def test_rows_of_blanks_are_left_out(tmp_path: Path) -> None:
    """And not counted as missing."""
    found = looked_at(tmp_path, CASES["blank_rows_of_delimiters"])
    assert found.rows == 12
    assert codes(found) == []


def test_a_lost_quotation_mark_is_said(tmp_path: Path) -> None:
    """Of a quoted cell that goes on behind its end; marks in plain cells are as they are."""
    found = looked_at(tmp_path, CASES["ragged_quote"])
    (remark,) = [r for r in found.remarks if r.code == "stray-quotes"]
    assert (remark.severity, remark.place) == ("warning", "line 4")
    assert remark.message.startswith('"A "quoted" b": marks inside a quoted cell')
    assert found.column("name").examples[:2] == ('No "7" bus', '5" pipe')


@pytest.mark.parametrize(
    "text",
    [
        'a,y\n"x, ""y"" z",1\n"",2\n"two\nlines",3\n',
        'a,y\n"x" ,1\n "y",2\nno "7" bus,3\n',
        "a,y\n'it''s',1\n'b',2\n'c',3\n",
    ],
)
def test_marks_as_they_should_be_are_not(tmp_path: Path, text: str) -> None:
    """Doubled ones, blanks around cells, line breaks, and other marks."""
    found = looked_at(tmp_path, text)
    assert "stray-quotes" not in codes(found)


def test_a_price_is_standardized(tmp_path: Path) -> None:
    """What `new` proposes of one in hundred thousands trains near 1, and answers in its unit."""
    path = tmp_path / "scaled_price.csv"
    text = CASES["scaled_price"]
    assert isinstance(text, str)
    path.write_text(text, "utf-8")
    data = fitted(str(path), ("price",)).experiment.data
    assert data.standardizes_target
    assert data.known_facts().target_names == ("price",)


def test_a_row_without_its_age_is_predicted(tmp_path: Path) -> None:
    """With the training's mean, which stands for NaN."""
    text = CASES["predict_missing"]
    assert isinstance(text, str)
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    data = Csv(str(path), "y", missing="mean")
    facts = data.known_facts()
    (row,) = data.new_samples(facts).encode([["", "b"]])
    assert math.isnan(row[0])
    assert row[1:] == [0, 1]
