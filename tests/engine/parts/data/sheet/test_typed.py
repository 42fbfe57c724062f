"""A cell that a person types is read as the training read its column's cells."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.samples import Samples
from engine.parts.data.sheet.typed import BadCell, can_be_missing, encode, number

EURO = {"decimal": ",", "thousands": ".", "remove": ["€"]}
CITY: dict[str, Any] = {"known": ["Oslo", "Rome"]}
DAY: dict[str, Any] = {"format": "%d/%m/%Y", "parts": ["year", "weekday"]}


@pytest.mark.parametrize(
    ("text", "how", "decimal", "value"),
    [
        ("1,234.5", {}, ".", 1234.5),
        ("1,234", {}, ".", 1234),
        ("3,5", {}, ".", 3.5),
        ("1.234", {}, ",", 1234),
        ("2.5", {}, ",", 2.5),
        ("€ 3", {}, ".", 3),
        ("(3.5)", {}, ".", -3.5),
        ("−5", {}, ".", -5),
        ("5-", {}, ".", -5),
        ("12 %", {"decimal": ".", "remove": ["%"]}, ".", 12),
        ("12", {"decimal": ".", "remove": ["%"]}, ".", 12),
        ("1.200,50 €", EURO, ",", 1200.5),
        ("1.234", EURO, ",", 1234),
        ("2.5", EURO, ",", 2.5),
        ("1,234.5", EURO, ",", 1234.5),
    ],
)
def test_numbers_as_people_write_them(
    text: str, how: dict[str, Any], decimal: str, value: float
) -> None:
    """As the column writes them first of all, else where they mean one thing only."""
    assert number(text, how, decimal) == value


@pytest.mark.parametrize(
    ("text", "how", "said"),
    [
        ("12 %", {}, "have no '%'"),
        ("$ 3", EURO, "are in '€'"),
        ("many", {}, "'many' is not a number"),
        ("inf", {}, "is not a number"),
        ("1_000", {}, "is not a number"),
        ("12,34,5", {}, "is not a number"),
    ],
)
def test_what_may_mean_two_things_is_refused(text: str, how: dict[str, Any], said: str) -> None:
    """A percent sign where the training had none may mean 12 or 0.12."""
    with pytest.raises(BadCell, match=said):
        number(text, how)


def test_a_number_is_one_that_float32_holds() -> None:
    """As in the training's own file."""
    with pytest.raises(BadCell, match="float32"):
        encode("1e39", Column("x", "number", how={}))


@pytest.mark.parametrize(
    ("text", "how", "inputs"),
    [
        ("Rome", CITY, [0, 1]),
        (" Rome ", CITY, [0, 1]),
        ("Paris", {**CITY, "other": True}, [0, 0, 1]),
        ("", {**CITY, "gap": True}, [0, 0, 1]),
        ("n/a", {**CITY, "other": True, "gap": True}, [0, 0, 0, 1]),
        ("1.0", {"known": ["1", "2"]}, [1, 0]),
    ],
)
def test_categories(text: str, how: dict[str, Any], inputs: list[float]) -> None:
    """Unseen ones are `other` where the training made that, a missing cell one of its own."""
    column = Column("c", "category", how=how, labels=("",) * len(inputs))
    assert encode(text, column) == inputs


def test_an_unknown_category_names_the_nearest_first() -> None:
    """Of those that there are."""
    column = Column("c", "category", how=CITY, labels=("", ""))
    with pytest.raises(BadCell, match="unknown category 'romme'; the data has Rome, Oslo"):
        encode("romme", column)


def test_dates() -> None:
    """In the training's format, or the one that is never misread."""
    column = Column("d", "date", how=DAY, labels=("", ""))
    assert encode("01/02/2024", column) == encode("2024-02-01", column) == [2024, 3]
    with pytest.raises(BadCell, match=r"'1\.2\.24' is no date or time like %d/%m/%Y"):
        encode("1.2.24", column)


@pytest.mark.parametrize("text", ["", " ", "NA", "-", "none", "#N/A", "-200", "gone"])
def test_a_missing_cell_is_filled_where_the_training_fills(text: str) -> None:
    """The usual words, and those that the person has named; else it is refused."""
    filled = Column("x", "number", how={}, gap="mean")
    assert math.isnan(encode(text, filled, na=(-200, "Gone"))[0])
    assert can_be_missing(filled)
    bare = Column("x", "number", how={}, gap="auto")
    assert not can_be_missing(bare)
    with pytest.raises(BadCell, match="the value is missing"):
        encode(text, bare, na=(-200, "Gone"))


def test_a_missing_number_is_said_where_the_training_says_so() -> None:
    """In a second input."""
    column = Column("x", "number", how={"indicator": True}, labels=("", ""), gap="indicator")
    assert encode("4", column) == [4, 0]
    assert math.isnan(encode("", column)[0])
    assert encode("", column)[1] == 1


def test_words_are_counted() -> None:
    """A dash is a text like another where words are counted."""
    column = Column("t", "text", how={"hash": 4}, labels=("",) * 4)
    assert sum(encode("two words", column)) == 2
    assert encode("-", column) == [0, 0, 0, 0]


SAMPLES = Samples(
    (
        Column("age", "number", how={}, gap="mean", examples=("22",)),
        Column("city", "category", how={**CITY, "gap": True}, labels=("", "", "")),
        Column("day", "date", how=DAY, labels=("", ""), examples=("01/02/2024",)),
    )
)


def test_a_sample_is_told_as_it_was_understood() -> None:
    """Numbers as they were read, all else as it was written, None where it is missing."""
    row = ["1,500", "Rome", "01/02/2024"]
    (inputs,) = SAMPLES.encode([row])
    assert SAMPLES.given(row, inputs) == [1500, "Rome", "01/02/2024"]
    gaps = ["NA", "", "01/02/2024"]
    (inputs,) = SAMPLES.encode([gaps])
    assert SAMPLES.given(gaps, inputs) == [None, None, "01/02/2024"]


def test_a_typed_line_is_divided() -> None:
    """As in a CSV file, so that a cell may hold blanks or be empty; else by blanks."""
    assert SAMPLES.divided('22, "New, York",') == ["22", "New, York", ""]
    assert SAMPLES.divided("22;Rome;1") == ["22", "Rome", "1"]
    assert SAMPLES.divided("22 Rome 1") == ["22", "Rome", "1"]


def test_what_may_be_written_is_hinted_at() -> None:
    """The categories, an example, and whether a cell may be missing."""
    assert list(map(SAMPLES.hint, SAMPLES.columns)) == [
        "like 22; may be empty",
        "Oslo, Rome; may be empty",
        "like 01/02/2024",
    ]


def test_case_is_ignored_where_that_means_one_thing() -> None:
    """A word as it stands comes first; of two that differ in their case alone, none is guessed."""
    city = Column(
        "city", "category", how={"known": ["Oslo", "Rome", "ROME", "a"]}, labels=tuple("orRa")
    )
    assert encode("oSLO", city) == [1, 0, 0, 0]
    assert encode("Rome", city) == [0, 1, 0, 0]
    assert encode("ROME", city) == [0, 0, 1, 0]
    assert encode(" A ", city) == [0, 0, 0, 1]
    with pytest.raises(BadCell, match="unknown category"):
        encode("rome", city)
