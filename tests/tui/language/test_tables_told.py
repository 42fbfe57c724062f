"""A table that is looked at is told in Chinese, whatever is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from engine.errors import PerceptuiError
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.inspection import inspected
from tests.engine.parts.data.sheet.tables import CASES, written
from tui import language
from tui.renderables.look import Look
from tui.renderables.table_columns import table_rows

WIDTH = 78
OWN = {"text"}
"""Tables whose cells are English sentences."""
ENGLISH = re.compile(r"[A-Za-z]{2,}[,.:;]? [a-z]{2,}")
CODE = re.compile(r"(?<=: )[a-z]+(-[a-z]+)+$")


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    language.speak("zh_CN")
    yield
    language.speak("en")


def test_nothing_of_a_table_is_told_in_english(tmp_path: Path) -> None:
    """How it was read, kinds, what columns become, remarks and their repairs; and it all fits."""
    left = {}
    for name in CASES.keys() - OWN:
        path = written(tmp_path, CASES[name], f"{name}.csv")
        try:
            found = inspected(path, Asked())
            rows = [row.plain for row in table_rows("表", found, WIDTH, Look())]
        except PerceptuiError as error:
            rows = [language.tr(str(error)).removeprefix(str(tmp_path))]
        assert max(map(cell_len, rows)) <= WIDTH
        told = [CODE.sub("", row) for row in rows]
        left[name] = [row for row in told if ENGLISH.search(row) or row.endswith(".")]
    assert {name: rows for name, rows in left.items() if rows} == {}


def test_parts_of_a_sentence_are_said_each_for_itself() -> None:
    """Also where one of them is a name."""
    assert language.listed(["UTF-8", "without a header"]) == "UTF-8，没有表头"
    language.speak("en")
    assert language.listed(["UTF-8", "without a header"]) == "UTF-8, without a header"
