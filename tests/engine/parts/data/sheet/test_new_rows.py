"""A file of new samples is read as the training read its own: whatever its layout."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from engine.errors import DataUnavailable
from engine.parts.data.csv_file import Csv
from engine.parts.data.sheet.column import Column
from engine.parts.data.sheet.new_rows import NewRows, read
from engine.parts.data.sheet.samples import Samples
from engine.parts.kinds import Pairs
from tests.engine.parts.data.made import made
from tests.engine.parts.data.sheet.tables import CASES, N, parquet, rows, table, written
from tests.engine.parts.data.sheet.test_kinds import GAPS

OWN = "id,age,city,day,pay,y\n" + rows(
    N,
    [20 + n for n in N],
    ["Rome", "Oslo", "NA"] * 4,
    [f"{n + 1:02}/01/2024" for n in N],
    [f"{10 + n}.5 €" for n in N],
    [n % 2 for n in N],
)
PLAIN = [[25, 0, 1, 0, 3, 2, 12], [31, 0, 0, 1, 5, 4, 7]]


@pytest.fixture(name="samples", scope="module")
def _samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return samples_of(Csv(written(tmp_path_factory.mktemp("own"), OWN), "y", ignore=("id",)))


def samples_of(data: Csv) -> Samples:
    """How samples are read by what is kept of the table."""
    return data.new_samples(data.known_facts(), data.kept_table())


def said(found: NewRows) -> list[str]:
    return [fault.said() for fault in found.faults]


@pytest.mark.parametrize(
    "content",
    [
        "age,city,day,pay\n25,Rome,03/01/2024,12\n31,NA,05/01/2024,€7\n",
        "pay;what;day;city;age\n12;x;03/01/2024;Rome;25\n7;;05/01/2024;;31\n",
        "age,city,day,pay\n25,Rome,03/01/2024,12 €\n31,,05/01/2024,7\n".encode("utf-16"),
        gzip.compress(b"age\tcity\tday\tpay\n25\tRome\t03/01/2024\t12\n31\t?\t05/01/2024\t7\n"),
        "# mine\nage,city,day,pay\n25,Rome,2024-01-03,12\n,,,\n31,,2024-01-05,7\n",
        "25,Rome,03/01/2024,12\n31,,05/01/2024,7\n",
        "1,25,Rome,03/01/2024,12\n2,31,,05/01/2024,7\n",
        "1,25,Rome,03/01/2024,12,0\n2,31,,05/01/2024,7,1\n",
    ],
    ids=["plain", "order", "utf-16", "gz-tab", "comment", "bare", "bare-id", "bare-target"],
)
def test_every_layout(tmp_path: Path, samples: Samples, content: str | bytes) -> None:
    """Any order, delimiter, encoding and packing; without names where their number tells them."""
    found = read(written(tmp_path, content, "new"), samples)
    assert found.inputs.tolist() == [[25, 0, 1, 0, 3, 2, 12], [31, 0, 0, 1, 5, 4, 7]]
    assert said(found) == []
    assert found.good.all()


def test_other_formats(tmp_path: Path, samples: Samples) -> None:
    """Parquet, with its own columns told as they are."""
    columns: dict[str, list[object]] = {"age": [25, 31], "city": ["Rome", None], "key": [2**60, 1]}
    path = parquet(tmp_path / "p", **columns, day=["03/01/2024", "05/01/2024"], pay=[12.0, 7.0])
    found = read(path, samples)
    assert found.inputs.tolist() == [[25, 0, 1, 0, 3, 2, 12], [31, 0, 0, 1, 5, 4, 7]]
    assert [c.to_pylist() for c in found.columns][2] == [2**60, 1]
    assert found.unused == ("key",)


@pytest.mark.parametrize("header", ["", "pixel0,pixel1\n"])
def test_columns_without_names_may_be_called_anything(tmp_path: Path, header: str) -> None:
    """Pixels are told by their place, whether a file has names for them or not."""
    pixels = tuple(Column(name, "number", how={}) for name in ("1", "2"))
    path = written(tmp_path, f"{header}0,255\n7,8\n", "new")
    found = read(path, Samples(pixels, is_nameless=True))
    assert found.inputs.tolist() == [[0, 255], [7, 8]]
    with pytest.raises(DataUnavailable, match="2 columns are needed, and it has 3"):
        read(written(tmp_path, "a,b,c\n1,2,3\n", "wide"), Samples(pixels, is_nameless=True))


def test_a_file_with_a_decimal_comma(tmp_path: Path, samples: Samples) -> None:
    """One column makes it certain, and it holds for the others."""
    lines = "age;city;day;pay\n25,5;Rome;03/01/2024;1.200\n31;Oslo;05/01/2024;7\n"
    found = read(written(tmp_path, lines, "new"), samples)
    assert found.inputs[:, 0].tolist() == [25.5, 31]


def test_rows_at_fault_are_told_and_the_others_read(tmp_path: Path, samples: Samples) -> None:
    """Each with its line, its column and why; a row of another width is in no column."""
    lines = "age,city,day,pay\n25,Rome,03/01/2024,12\nx,Paris,03/01/2024,1\n,,,\n1,Rome\n"
    lines += ",Rome,3.1.24,$ 1\n31,,05/01/2024,7\n"
    found = read(written(tmp_path, lines, "new"), samples)
    assert said(found) == [
        "line 3, column 'age': 'x' is not a number",
        "line 3, column 'city': unknown category 'Paris'; the data has Oslo, Rome",
        "line 5: 2 cells, but the header has 4",
        "line 6, column 'age': the value is missing, and only a training with missing=\"mean\" "
        "would fill it in",
        "line 6, column 'day': '3.1.24' is no date or time like %d/%m/%Y",
        "line 6, column 'pay': '$ 1' can't be compared: the numbers of the training are in '€'",
    ]
    assert (found.num_faults, found.num_odd) == (6, 1)
    assert found.good.tolist() == [True, False, False, True]
    assert found.inputs[found.good].tolist() == [[25, 0, 1, 0, 3, 2, 12], [31, 0, 0, 1, 5, 4, 7]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "age,Citty,day\n1,Rome,1\n",
            "it lacks 2 columns that the training read, 'city' (did you mean 'Citty'?), 'pay'; "
            "it has 'age', 'Citty', 'day'",
        ),
        ("1,2\n3,4\n", "it lacks 4 columns that the training read, 'age', 'city', 'day', 'pay'"),
        ("age,city,day,pay\n", "there is no sample in it"),
        ("age,city,day,pay\n,,,\n", "there is no sample in it"),
        (b"age,city\n1,\xc4\xc4\xc5\n", "save it as UTF-8"),
        ("<html>", "the file is a web page"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_at_once(
    tmp_path: Path, samples: Samples, content: str | bytes, message: str
) -> None:
    """All columns that are missing, each with the one that is probably meant."""
    path = written(tmp_path, content, "new")
    with pytest.raises(DataUnavailable) as raised:
        read(path, samples)
    assert str(raised.value).startswith(path)
    assert message in str(raised.value)


def test_a_legacy_encoding_is_the_trainings(tmp_path: Path) -> None:
    """What the person said of the one file holds for the other."""
    data = Csv(written(tmp_path, CASES["gbk"]), "好瓜", encoding="gbk")
    found = read(written(tmp_path, "颜色\n乌黑\n".encode("gbk"), "new"), samples_of(data))
    assert found.inputs.tolist() == [[1.0, 0.0]]


READ_AGAIN = [
    *((n, "y", {}) for n in ("bool", "date", "decimal_comma", "gz", "newline", "none_category")),
    *((n, "y", {}) for n in ("many_categories", "percent", "row_quoted", "thousands", "sci")),
    ("missing_words", "y", {"missing": "mean"}),
    ("no_header", "3", {"header": False}),
    ("text", "label", {"text": "hash(8)"}),
    ("whitespace", "3", {}),
    ("date", "y", {"cyclic": True}),
]


@pytest.mark.parametrize(("name", "target", "given"), READ_AGAIN)
def test_the_trainings_own_file_is_read_as_the_training_did(
    tmp_path: Path, name: str, target: str, given: dict[str, object]
) -> None:
    """To the last bit, every cell of it."""
    data = Csv(written(tmp_path, CASES[name]), target, **given)  # type: ignore[arg-type]  # a test's
    found = read(data.path, samples_of(data))
    assert said(found) == []
    assert np.array_equal(found.inputs, made(data).inputs.numpy(), equal_nan=True)


@pytest.mark.parametrize("missing", ["mean", "median", "indicator"])
def test_gaps_and_named_words(tmp_path: Path, missing: str) -> None:
    """Whatever fills them, they are NaN; what the person calls missing is."""
    data = Csv(written(tmp_path, GAPS), "y", missing=missing, na=(3,))  # type: ignore[arg-type]  # a test's
    found = read(data.path, samples_of(data))
    assert np.array_equal(found.inputs, made(data).inputs.numpy(), equal_nan=True)


def test_rare_and_unseen_categories_are_others(tmp_path: Path) -> None:
    """Where the training had some; a number that is a category is one here too."""
    content = table("zip,c", ["01", "02", "01"] * 4, ["a"] * 10 + ["b", "c"])
    data = Csv(written(tmp_path, content), "y", kinds=Pairs([("zip", "category")]), rare=2)
    found = read(written(tmp_path, "zip,c\n02,new\n", "new"), samples_of(data))
    assert found.inputs.tolist() == [[0, 1, 0, 1]]
