"""A table that is larger than the memory: examined and written a part at a time, the same."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from engine.decoding import decoded
from engine.errors import DataUnavailable
from engine.parts.data.sheet import parts
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.cache_entry import keep
from engine.parts.data.sheet.examination import examine
from engine.parts.data.sheet.sample import Sample
from engine.parts.data.sheet.table import Table
from tests.engine.parts.data.sheet.tables import CASES

PLAIN = (
    *("bool", "const_missing", "constant", "date", "decimal_comma", "gz", "id", "many_categories"),
    *("missing_words", "newline", "none_category", "percent", "sci", "thousands"),
    *("trailing_both", "underscore", "inf", "text", "all_empty", "blank_rows_of_delimiters"),
)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows each."""
    monkeypatch.setattr(parts, "BLOCK_BYTES", 64)
    monkeypatch.setattr(parts, "ROWS", 3)


def _streamed(path: Path, asked: dict[str, Any]) -> tuple[Table, Any, Any]:
    """What was found, and the numbers that were written; None where it can't be trained on."""
    place = path.parent / "kept"
    place.mkdir()
    keep(str(path), Asked(**{"targets": ("y",), "streamed": True, **asked}), place)
    table: Table = decoded((place / "table.json").read_bytes(), Table)
    if not table.samples:
        return table, None, None
    inputs, targets = (np.load(place / f"{name}.npy") for name in ("inputs", "targets"))
    return table, inputs, targets


def _same(path: Path, **asked: Any) -> Table:
    """Fail unless it is examined, and its numbers are, as when it is read at once."""
    expected, arrays = examine(str(path), Asked(**{"targets": ("y",), **asked}))
    table, *found = _streamed(path, asked)
    assert table.columns == expected.columns
    assert (table.inputs, table.targets, table.drop) == (
        expected.inputs,
        expected.targets,
        expected.drop,
    )
    assert (table.classes, table.samples, table.rows) == (
        expected.classes,
        expected.samples,
        expected.rows,
    )
    said = [(r.code, r.severity, r.message) for r in table.remarks]
    assert said == [(r.code, r.severity, r.message) for r in expected.remarks]
    assert (arrays is None) == (found[0] is None)
    for first, second in zip(arrays or (), found, strict=False):
        assert first.dtype == second.dtype
        assert np.array_equal(first, second, equal_nan=first.dtype.kind == "f")
    return table


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("missing", ["auto", "mean", "drop"])
def test_it_is_as_when_it_is_read_at_once(tmp_path: Path, name: str, missing: Any) -> None:
    """What is found out, what is said, and each number."""
    case = CASES[name]
    path = tmp_path / "table.csv"
    path.write_bytes(case if isinstance(case, bytes) else case.encode())
    _same(path, missing=missing)


@pytest.mark.parametrize("packed", ["parquet", "feather", "gz"])
def test_other_formats(tmp_path: Path, packed: str) -> None:
    """In row groups and record batches; unpacked on the way."""
    columns = {"n": [*range(9), None], "t": [*"abcabcabc", "d"], "y": [1.5 * n for n in range(10)]}
    path = tmp_path / "table"
    if packed == "parquet":
        pa.parquet.write_table(pa.table(columns), path, row_group_size=4)
    elif packed == "feather":
        pa.feather.write_feather(pa.table(columns), path, chunksize=4)
    else:
        rows = zip(*columns.values(), strict=True)
        lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
        path.write_bytes(gzip.compress("\n".join(["n,t,y", *lines]).encode()))
    table = _same(path, missing="mean")
    assert table.samples == 10


def test_what_shows_late_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last rows bring a class, a category, a missing cell and a column that is no number, and
    a sample of a few rows shows them all."""
    monkeypatch.setattr("engine.parts.data.sheet.sample.MOST_ROWS", 8)
    rows = [f"{n},a,{n % 3},x" for n in range(200)]
    rows += ["1,b,,z", "2,b,NA,z"]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["n,t,late,y", *rows]), "utf-8")
    table, inputs, targets = _streamed(path, {"missing": "mean"})
    assert table.errors == []
    assert table.classes == ("x", "z")
    assert table.column("t").labels == ("t=a", "t=b")
    assert table.column("late").kind == "number"
    assert inputs.shape == (202, 4)
    assert inputs[-3].tolist() == [199, 1, 0, 1]
    assert inputs[-1, :3].tolist() == [2, 0, 1]
    assert np.isnan(inputs[-2:, 3]).all()
    assert targets.tolist() == [0] * 200 + [1, 1]
    assert "sampled" in [remark.code for remark in table.remarks]


def test_a_sample_stays_small() -> None:
    """Every so many rows, and those that show something, however many there are."""
    sample = Sample(())
    for start in range(0, 1_000_000, 50_000):
        numbers = np.arange(start, start + 50_000)
        columns = (numbers.astype(float), (numbers // 10**5).astype(str))
        n, t = (pa.chunked_array([pa.array(one)]) for one in columns)
        sample.add({"n": n, "t": t})
    assert sample.rows == 1_000_000
    origins = sample.origins()
    assert 50_000 <= len(origins) <= 100_020
    assert sample.cells()["n"].to_numpy().tolist() == origins.tolist()
    assert {0, 1, 100_000, 100_001, 900_000, 900_001} <= {*origins.tolist()}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# c\na,y\n" + "1,0\n2,1\n" * 5 + "# d\n1,0\n", "can be streamed: leave stream out"),
        (
            "a,y\n" + "1,0\n2,1\n" * 5 + "1,2,3\n" + "1,0\n" * 9,
            "1 of its rows have not the 2 cells",
        ),
        ("a,y\n", "has a header and no rows"),
    ],
)
def test_what_can_not_be_streamed(tmp_path: Path, text: str, said: str) -> None:
    """Is refused with what would be right."""
    path = tmp_path / "table.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(DataUnavailable, match=said):
        _streamed(path, {})
