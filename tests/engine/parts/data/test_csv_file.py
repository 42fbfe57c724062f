"""CSV files: what they become, and what is said about those that can't be used."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import BadExperiment, DataUnavailable, UsageError
from engine.limits import COLUMNS, TABLE_FILE
from engine.parts.data.csv_file import Csv
from engine.spec.experiment_reader import from_raw
from tests.engine.parts.data.made import NOWHERE, made, same, scripted

PETS = """\
weight,coat,lives,kind
4.0,long,9,cat
30,short,1,dog
3.5,short,9,cat
25,long,1,dog
"""


def written(folder: Path, text: str | bytes, name: str = "table.csv") -> str:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return str(file)


def complaint(folder: Path, text: str | bytes, target: str = "y", **options: Any) -> str:
    """What is said about a file, without the file's path, which must come first."""
    path = written(folder, text)
    with pytest.raises(DataUnavailable) as raised:
        Csv(path, target, **options).facts()
    message = str(raised.value)
    assert message.startswith(path)
    return message.removeprefix(path).removeprefix(": ").removeprefix(", ")


def test_numbers_categories_and_classes(tmp_path: Path) -> None:
    """Numbers stay, categories become one column each in order of name, classes indices."""
    data = made(Csv(written(tmp_path, PETS), "kind"))
    assert data.inputs.tolist() == [[4, 1, 0, 9], [30, 0, 1, 1], [3.5, 0, 1, 9], [25, 1, 0, 1]]
    assert data.targets.tolist() == [0, 1, 0, 1]
    assert data.facts.classes == ("cat", "dog")
    assert data.facts.feature_names == ("weight", "coat", "lives")
    assert data.facts.shape == (4,)
    assert data.facts.num_samples == 4
    assert not data.facts.planar


def test_a_number_to_predict_is_a_regression(tmp_path: Path) -> None:
    """A target with fractions is a column of float32."""
    data = made(Csv(written(tmp_path, "a,b,y\n1,2,0.5\n3,4,1.5\n"), "y"))
    assert data.facts.task == "regression"
    assert data.targets.dtype == torch.float32
    assert data.targets.tolist() == [[0.5], [1.5]]
    assert data.facts.planar


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["0", "1", "0", "1"], "classification"),
        (["1.0", "2", "1", "2.0"], "classification"),
        (["1", "2", "3", "4"], "regression"),
        ([str(n) for n in range(11)] * 3, "regression"),
        (["0.5", "1", "0.5", "1"], "regression"),
        (["a", "b", "a", "b"], "classification"),
    ],
)
def test_the_task_follows_from_the_target(tmp_path: Path, values: list[str], task: str) -> None:
    """Texts and few, repeated whole numbers are classes; other numbers are a regression."""
    text = "x,y\n" + "".join(f"{n},{value}\n" for n, value in enumerate(values))
    facts = Csv(written(tmp_path, text), "y").facts()
    assert facts is not None
    assert facts.task == task


def test_the_task_can_be_said(tmp_path: Path) -> None:
    """An explicit task wins; number classes are in numeric order and named shortest."""
    path = written(tmp_path, "x,y\n1,10\n2,9\n3,10.0\n4,9\n")
    regression = made(Csv(path, "y", task="regression"))
    assert regression.targets.tolist() == [[10], [9], [10], [9]]
    classes = made(Csv(path, "y", task="classification"))
    assert classes.facts.classes == ("9", "10")
    assert classes.targets.tolist() == [1, 0, 1, 0]


def test_large_number_classes_stay_apart(tmp_path: Path) -> None:
    """Classes that agree in their first six digits are still two."""
    path = written(tmp_path, "x,y\n1,1234567\n2,1234568\n3,1234567\n4,1234568\n")
    assert made(Csv(path, "y")).facts.classes == ("1234567", "1234568")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    """Each of the four delimiters is recognized, others inside of quoted cells notwithstanding."""
    rows = [["a", '"b, c; d|e"', "y"], ["1", '"p, q"', "u"], ["2", "r", "v"], ["3", "r", "u"]]
    rows.append(["4", "r", "v"])
    text = "".join(f"{delimiter} ".join(row) + "\n" for row in rows)
    data = made(Csv(written(tmp_path, text), "y"))
    assert data.facts.feature_names == ("a", "b, c; d|e")
    assert data.inputs.tolist() == [[1, 1, 0], [2, 0, 1], [3, 0, 1], [4, 0, 1]]


def test_a_given_delimiter_is_used(tmp_path: Path) -> None:
    """With a tab asked for, commas belong to the cells."""
    path = written(tmp_path, "a,b,c\ty\n1\t2.5\n2\t3.5\n")
    facts = Csv(path, "y", delimiter="tab").facts()
    assert facts is not None
    assert facts.feature_names == ("a,b,c",)


MISSING = "a,c,y\n1,red,0\n?,blue,1\n3,NA,0\n4,red,\n5,blue,1\n"


def test_rows_with_missing_cells_can_be_dropped(tmp_path: Path) -> None:
    """missing="drop" keeps the whole rows only."""
    path = written(tmp_path, MISSING)
    data = made(Csv(path, "y", missing="drop", task="regression"))
    assert data.inputs.tolist() == [[1, 0, 1], [5, 1, 0]]
    assert data.targets.tolist() == [[0], [1]]
    assert data.facts.num_samples == 2


def test_missing_cells_can_wait_for_the_mean(tmp_path: Path) -> None:
    """missing="mean" leaves NaN in numbers; texts get a category; rows without target go."""
    data = made(Csv(written(tmp_path, MISSING), "y", missing="mean"))
    nan = math.nan
    expected = torch.tensor([[1, 0, 1, 0], [nan, 1, 0, 0], [3, 0, 0, 1], [5, 1, 0, 0]])
    assert same(data.inputs, expected)
    assert data.targets.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("missing", ["drop", "mean"])
@pytest.mark.parametrize("task", ["auto", "regression"])
def test_the_printed_generator_reads_the_same(tmp_path: Path, missing: Any, task: Any) -> None:
    """The generator's source, run alone, makes the same tensors, byte order mark and blanks too."""
    text = "\ufeff \n a ;c;id;y\n1;red;u;0\n\n ?;blue;v;1\n3; NA ;w;0\n;;;\n4;red;x;\n5;blue;y;1\n"
    text += "6;red;z;0\n7;blue;z;1\n8;red;z;1\n"
    data = Csv(written(tmp_path, text), "y", missing=missing, task=task, ignore=("id",))
    inputs, targets = scripted(data.generator(NOWHERE))
    ours = made(data)
    assert same(inputs, ours.inputs)
    assert same(targets, ours.targets)
    assert ours.facts.feature_names == ("a", "c")


def test_quoted_cells_hold_line_breaks(tmp_path: Path) -> None:
    """A cell over two lines is one cell, and later errors still name the right line."""
    text = 'c,x,y\n"two\nlines",1,a\none,2,b\none,3,a\none,bad,b\n'
    facts = Csv(written(tmp_path, text), "y").facts()
    assert facts is not None
    assert facts.num_samples == 4
    assert "line 7: 2 cells, but the header has 3" in complaint(tmp_path, text + "one,3\n")


ROWS = "".join(f"{n},name {n},{'ab'[n % 2]}\n" for n in range(101))


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "the file is empty"),
        ("\n \n", {}, "the file is empty"),
        ("x,y\n", {}, "the file has a header and no rows"),
        ("x,yy\n1,a\n", {}, "no target column 'y': did you mean 'yy'?"),
        ("a,b\n1,a\n", {}, "no target column 'y'; it has 'a', 'b'"),
        (
            "1,2\n3,4\n",
            {},
            "no target column 'y'; it has no header, so its columns are named by number, 1 to 2",
        ),
        ("x,y\n1,a\n", {"ignore": ("z",)}, "no column to ignore 'z'; it has 'x', 'y'"),
        ("x,y\n1,a\n2\n", {}, "line 3: 1 cell, but the header has 2"),
        ("x,y\n1,a\n2,b,c\n", {}, "line 3: 3 cells, but the header has 2"),
        ("y\na\nb\n", {}, "no column is left beside the target 'y'"),
        ("x,y\n1,a\n,b\n", {}, "line 3, column 'x': the cell is missing; fill it in, or set"),
        (
            "x,z,y\n?,1,a\n1,,b\n2,?,a\n,1,b\n",
            {"missing": "drop"},
            "no row is left: each has a missing",
        ),
        ("x,y\n1,a\n2,a\n", {}, "the target column 'y' has only one class, 'a'"),
        ("x,y\n1,a\n2,b\n3,a\n", {}, "line 3, column 'y': class 'b' has a single sample; each"),
        ("x,y\n1,0\n2,0\n3,0\n4,5\n", {}, "has a single sample; each class needs at least 2; for"),
        ("x,y\n1,3\n2,b\n", {"task": "regression"}, "line 3, column 'y': 'b' is not a number, as"),
        ("x,y\n1,a\ninf,b\n", {}, "line 3, column 'x': inf is not a number that float32 can"),
        ("x,y\n1,2\n2,-1e39\n", {}, "line 3, column 'y': -1e+39 is not a number that float32"),
        (
            "x,id,y\n" + ROWS,
            {},
            "column 'id': 101 different texts ('name 0'): more",
        ),
        (b"x,y\n1,\0\n", {}, "the file is binary, not a CSV file"),
        (
            "x,y\n1,a\n2,é\n".encode("latin-1"),
            {},
            "line 3: byte 0xe9 is not UTF-8; most likely it is cp1252; give enc",
        ),
        ('x,y\n1,a\n"' + "z" * 200_000, {}, "line 3: a cell is longer than 131,072 characters"),
    ],
)
def test_what_can_not_be_used_is_named(
    tmp_path: Path, text: str | bytes, options: dict[str, Any], message: str
) -> None:
    """The error names the file, the line and the column, and what would be right."""
    assert message in complaint(tmp_path, text, **options)


def test_ids_can_be_ignored(tmp_path: Path) -> None:
    """A column of unique texts is no obstacle once it is ignored; a nameless one neither."""
    path = written(tmp_path, "x,id,y\n" + ROWS)
    assert made(Csv(path, "y", ignore=("id",))).inputs.shape == (101, 1)
    path = written(tmp_path, ",,x,y\n1,2,3,a\n1,2,4,b\n1,2,3,a\n1,2,4,b\n")
    assert made(Csv(path, "y", ignore=("",))).inputs.shape == (4, 1)


def test_an_absent_file_has_no_facts_and_can_not_be_loaded(tmp_path: Path) -> None:
    """Facts of an absent file are unknown; loading it says that there is none."""
    data = Csv(str(tmp_path / "none.csv"), "y")
    assert data.facts() is None
    with pytest.raises(DataUnavailable, match=r"none\.csv: no such file"):
        made(data)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder in the file's place is called one."""
    with pytest.raises(DataUnavailable, match="is a folder, not a CSV file"):
        Csv(str(tmp_path), "y").facts()


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    """Facts follow the file as it is now."""
    path = written(tmp_path, PETS)
    before = Csv(path, "kind").facts()
    written(tmp_path, PETS + "1,long,9,cat\n")
    os.utime(path, ns=(1, 1))
    after = Csv(path, "kind").facts()
    assert before is not None
    assert after is not None
    assert (before.num_samples, after.num_samples) == (4, 5)


def test_typed_rows_become_inputs(tmp_path: Path) -> None:
    """Rows of texts, one per raw column, become numbers as the training rows did."""
    data = Csv(written(tmp_path, PETS), "kind")
    assert data.new_samples(data.known_facts()).encode(
        [["-1", " long ", "2"], ["3", "short", "4"]]
    ) == [
        [-1, 1, 0, 2],
        [3, 0, 1, 4],
    ]


def test_bad_typed_rows_are_named(tmp_path: Path) -> None:
    """A wrong count, an unknown category and a missing value name their row and column."""
    data = Csv(written(tmp_path, PETS), "kind")
    cases = {
        ("1", "long"): r"expected 3 values \(weight, coat, lives\), got 2",
        ("1", "curly", "2"): "coat: unknown category 'curly'; the data has long, short",
        ("x", "long", "2"): "weight: 'x' is not a number",
        ("?", "long", "2"): "weight: the value is missing",
    }
    for row, message in cases.items():
        with pytest.raises(UsageError, match=message):
            data.new_samples(data.known_facts()).encode([row])
    filled = Csv(data.path, "kind", missing="mean")
    mean = filled.new_samples(filled.known_facts()).encode([["?", "long", "2"]])
    assert [math.isnan(value) for value in mean[0]] == [True, False, False, False]


def test_paths_start_at_the_experiments_folder(tmp_path: Path) -> None:
    """A relative path is taken from the folder, an absolute one stays."""
    assert Csv("a/../t.csv", "y").at(tmp_path).path == str(tmp_path / "t.csv")
    assert Csv("/t.csv", "y").at(tmp_path).path == "/t.csv"
    assert Csv("t.csv", "y").at(tmp_path).files() == (tmp_path / "t.csv",)


def test_complaints(tmp_path: Path) -> None:
    """An ignored target and a path that names nothing are refused before any reading."""
    assert "in ignore too" in Csv("t.csv", "y", ignore=("y",)).complaint()
    assert "path must name" in Csv("", "y").complaint()
    assert "path must name" in Csv("a\0b", "y").complaint()
    assert Csv("t.csv", "y").complaint() == ""


def test_very_many_columns_are_refused(tmp_path: Path) -> None:
    """By their number, before any name is looked at."""
    header = ",".join(["c"] * (COLUMNS.most + 1))
    assert complaint(tmp_path, f"{header}\n{header}\n") == (
        "the table has 100,001 columns, more than the 100,000 that are taken"
    )


def test_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    """Before the rest of the file is read: it may have a hundred times as much."""
    path = tmp_path / "table.csv"
    with path.open("wb") as file:
        file.write(b"x,y\n")
        file.truncate(TABLE_FILE.most)
    with pytest.raises(DataUnavailable, match="the file is binary"):
        Csv(str(path), "y").facts()


def test_the_largest_float32_is_a_number(tmp_path: Path) -> None:
    """Also in its shortest form, which is a little more; the next one is not."""
    data = made(Csv(written(tmp_path, "x,y\n3.4028235e38,0.5\n-3.4028235e38,1.5\n"), "y"))
    assert data.inputs.tolist() == [[3.4028234663852886e38], [-3.4028234663852886e38]]
    assert "is not a number that float32" in complaint(tmp_path, "x,y\n3.4028236e38,0.5\n1,1.5\n")


def test_what_is_predicted_is_finite(tmp_path: Path) -> None:
    """Also where whole numbers are classes: the one that is none is named with its line."""
    said = complaint(tmp_path, "x,y\n1,0\n2,1\n3,0\n4,1\n5,1e999\n")
    assert said.startswith("line 6, column 'y': inf is not a number that float32 can hold")


def test_marks_can_be_predicted_as_numbers(tmp_path: Path) -> None:
    """A loss for numbers over whole ones that were taken for classes is told how to get them."""
    path = written(tmp_path, "x,y\n" + "".join(f"{n},{n % 5}\n" for n in range(40)))
    raw = {
        "data": f"csv({path!r}, 'y')",
        "layers": ["Linear(1)"],
        "loss": "MSELoss()",
        "optimizer": "SGD()",
    }
    with pytest.raises(
        BadExperiment, match=r'end with Linear\(5\), or predict .* task="regression"'
    ):
        from_raw(raw)
