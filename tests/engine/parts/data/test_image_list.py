"""A table of file names and labels: what it becomes, and what is said about one that can't be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from engine.errors import DataUnavailable, Remark
from engine.parts.data.fingerprint import fingerprint
from engine.parts.data.image_list import ImageList
from tests.engine.parts.data.made import NOWHERE, same, scripted

ROWS = ("a.png;10", "b/c.png;9", "d.png;10", "e.png;9", "f.png;", "d.png;9")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Five gray pictures, and a table of six rows that names them, one without a class."""
    (tmp_path / "b").mkdir()
    for number, name in enumerate(("a", "b/c", "d", "e", "f")):
        Image.new("L", (2, 2), 10 * number).save(tmp_path / f"{name}.png")
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(["picture;class", *ROWS]), "utf-8")
    return path


def _of(path: Path, **arguments: Any) -> ImageList:
    return ImageList(
        **{"path": str(path), "label": "class", "size": 2, "color": "gray", **arguments}
    )


def test_pictures_are_those_of_the_table(table: Path) -> None:
    """In its order, also twice; classes that are numbers in theirs; loaded and in the script."""
    data = _of(table)
    with pytest.warns(Remark, match="labels.csv: 1 row without a class left out"):
        loaded = data.load(NOWHERE)
    assert loaded.facts.classes == ("9", "10")
    assert loaded.inputs[:, 0, 0, 0].tolist() == [0, 10, 20, 30, 20]
    assert loaded.targets.tolist() == [1, 0, 1, 0, 0]
    inputs, targets = scripted(data.generator(NOWHERE))
    assert same(inputs, loaded.inputs)
    assert same(targets, loaded.targets)


@pytest.mark.filterwarnings("ignore::engine.errors.Remark")
def test_left_on_disk_they_are_the_same(table: Path) -> None:
    """By their names in the folder."""
    unread = _of(table).left_on_disk(NOWHERE)
    assert unread.files is not None
    assert unread.files.paths == ("a.png", "b/c.png", "d.png", "e.png", "d.png")
    pictures = [unread.files.read(table.parent / name) for name in unread.files.paths]
    assert torch.equal(torch.stack(pictures), _of(table).load(NOWHERE).inputs)


@pytest.mark.filterwarnings("ignore::engine.errors.Remark")
def test_a_column_of_splits(tmp_path: Path, table: Path) -> None:
    """Its rows are trained on, select, and are measured at the end."""
    splits = ("train", "Train", "train", "train", "val", "TEST", "valid")
    rows = [*ROWS[:5], "a.png;10", "e.png;9"]
    lines = [f"{row};{split}" for row, split in zip(rows, splits, strict=True)]
    table.write_text("\n".join(["picture;class;part", *lines]), "utf-8")
    data = _of(table, split="part")
    loaded = data.load(NOWHERE)
    assert loaded.facts.own_sizes == {"validation": 1, "test": 1}
    assert loaded.inputs[:, 0, 0, 0].tolist() == [0, 10, 20, 30]
    assert loaded.own["validation"][1].tolist() == [0]
    assert loaded.own["test"][0][0, 0, 0, 0] == 0
    for name, generator in data.own_generators(NOWHERE).items():
        inputs, targets = scripted(generator)
        assert same(inputs, loaded.own[name][0])
        assert same(targets, loaded.own[name][1])


def test_names_without_an_ending(table: Path, tmp_path: Path) -> None:
    """As in competitions: the ending is asked for, and put behind each; no header, columns by
    number; the folder is another one."""
    other = tmp_path / "lists" / "train.csv"
    other.parent.mkdir()
    other.write_text("a,cat\nd,dog\ne,cat\nf,dog\n", "utf-8")
    found = {"folder": str(tmp_path), "label": 2}
    with pytest.raises(DataUnavailable, match=r"the names in '1' lack their ending: .*'\.png'"):
        _of(other, **found).facts()
    loaded = _of(other, ending=".png", **found).load(NOWHERE)
    assert loaded.facts.classes == ("cat", "dog")
    assert loaded.inputs[:, 0, 0, 0].tolist() == [0, 20, 30, 40]


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("picture,klass\na.png,x\n", {}, "no column of classes 'class': did you mean 'klass'?"),
        ("picture,class\nz.png,x\n", {}, "no column names files in "),
        (
            "picture,class\na.png,x\nz.png,y\nq.png,y\n",
            {},
            "line 3: 'z.png' is not in .* of 2 such",
        ),
        ("picture,class\na.png,x\nd.png,x\n", {}, "expected at least two classes in 'class'"),
        ("picture,class\na.png,x\nd.png,x\ne.png,y\n", {}, "class 'y' has 1 picture; each needs"),
        ("picture,class\na.png,x,1\nd.png,x\n", {}, "line 2: 3 cells, expected 2"),
        (
            "picture,class,part\na.png,x,train\nd.png,x,mine\n",
            {"split": "part"},
            "line 3, column 'part': 'mine' is no split",
        ),
    ],
)
def test_what_is_wrong_with_it_is_said(
    table: Path, text: str, arguments: dict[str, Any], said: str
) -> None:
    """With its line or column, and what would be right."""
    table.write_text(text, "utf-8")
    with pytest.raises(DataUnavailable, match=said):
        _of(table, **arguments).facts()


def test_an_absent_table_has_no_facts(tmp_path: Path) -> None:
    """And a broken picture is named by its name in the folder; the table counts as data."""
    assert _of(tmp_path / "no.csv").facts() is None


def test_a_broken_picture_is_named(table: Path) -> None:
    """And what the table says is part of what a run remembers of its data."""
    before = fingerprint(_of(table))
    (table.parent / "b" / "c.png").write_text("no picture")
    with pytest.raises(
        DataUnavailable, match=r"labels\.csv: b/c\.png can't be read: not a picture"
    ):
        _of(table).look()
    changed = fingerprint(_of(table))
    table.write_text("\n".join(["picture;class", *reversed(ROWS)]), "utf-8")
    assert len({before, changed, fingerprint(_of(table))}) == 3
