"""Folders as they are unpacked: what is read, and what is counted and said."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from PIL import Image

from engine.errors import DataUnavailable, Remark
from engine.parts.data.image_folder import ImageFolder
from tests.engine.parts.data.made import NOWHERE, same, scripted


def _pictures(*folders: Path) -> None:
    for folder in folders:
        folder.mkdir(parents=True)
        for number in range(2):
            Image.new("L", (2, 2), 90 * number).save(folder / f"{number}.png")


def test_what_is_no_picture_is_counted_and_said(tmp_path: Path) -> None:
    """What a Mac and Windows put beside, hidden files and unknown endings, each by its kind."""
    _pictures(tmp_path / "red", tmp_path / "blue", tmp_path / "__MACOSX")
    for name in ("red/Thumbs.db", "red/.hidden.png", "blue/a.heic", "blue/b.HEIC", "x.png", "x"):
        (tmp_path / name).write_text("")
    data = ImageFolder(str(tmp_path), color="gray")
    assert data.known_facts().classes == ("blue", "red")
    with pytest.warns(Remark) as remarks:
        data.load(NOWHERE)
    assert str(remarks[0].message) == (
        f"{tmp_path}: 8 files are left out: 2 in __MACOSX, 2 with the ending .heic, "
        "1 Thumbs.db, 1 beside the classes, 1 hidden, 1 without an ending"
    )


def test_a_plain_folder_has_nothing_said(tmp_path: Path) -> None:
    """Neither a remark nor a warning."""
    _pictures(tmp_path / "red", tmp_path / "blue")
    assert ImageFolder(str(tmp_path)).surveyed() == ""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ImageFolder(str(tmp_path)).load(NOWHERE)


def test_deeper_and_nested_folders_are_read(tmp_path: Path) -> None:
    """A level too deep, and folders in a class, with a word; loaded, streamed and in the script."""
    _pictures(tmp_path / "all" / "red", tmp_path / "all" / "blue" / "2020", tmp_path / "__MACOSX")
    data = ImageFolder(str(tmp_path), size=2, color="gray")
    with pytest.warns(Remark, match="the classes are the folders of all; .*: 2 of 'blue'; 2 files"):
        loaded = data.load(NOWHERE)
    assert loaded.facts.classes == ("blue", "red")
    assert loaded.inputs[:, 0, 0, 0].tolist() == [0, 90, 0, 90]
    assert same(loaded.inputs, scripted(data.generator(NOWHERE))[0])
    with pytest.warns(Remark):
        files = data.left_on_disk(NOWHERE).files
    assert files is not None
    names = ("all/blue/2020/0.png", "all/blue/2020/1.png", "all/red/0.png", "all/red/1.png")
    assert files.paths == names


def test_folders_of_splits_are_splits(tmp_path: Path) -> None:
    """However they are written, a level too deep, too; a split may lack a class."""
    _pictures(*(tmp_path / "all" / "Train" / name for name in ("a", "b", "c")))
    _pictures(tmp_path / "all" / "VALID" / "c", tmp_path / "all" / "test" / "b")
    _pictures(tmp_path / "all" / "test" / "c")
    data = ImageFolder(str(tmp_path), size=2, color="gray")
    facts = data.known_facts()
    assert (facts.num_samples, facts.classes) == (6, ("a", "b", "c"))
    assert facts.own_sizes == {"validation": 2, "test": 4}
    with pytest.warns(Remark, match="all/Train and all/VALID and all/test are its splits"):
        loaded = data.load(NOWHERE)
    assert {name: part[1].tolist() for name, part in loaded.own.items()} == {
        "validation": [2, 2],
        "test": [1, 1, 2, 2],
    }
    assert same(loaded.inputs, scripted(data.generator(NOWHERE))[0])
    for name, generator in data.own_generators(NOWHERE).items():
        inputs, targets = scripted(generator)
        assert same(inputs, loaded.own[name][0])
        assert same(targets, loaded.own[name][1])


@pytest.mark.parametrize(
    ("folders", "said"),
    [
        (("train/a", "train/b", "test/d"), "test/d: 'd' is none of the classes to learn (a, b)"),
        (("train/a", "train/b", "val/a", "valid/a"), "val and valid would both be the validation"),
        (("train", "test"), "in train for each of at least two classes, found 0"),
    ],
)
def test_splits_that_can_be_none(tmp_path: Path, folders: tuple[str, ...], said: str) -> None:
    """Are refused with what is wrong with them."""
    _pictures(*(tmp_path / folder for folder in folders))
    with pytest.raises(DataUnavailable, match=re.escape(said)):
        ImageFolder(str(tmp_path)).facts()


def test_pictures_to_test_with_no_class_are_left_out(tmp_path: Path) -> None:
    """As in a competition, whose test pictures nobody has named."""
    _pictures(tmp_path / "train" / "a", tmp_path / "train" / "b", tmp_path / "test")
    data = ImageFolder(str(tmp_path))
    assert data.known_facts().own_sizes == {}
    assert data.surveyed() == (
        f"{tmp_path}: train is read; 2 files are left out: 2 beside the classes"
    )


def test_a_broken_picture_is_named_without_torch(tmp_path: Path) -> None:
    """One that is cut off, by whoever looks before a trainer is started."""
    _pictures(tmp_path / "a", tmp_path / "b")
    data = ImageFolder(str(tmp_path))
    data.look()
    whole = (tmp_path / "b" / "1.png").read_bytes()
    (tmp_path / "b" / "1.png").write_bytes(whole[: len(whole) // 2])
    code = (
        "import sys; from engine.parts.data.image_folder import ImageFolder\n"
        f"try: ImageFolder({str(tmp_path)!r}).look()\n"
        "except Exception as error: print(error, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"{tmp_path}: b/1.png can't be read: ")
    assert done.stdout.endswith(" False\n")
