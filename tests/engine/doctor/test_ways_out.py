"""What could be done where an experiment and its data don't fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.doctor.ways_out import begun_with, fitted_to_data, ways_out
from engine.errors import BadExperiment
from engine.spec.difference import changes
from engine.spec.experiment_reader import from_raw
from engine.spec.presets import names
from engine.spec.toml_text import parse_toml, read_raw
from engine.spec.writer import to_toml

DATA = ("circle()", "iris()", "diabetes()", "digits()", "wave()", "CIFAR10()", "one_step()")


def of(preset: str, **changed: object) -> dict[str, object]:
    """A preset with some of its fields exchanged."""
    return {**read_raw(names()[preset]), **changed}


@pytest.mark.parametrize("name", sorted(names()))
def test_every_way_is_valid_and_another(name: str) -> None:
    """Each preset with each kind of data: it fits, or there is a way, and each holds when read."""
    for data in DATA:
        raw = of(name, data=data)
        ways = ways_out(raw)
        try:
            from_raw(raw)
        except BadExperiment:
            assert ways, data
        else:
            assert not ways
        texts = [to_toml(way.experiment) for way in ways]
        assert len(set(texts)) == len(texts)
        for text in texts:
            from_raw(parse_toml(text))


@pytest.mark.parametrize(
    ("preset", "data", "expected"),
    [
        ("moons", "iris()", "use CrossEntropyLoss() instead of BCEWithLogitsLoss(); "
         "give Linear(1) 3 outputs"),
        ("circle", "iris()", "use CrossEntropyLoss() and no Sigmoid() instead of BCELoss(); "
         "give Linear(1) 3 outputs"),
        ("wave", "digits()", "put Flatten() before Linear(32) (layers[0]); "
         "use CrossEntropyLoss() instead of MSELoss(); give Linear(1) 10 outputs"),
        ("digits", "iris()", "leave Conv2d(16, 3, padding=1) to Flatten() out; "
         "give Linear(10) 3 outputs"),
        ("mnist-cnn", "digits()", "give Conv2d(16, 5) padding=2"),
        ("two-gaussians", "wave()", "use MSELoss() and no Softmax(dim=1) instead of "
         "CrossEntropyLoss(); give Linear(2) 1 output"),
        ("three-features", "moons()", "predict none of the samples that are asked for"),
    ],
)  # fmt: skip
def test_the_soundest_way_is_first(preset: str, data: str, expected: str) -> None:
    """What the doctor would have least against, by the fewest changes."""
    assert ways_out(of(preset, data=data))[0].text == expected


def test_the_last_way_is_a_new_network() -> None:
    """Where nothing of the old one is worth keeping."""
    way = ways_out(of("circle", data="digits()"))[-1]
    assert way.text == "a new network for this data: Flatten(), Linear(32), ReLU(), Linear(10)"
    assert str(way.experiment.loss) == "CrossEntropyLoss()"


def test_splits_and_weights_that_do_not_fit_are_left_out() -> None:
    """A set with a test split of its own needs none of the fraction; a regression no weights."""
    own = ways_out(of("digits", data="MNIST()"))[0]
    assert "leave test_fraction out" in own.changes
    weighted = of("iris", data="diabetes()", class_weights="balanced")
    assert ways_out(weighted)[0].experiment.class_weights is None


def test_what_nobody_can_guess_has_no_way_out() -> None:
    """A word that is like no layer is said where it stands, and so is a file that isn't there."""
    assert ways_out(of("circle", layers=["Quux(4)"])) == []
    assert ways_out(of("circle", data='csv("nowhere.csv", "y")')) == []


def test_other_data_says_what_was_changed_for_it() -> None:
    """Data that fits changes nothing else; what does not fit is made to."""
    same = fitted_to_data(of("moons"), "xor()")
    assert same is not None
    assert same.changes == ()
    other = fitted_to_data(of("moons"), "iris(standardize=True)")
    assert other is not None
    before = from_raw(of("moons"))
    assert {change.place for change in changes(before, other.experiment)} == {
        *("data", "loss", "layers[4].out_features")
    }
    assert fitted_to_data(of("moons"), "nothing()") is None


@pytest.mark.parametrize(
    ("call", "objective", "first"),
    [
        ("names()", "next_token()", "Embedding(56, 32)"),
        ("sorting()", "supervised()", "Embedding(10, 32)"),
        ("modular(5)", "supervised()", "Embedding(5, 32)"),
        ("sine_series()", "supervised()", "Flatten()"),
        ('points("own.csv")', "flow()", "Linear(64)"),
        ('lines("own.txt")', "next_token()", "Embedding(4, 32)"),
        ('csv("own.csv", "c", text="word", kinds={"b": "text"}, ignore=["a"])', "supervised()", ""),
    ],
)
def test_data_begins_with_what_can_be_asked_of_it(
    call: str, objective: str, first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small network that reads it, by itself or in the place of one that reads points."""
    monkeypatch.chdir(tmp_path)
    Path("own.txt").write_text("ab\nba\nc\n" * 9)
    Path("own.csv").write_text("a,b\n" + "1,2\n3,4\n" * 9)
    if call.startswith("csv"):
        Path("own.csv").write_text("a,b,c\n" + "1,one two,yes\n3,three,no\n" * 9)
    begun = begun_with(call)
    assert from_raw(parse_toml(to_toml(begun)), folder=Path()) == begun
    assert str(begun.objective) == objective
    assert first in ("", str(begun.layers[0].brief))
    way = fitted_to_data(of("moons"), call, Path())
    assert way is not None
    assert str(way.experiment.objective) == objective
