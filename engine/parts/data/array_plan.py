"""Decides what the arrays of an .npz file are: samples, classes, numbers to predict, splits."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from engine.errors import DataUnavailable
from engine.parts.data.array_headers import Header, array, headers
from engine.parts.data.facts import OwnSplit, Task
from engine.parts.shapes import Shape

if TYPE_CHECKING:
    from engine.parts.data.array_file import ArrayFile

MOST_CLASSES = 1000
"""Different whole numbers that are taken for classes, unless a task is given."""
_PAIRS = (("x", "y"), ("X", "Y"), ("X", "y"), ("images", "labels"), ("data", "labels"),
          ("data", "target"), ("inputs", "targets"), ("features", "labels"))  # fmt: skip
_SPLITS: dict[OwnSplit, tuple[str, ...]] = {
    "validation": ("val", "valid", "validation"),
    "test": ("test",),
}


@dataclasses.dataclass(frozen=True)
class Plan:
    """What of a file is trained on, and how."""

    found: dict[str, Header]
    x: str
    y: str
    own: dict[OwnSplit, tuple[str, str]]
    shape: Shape
    """Of one sample, channels first."""
    channels: Literal["", "none", "first", "last"]
    """Where a picture has them; empty for vectors."""
    white: float
    task: Task
    classes: tuple[int | str, ...]
    one_hot: bool
    num_targets: int

    @property
    def is_of_bytes(self) -> bool:
        """Whether samples are pictures of whole numbers, of which none can be above white."""
        return bool(self.channels) and self.white in (255.0, 65535.0)


@lru_cache(maxsize=4)
def planned(data: ArrayFile, *state: int) -> Plan:
    """Look at a file; state: what changes when it does."""
    found = headers(data.path)
    x, y, own = _names(data, found)
    for name in (x, y, *(name for pair in own.values() for name in pair)):
        if found[name].kind not in "biufU":
            array(data.path, name, found[name])  # which says it of objects
            raise DataUnavailable(f"{data.path}: {name} holds neither numbers nor texts")
    for first, second in ((x, y), *own.values()):
        counts = [found[name].shape[:1] for name in (first, second)]
        if counts[0] != counts[1] or counts[0] in ((), (0,)):
            sizes = " and ".join(str(list(found[name].shape)) for name in (first, second))
            raise DataUnavailable(
                f"{data.path}: {first} and {second} are of the shapes {sizes}: not a row each"
            )
    for other, _ in own.values():
        if found[other].shape[1:] != found[x].shape[1:]:
            raise DataUnavailable(f"{data.path}: {other} has samples of another shape than {x}")
    channels, shape = _channels(data, x, found[x])
    given = [n for n in ("mean", "std") if getattr(data, n) is not None]
    given += [n for n in ("flip", "shift", "rotate") if getattr(data, n)]
    if not channels and given:
        raise DataUnavailable(f"{data.path}: {x} holds vectors: leave {', '.join(given)} out")
    if channels and data.standardize:
        raise DataUnavailable(f"{data.path}: {x} holds pictures: use mean and std, not standardize")
    task, classes, one_hot, num_targets = _wanted(data, y, found[y])
    if classes and data.standardize_target:
        raise DataUnavailable(f"{data.path}: {y} holds classes: leave standardize_target out")
    white = data.white or {"f": 1.0, "b": 1.0}.get(
        found[x].kind, 65535.0 if found[x].item_bytes == 2 else 255.0
    )
    return Plan(
        found, x, y, own, shape, channels, white, task, classes, one_hot, num_targets
    )  # fmt: skip


def _names(
    data: ArrayFile, found: dict[str, Header]
) -> tuple[str, str, dict[OwnSplit, tuple[str, str]]]:
    """The arrays to train on, and those of the file's own splits."""
    for name in (data.x, data.y):
        if name != "auto" and name not in found:
            raise DataUnavailable(f"{data.path}: no array {name!r}; it has {', '.join(found)}")
    if data.x != "auto" and data.y != "auto":
        return data.x, data.y, {}
    for first, second in _PAIRS:
        for pattern in ("{name}", "{name}_{split}", "{split}_{name}"):
            x, y = _pair(data, pattern, (first, second), "train")
            if x in found and y in found and x != y:
                own: dict[OwnSplit, tuple[str, str]] = {}
                for name, words in _SPLITS.items():
                    pairs = [_pair(data, pattern, (first, second), word) for word in words]
                    there = [one for one in pairs if found.keys() >= {*one} and one != (x, y)]
                    if there:
                        own[name] = there[0]
                return x, y, own
    raise DataUnavailable(
        f'{data.path}: say which arrays are what, like x="pictures", y="classes"; it has '
        f"{', '.join(found)}"
    )


def _pair(data: ArrayFile, pattern: str, names: tuple[str, str], split: str) -> tuple[str, str]:
    """What two arrays of a split are called; those that are given have their names."""
    x, y = (pattern.format(name=name, split=split) for name in names)
    return data.x if data.x != "auto" else x, data.y if data.y != "auto" else y


def _channels(
    data: ArrayFile, x: str, header: Header
) -> tuple[Literal["", "none", "first", "last"], Shape]:
    """Where a sample has its channels, and its shape with those first."""
    sample = header.shape[1:]
    if header.kind == "U":
        raise DataUnavailable(f"{data.path}: {x} holds texts, not numbers")
    if len(sample) < 2:
        return "", sample or (1,)
    if len(sample) == 2:
        return "none", (1, *sample)
    if len(sample) == 3:
        where = data.channels
        if where == "auto":
            where = "last" if sample[2] in (1, 3) else "first"
        shape = sample if where == "first" else (sample[2], *sample[:2])
        if shape[0] in (1, 3):
            return where, shape
    raise DataUnavailable(
        f"{data.path}: {x} is of the shape {list(header.shape)}: neither vectors (samples, "
        "features) nor pictures (samples, height, width), with 1 or 3 channels or without"
    )


def _wanted(
    data: ArrayFile, y: str, header: Header
) -> tuple[Task, tuple[int | str, ...], bool, int]:
    """The task, the classes, whether they are columns of 0 and 1, and numbers to predict."""
    import numpy as np

    values = array(data.path, y, header)
    width = values.reshape(len(values), -1).shape[1]
    are_whole = header.kind in "biu" or (
        header.kind == "f" and data.task != "regression" and width > 1
        and bool(np.isin(values, (0, 1)).all())
    )  # fmt: skip
    one_hot = (
        width > 1 and data.task != "regression" and are_whole
        and bool(np.isin(values, (0, 1)).all() and (values.sum(1) == 1).all())
    )  # fmt: skip
    if one_hot:
        counts, classes = values.sum(0).astype(int).tolist(), tuple(range(width))
    elif width == 1 and data.task != "regression":
        if header.kind == "f" and data.task == "auto":
            return "regression", (), False, 1
        unique, numbers = np.unique(values, return_counts=True)
        if data.task == "auto" and header.kind != "U" and len(unique) > MOST_CLASSES:
            return "regression", (), False, 1
        counts, classes = numbers.tolist(), tuple(unique.tolist())
    elif header.kind == "U" or data.task == "classification":
        raise DataUnavailable(
            f"{data.path}: {y} is of the shape {list(header.shape)}: one class for each sample is "
            "expected, or a column of 0 and 1 for each class"
        )
    else:
        return "regression", (), False, width
    if len(classes) < 2:
        raise DataUnavailable(f"{data.path}: {y} has one class only: {classes[0]}")
    if min(counts) < 2:
        rare = classes[counts.index(min(counts))]
        raise DataUnavailable(
            f"{data.path}: {y} has the class {rare} once; at least twice is needed"
        )
    return "classification", classes, one_hot, 1
