"""Arrays of an .npz file: what they become, and what is said about those that can't be."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import DataUnavailable
from engine.parts.data.array_file import ArrayFile
from tests.engine.parts.data.made import NOWHERE, same, scripted

Y = np.array([0, 1, 0, 1])


def _file(folder: Path, **arrays: Any) -> Path:
    path = folder / "data.npz"
    np.savez_compressed(path, **arrays)
    return path


def _checked(data: ArrayFile) -> Any:
    """What it loads; its script makes the same, and numbers of an older NumPy's warn of nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = data.load(NOWHERE)
        for generator, expected in (
            (data.generator(NOWHERE), (loaded.inputs, loaded.targets)),
            *((one, loaded.own[name]) for name, one in data.own_generators(NOWHERE).items()),
        ):
            for first, second in zip(scripted(generator), expected, strict=True):
                assert same(first, second)
    facts = loaded.facts
    assert tuple(loaded.inputs.shape) == (facts.num_samples, *facts.shape)
    return loaded


def test_vectors_and_their_classes(tmp_path: Path) -> None:
    """Numbers of any kind become float32, classes their indices; features are named by number."""
    path = _file(tmp_path, x=np.arange(8).reshape(4, 2), y=np.array([7, -1, 7, -1]))
    loaded = _checked(ArrayFile(str(path), standardize=True))
    assert loaded.inputs.dtype == torch.float32
    assert loaded.inputs.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert loaded.targets.tolist() == [1, 0, 1, 0]
    assert loaded.facts.classes == ("-1", "7")
    assert loaded.facts.feature_names == ("x1", "x2")
    assert (loaded.standardize, loaded.pixels, loaded.facts.planar) == (True, None, True)


@pytest.mark.parametrize(
    ("y", "task", "classes", "targets"),
    [
        (np.array(["b", "a", "b", "a"]), "auto", ("a", "b"), [1, 0, 1, 0]),
        (np.array([[1], [0], [1], [0]]), "auto", ("0", "1"), [1, 0, 1, 0]),
        (np.array([True, False, True, False]), "auto", ("False", "True"), [1, 0, 1, 0]),
        (np.eye(2)[[1, 0, 1, 0]], "auto", ("0", "1"), [1, 0, 1, 0]),
        (np.array([1.5, 2, 3, 4]), "auto", (), [[1.5], [2], [3], [4]]),
        (np.array([1.0, 2, 1, 2]), "classification", ("1.0", "2.0"), [0, 1, 0, 1]),
        (np.array([[1, 2], [3, 4], [5, 6], [7, 8]]), "auto", (), [[1, 2], [3, 4], [5, 6], [7, 8]]),
        (np.array([1, 2, 1, 2]), "regression", (), [[1], [2], [1], [2]]),
    ],
)
def test_what_is_predicted(tmp_path: Path, y: Any, task: Any, classes: Any, targets: Any) -> None:
    """Texts, whole numbers and columns of 0 and 1 are classes, others numbers."""
    loaded = _checked(ArrayFile(str(_file(tmp_path, x=np.arange(4), y=y)), task=task))
    assert loaded.facts.classes == classes
    assert loaded.facts.shape == (1,)
    assert loaded.targets.tolist() == targets


@pytest.mark.parametrize(
    ("shape", "kind", "expected", "scale"),
    [
        ((4, 2, 5), np.uint8, (1, 2, 5), 255.0),
        ((4, 2, 5, 3), np.uint8, (3, 2, 5), 255.0),
        ((4, 3, 2, 5), np.uint16, (3, 2, 5), 65535.0),
        ((4, 2, 5, 1), np.float64, (1, 2, 5), 1.0),
    ],
)
def test_pictures(tmp_path: Path, shape: Any, kind: Any, expected: Any, scale: float) -> None:
    """Their channels come first; bytes stay bytes, larger numbers are scaled, not cut off."""
    values = np.linspace(0, scale, int(np.prod(shape))).reshape(shape).astype(kind)
    loaded = _checked(ArrayFile(str(_file(tmp_path, images=values, labels=Y)), flip=True))
    assert loaded.facts.shape == expected
    assert loaded.inputs.dtype == (torch.uint8 if kind == np.uint8 else torch.float32)
    assert loaded.pixels.scale == scale
    last = values[-1] if shape[-1] == 5 else np.moveaxis(values[-1], -1, 0)
    assert loaded.inputs[-1].flatten().tolist() == last.astype(np.float32).flatten().tolist()


def test_splits_of_the_file(tmp_path: Path) -> None:
    """As Keras and MedMNIST call them; a class that a split lacks keeps the others' indices."""
    path = _file(
        tmp_path,
        x_train=np.zeros((4, 3)),
        y_train=Y,
        x_test=np.ones((1, 3)),
        y_test=[1],
    )
    loaded = _checked(ArrayFile(str(path)))
    assert loaded.facts.own_sizes == {"test": 1}
    assert loaded.own["test"][1].tolist() == [1]
    path = _file(
        tmp_path,
        **{f"{s}_images": np.zeros((4, 2, 2), np.uint8) for s in ("train", "val", "test")},
        **{f"{s}_labels": Y[:, None] for s in ("train", "val", "test")},
    )
    assert _checked(ArrayFile(str(path))).facts.own_sizes == {"validation": 4, "test": 4}


@pytest.mark.parametrize(
    ("arrays", "arguments", "said"),
    [
        ({"a": Y}, {}, 'say which arrays are what, like x="pictures", y="classes"; it has a'),
        ({"x": Y, "y": Y}, {"x": "z"}, "no array 'z'; it has x, y"),
        ({"x": Y[:3], "y": Y}, {}, r"x and y are of the shapes \[3\] and \[4\]: not a row each"),
        ({"x": Y, "y": np.array([1, 2, {}, 3])}, {}, "y holds Python objects, which are not read"),
        ({"x": np.array([*"abcd"]), "y": Y}, {}, "x holds texts, not numbers"),
        ({"x": np.array([1, 2, 3, np.nan]), "y": Y}, {}, "x has cells that are no numbers: 1"),
        ({"x": Y, "y": np.array([1, 1, 1, 2])}, {}, "y has the class 2 once"),
        ({"x": Y, "y": np.array([1, 1, 1, 1])}, {}, "y has one class only: 1"),
        ({"x": np.zeros((4, 5, 6, 7)), "y": Y}, {}, "neither vectors"),
        ({"x": np.full((4, 2, 2), 300.0), "y": Y}, {}, "not from 0 to 1: say what is white"),
        ({"x": Y, "y": Y}, {"flip": True}, "x holds vectors: leave flip out"),
        ({"x": Y, "y": Y}, {"standardize_target": True}, "y holds classes: leave"),
        (
            {"x_train": Y, "y_train": Y, "x_test": Y[:1], "y_test": np.array([5])},
            {},
            "y_test has the class 5, which y_train has not",
        ),
    ],
)
def test_what_is_wrong_with_it_is_said(
    tmp_path: Path, arrays: dict[str, Any], arguments: dict[str, Any], said: str
) -> None:
    """Before a training, with the array's name and what would be right."""
    with pytest.raises(DataUnavailable, match=said):
        ArrayFile(str(_file(tmp_path, **arrays)), **arguments).look()


def test_files_that_are_none(tmp_path: Path) -> None:
    """Absent, no archive, cut off, or claiming more than there is memory."""
    assert ArrayFile(str(tmp_path / "no.npz")).facts() is None
    (tmp_path / "text.npz").write_text("x")
    with pytest.raises(DataUnavailable, match=r"not an \.npz file"):
        ArrayFile(str(tmp_path / "text.npz")).facts()
    path = _file(tmp_path, x=np.arange(5000.0).reshape(4, 1250), y=Y)
    whole = path.read_bytes()
    path.write_bytes(whole[:1000] + bytes(50) + whole[1050:])
    with pytest.raises(DataUnavailable, match="x can't be read"):
        ArrayFile(str(path)).look()
