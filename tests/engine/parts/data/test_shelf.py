"""The data sets that there are, fetched and removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.parts.data import Data
from engine.parts.data.shelf import MADE, fetch, remove, shelf
from engine.parts.data.torchvision_sets import MNIST


def put(root: Path) -> None:
    """Files where MNIST's would be."""
    for name in MNIST.stored:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"1234")


def test_every_set_says_what_it_is(tmp_path: Path) -> None:
    """All that need no file of one's own; published ones with source and licence."""
    found = {one.name: one for one in shelf(tmp_path)}
    own = {name for name, kind in Data.members().items() if name not in found}
    assert own == {"csv", "images", "image_list", "npz", "picture", "points", "text", "lines"}
    assert [*found][:4] == ["MNIST", "FashionMNIST", "KMNIST", "CIFAR10"]
    for one in found.values():
        assert one.what.endswith(".")
        assert one.facts.num_samples > 0
        assert (one.source == MADE) == (not one.licence)
        assert one.is_here == (not one.download_bytes)
    assert found["MNIST"].download_bytes == 11_594_722
    assert found["CIFAR10"].download_bytes == 170_498_071
    assert (found["iris"].licence, found["FashionMNIST"].licence) == ("CC BY 4.0", "MIT")
    assert found["wine"].call == "wine(standardize=True)"
    assert found["moons"].call == "moons()"


def test_a_set_is_here_with_all_its_files(tmp_path: Path) -> None:
    """One file less, and it is to be downloaded."""
    put(tmp_path)
    assert shelf(tmp_path)[0].is_here
    (tmp_path / MNIST.stored[2]).unlink()
    assert not shelf(tmp_path)[0].is_here


def test_what_is_removed_is_its_own(tmp_path: Path) -> None:
    """Files of others stay with their folders; what had come of a download goes too."""
    put(tmp_path)
    (tmp_path / "MNIST" / "notes.txt").write_text("mine")
    begun = tmp_path / ".download-MNIST"
    begun.mkdir()
    (begun / "x.gz.part").write_bytes(b"12345")
    assert shelf(tmp_path)[0].begun_bytes == 5
    assert remove("MNIST", tmp_path) == 4 * 4 + 5
    assert [p.name for p in tmp_path.rglob("*")] == ["MNIST", "notes.txt"]
    (tmp_path / "MNIST" / "notes.txt").unlink()
    put(tmp_path)
    remove("MNIST", tmp_path)
    assert [*tmp_path.iterdir()] == []
    assert remove("MNIST", tmp_path) == 0


@pytest.mark.parametrize("name", ["iris", "nothing"])
def test_only_what_is_downloaded_is_fetched_and_removed(name: str, tmp_path: Path) -> None:
    """The message names what is."""
    from engine.parts.data import DataLocations

    for attempt in (lambda: remove(name, tmp_path), lambda: fetch(name, DataLocations(tmp_path))):
        with pytest.raises(UsageError, match="is no set that is downloaded: those are MNIST, "):
            attempt()
