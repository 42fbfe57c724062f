"""How files are laid out: delimiters, headers, quotes, encodings, packings, damage."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pytest

from engine.errors import DataUnavailable
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.examination import examine
from tests.engine.parts.data.sheet.tables import N, codes, looked_at, parquet, rows, table, written

PLAIN = table("a,b", N, N)


@pytest.mark.parametrize(
    ("packing", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
def test_packed_files_are_unpacked(tmp_path: Path, packing: str, pack: object) -> None:
    """Told by their first bytes, whatever they are called."""
    found = looked_at(tmp_path, pack(PLAIN.encode()), targets=("y",))  # type: ignore[operator]
    assert (found.layout.packing, found.samples) == (packing, 12)


def test_zstd_is_unpacked(tmp_path: Path) -> None:
    """By the library that reads tables: Python has no other before 3.14."""
    packed = pa.Codec("zstd").compress(PLAIN.encode(), asbytes=True)
    assert looked_at(tmp_path, packed, targets=("y",)).samples == 12


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    """With the reason, and no traceback."""
    with pytest.raises(DataUnavailable, match="can't be unpacked"):
        looked_at(tmp_path, gzip.compress(PLAIN.encode() * 100)[:60])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_unicode_is_recognized(tmp_path: Path, encoding: str) -> None:
    """With and without a mark at the beginning."""
    found = looked_at(tmp_path, table("größe,b", N, ["ä", "ö"] * 6).encode(encoding))
    assert [c.name for c in found.columns] == ["größe", "b", "y"]
    assert found.column("b").examples == ("ä", "ö")


@pytest.mark.parametrize(
    ("encoding", "text", "named"),
    [
        ("cp1252", "größe", "cp1252"),
        ("gbk", "颜色根蒂纹理", "gbk"),
        ("shift_jis", "なまえとひらがな", "shift_jis"),
        ("euc_kr", "한국어이름과성별나이", "euc_kr"),
    ],
)
def test_the_likely_encoding_is_named(tmp_path: Path, encoding: str, text: str, named: str) -> None:
    """And settles it, once it is given."""
    content = table(text, N).encode(encoding)
    remark = looked_at(tmp_path, content).remarks[0]
    assert (remark.code, dict(remark.arguments)) == ("encoding", {"encoding": named})
    assert codes(looked_at(tmp_path, content, encoding=named)) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_divides_rows_alike(tmp_path: Path, delimiter: str) -> None:
    """Others inside of cells, or a comma in every number, notwithstanding."""
    text = table(f"a{delimiter}b", ["x;y|z"] * 12, N, between=delimiter)
    if delimiter in ";|":
        text = text.replace("x;y|z", "x,y z")
    assert looked_at(tmp_path, text).layout.delimiter == delimiter


def test_a_line_can_name_the_delimiter(tmp_path: Path) -> None:
    """`sep=;`, as Excel takes it."""
    found = looked_at(tmp_path, "sep=;\n" + table("a;b", ["1,2"] * 12, N, between=";"))
    assert (found.layout.delimiter, found.layout.skip) == (";", 2)


def test_titles_and_units_and_a_footer_are_left_out(tmp_path: Path) -> None:
    """Each with a word."""
    text = "Report of 2024\n\na,b,c\n[m],[kg],[s]\n" + rows(N, N, N) + "Source: us\n"
    found = looked_at(tmp_path, text)
    assert codes(found) == ["footer", "skipped-lines", "units-row"]
    assert [column.kind for column in found.columns] == ["number"] * 3
    assert found.rows == 12


def test_names_are_told_apart(tmp_path: Path) -> None:
    """Two of a kind get a number, one that is missing its position."""
    found = looked_at(tmp_path, "a,a,,y\n" + rows(N, N, N, N))
    assert [c.name for c in found.columns] == ["a", "a.2", "column 3", "y"]
    assert "duplicate-names" in codes(found)


def test_an_index_without_a_name_is_left_out(tmp_path: Path) -> None:
    """With a word; whether the header has an empty cell for it or none at all."""
    for header in (",a,y\n", "a,y\n"):
        names = [f"row {n}" for n in N]
        found = looked_at(tmp_path, header + rows(names, N, [n % 2 for n in N]), targets=("y",))
        assert [column.name for column in found.used] == ["a"]
        assert "index-column" in codes(found)


def test_single_quotes_are_quotes(tmp_path: Path) -> None:
    """Where there are no others."""
    found = looked_at(tmp_path, table("a,b", [f"'x,{n % 2}'" for n in N], N))
    assert found.column("a").examples == ("x,0", "x,1")


def test_years_are_names(tmp_path: Path) -> None:
    """A header of years above figures is a header."""
    text = "country,1990,1991,1992\n" + rows([f"c{n % 4}" for n in N], N, N, N)
    assert looked_at(tmp_path, text).layout.header


def test_ragged_rows_are_named_with_their_lines(tmp_path: Path) -> None:
    """The first few of them, and how many more there are."""
    text = "a,b\n" + "1,2\n1\n" * 8 + "1,2\n"
    places = [r.place for r in looked_at(tmp_path, text).errors]
    assert places == [*(f"line {n}" for n in (3, 5, 7, 9, 11)), ""]


def test_the_line_is_right_behind_cells_of_several_lines(tmp_path: Path) -> None:
    """And behind empty lines."""
    text = 'a,b\n"x\n\ny",1\n\nz,2\nz\nz,3\n'
    assert [r.place for r in looked_at(tmp_path, text).errors] == ["line 7"]


def test_lone_carriage_returns_end_lines(tmp_path: Path) -> None:
    """As in files of old Macs."""
    assert looked_at(tmp_path, PLAIN.replace("\n", "\r"), targets=("y",)).samples == 12


def test_parquet_and_feather(tmp_path: Path) -> None:
    """Numbers, texts, truth values, dates, dictionaries and gaps as a CSV file has them."""
    import datetime

    days = [datetime.date(2024, 1, n + 1) for n in N]
    columns: dict[str, list[object]] = {
        "x": [1.5, None, *range(10)], "word": ["a", "b"] * 6, "day": list(days),
        "flag": [True, False] * 6, "y": [0, 1] * 6,
    }  # fmt: skip
    path = parquet(tmp_path / "t.parquet", **columns)
    other = str(tmp_path / "t.feather")
    pa.feather.write_feather(pa.table(columns), other)
    asked = Asked(targets=("y",), missing="mean")
    for one in (path, other):
        found, arrays = examine(one, asked)
        assert [c.kind for c in found.columns] == ["number", "category", "date", "category",
                                                   "number"]  # fmt: skip
        assert arrays is not None
        assert arrays[0][0].tolist() == [1.5, 1, 0, 1, 0, 0, 1]
        assert found.classes == (0, 1)


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    """With what it should be."""
    path = written(tmp_path, b"PAR1 and nothing else PAR1")
    with pytest.raises(DataUnavailable, match="not a whole parquet file"):
        examine(path, Asked())


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04 and more", "an Excel workbook"),
        (b'{"a": 1}', "JSON"),
        (b"<?xml version='1.0'?>", "XML"),
        (b"a,b\n1,\0\n", "binary"),
    ],
)
def test_other_files_are_named(tmp_path: Path, content: bytes, what: str) -> None:
    """As what they are."""
    with pytest.raises(DataUnavailable, match=what):
        looked_at(tmp_path, content)
