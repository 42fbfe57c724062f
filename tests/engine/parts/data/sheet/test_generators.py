"""What an exported script reads of a table is what the training reads, to the last bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.parts.data.csv_file import Csv
from engine.parts.kinds import Pairs
from tests.engine.parts.data.made import NOWHERE, made, same, scripted
from tests.engine.parts.data.sheet.tables import CASES, N, parquet, table, written
from tests.engine.parts.data.sheet.test_kinds import GAPS


def assert_same(data: Csv) -> None:
    """The printed source, run with nothing else, makes the tensors that are loaded."""
    inputs, targets = scripted(data.generator(NOWHERE))
    ours = made(data)
    assert same(inputs, ours.inputs)
    assert same(targets, ours.targets)


@pytest.mark.parametrize(
    ("name", "target", "given"),
    [
        *((n, "y", {}) for n in ("bool", "comment", "date", "decimal_comma", "gz", "newline")),
        *((n, "y", {}) for n in ("many_categories", "none_category", "percent", "row_quoted")),
        *((n, "y", {}) for n in ("sci", "thousands", "trailing_both", "underscore")),
        ("blank_rows_of_delimiters", "y", {}),
        ("date", "y", {"cyclic": True}),
        ("gbk", "好瓜", {"encoding": "gbk"}),
        ("missing_words", "y", {"missing": "mean"}),
        ("no_header", "3", {"header": False}),
        ("text", "label", {"text": "hash(8)"}),
        ("whitespace", "3", {}),
    ],
)
def test_every_layout(tmp_path: Path, name: str, target: str, given: dict[str, Any]) -> None:
    """Packed, encoded, quoted, commented, divided by blanks: the script reads the same."""
    assert_same(Csv(written(tmp_path, CASES[name]), target, **given))


@pytest.mark.parametrize("missing", ["mean", "median", "indicator", "drop"])
def test_gaps(tmp_path: Path, missing: Any) -> None:
    """Whatever becomes of missing cells."""
    assert_same(Csv(written(tmp_path, GAPS), "y", missing=missing, na=(3,)))


def test_several_targets_and_kinds(tmp_path: Path) -> None:
    """Numbers to predict, a number that is a category, rare categories."""
    path = written(tmp_path, table("zip,a,b", ["01", "02", "01"] * 4, N, N))
    assert_same(Csv(path, ("a", "b"), kinds=Pairs([("zip", "category")]), rare=3))


def test_parquet(tmp_path: Path) -> None:
    """The columns of another format."""
    columns: dict[str, list[object]] = {"x": [0.5 * n for n in N], "c": ["a", "b"] * 6}
    path = parquet(tmp_path / "t.parquet", **columns, y=[0, 1] * 6)
    assert_same(Csv(path, "y"))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cells=st.lists(st.floats(width=64, allow_nan=False, allow_infinity=False).filter(
    lambda value: abs(value) < 3e38), min_size=4, max_size=12))  # fmt: skip
def test_any_number(tmp_path: Path, cells: list[float]) -> None:
    """Is read as Python reads it, rounded to float32 once."""
    import torch

    path = written(tmp_path, "x,y\n" + "".join(f"{v!r},{n}.5\n" for n, v in enumerate(cells)))
    data = Csv(path, "y")
    assert same(made(data).inputs[:, 0], torch.tensor(cells, dtype=torch.float32))


def test_a_large_file_is_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where columns are read as numbers straight away, in a process of its own."""
    from engine.parts.data.sheet import reading, table_cache

    text = table(
        "a,b,c,d", [n / 3 for n in N], ["", *N], ["x"] * 12, [n if n < 11 else "?" for n in N]
    )
    path = written(tmp_path, text)
    small = made(Csv(path, "y", missing="mean"))
    monkeypatch.setattr(reading, "LARGE_BYTES", 1)
    monkeypatch.setattr(table_cache, "LARGE_BYTES", 1)
    large = made(Csv(written(tmp_path, text, "other.csv"), "y", missing="mean"))
    assert same(small.inputs, large.inputs)


def test_a_trainer_reads_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has read is what it would have read itself; refusals come through."""
    from engine.errors import DataUnavailable
    from engine.parts.data.sheet import table_cache

    monkeypatch.setattr(table_cache, "_apart", True)
    data = Csv(written(tmp_path, CASES["bool"]), "y")
    facts = data.facts()
    assert facts is not None
    assert facts.classes == ("0", "1")
    assert made(data).inputs.shape == (12, 3)
    with pytest.raises(DataUnavailable, match="web page"):
        Csv(written(tmp_path, CASES["html"], "page.csv"), "y").facts()
