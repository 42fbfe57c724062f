"""`perceptui data`."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import DataUnavailable
from engine.parts.data import DataLocations, Loading, shelf
from engine.parts.data.torchvision_sets import MNIST
from tests.tui.command_line import Bench, perceptui


def test_every_set_is_listed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """With samples, what is to be predicted, size, whether it is here, and own files."""
    monkeypatch.setenv("COLUMNS", "140")
    bench.write("houses.csv", "area,price\n1,2\n")
    lines = [line.split() for line in perceptui("data", "--data-dir", "d").lines]
    (mnist,) = [line for line in lines if line[:1] == ["MNIST"]]
    assert (
        mnist[1:11]
        == ["70,000", "10", "classes", "11.6", "MB", "to", "fetch", "CC", "BY-SA", "3.0"][:10]
    )
    (iris,) = [line for line in lines if line[:1] == ["iris"]]
    assert iris[1:9] == ["150", "3", "classes", "comes", "along", "CC", "BY", "4.0"]
    assert ["houses.csv", "0.0", "kB"] in lines


def test_one_is_told_of(bench: Bench) -> None:
    """All that there is to say; a name that is none is refused with the nearest."""
    text = perceptui("data", "FashionMNIST").out
    assert "github.com/zalandoresearch/fashion-mnist" in text
    assert "Trouser" in text
    (record,) = perceptui("data", "wine", "--json").records
    assert (record["samples"], record["licence"], record["is_here"]) == (178, "CC BY 4.0", True)
    assert "did you mean wine?" in bench.refused("data", "wien")
    Path("houses.csv").write_text("a,b\n1,2\n")
    assert "`perceptui inspect houses.csv` says what is in it" in bench.refused(
        "data", "houses.csv"
    )


def test_one_is_fetched_and_removed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells how far it is in steps; nobody is asked with --yes."""

    def fetching(self: MNIST, locations: DataLocations) -> None:
        for done in range(0, 101, 5):
            locations.on_loading(Loading("MNIST a.gz", done * 10_000, 1_000_000))
        for stored in self.stored:
            path = locations.data_dir / stored
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(100_000))

    monkeypatch.setattr(MNIST, "fetch", fetching)
    outcome = perceptui("data", "MNIST", "--fetch", "--data-dir", "d")
    assert outcome.lines[0] == "MNIST a.gz: 0%, 0.0 of 1.0 MB"
    assert len(outcome.lines) == 12
    assert outcome.lines[-1] == "MNIST is in d"
    assert shelf.shelf(Path("d"))[0].is_here
    refused = bench.refused("data", "MNIST", "--remove", "--data-dir", "d")
    assert "give --yes too" in refused
    outcome = perceptui("data", "MNIST", "--remove", "--yes", "--data-dir", "d")
    assert outcome.lines == ["removed 0.4 MB of MNIST"]
    assert not Path("d/MNIST").exists()


def test_what_can_not_be_fetched(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set that comes along, no name, and a network that is not there."""

    def failing(self: MNIST, locations: DataLocations) -> None:
        raise DataUnavailable("no network")

    monkeypatch.setattr(MNIST, "fetch", failing)
    assert "is no set that is downloaded" in bench.refused("data", "iris", "--fetch")
    assert "give a NAME" in bench.refused("data", "--fetch")
    assert bench.refused("data", "MNIST", "--fetch", code=4) == "no network"
