"""Points that a person drew, as a file and as the data of an experiment."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine import regular_file
from engine.errors import UsageError
from engine.limits import POINTS_FILE
from engine.parts.component import quoted
from engine.runs.files import replace_bytes

CLASSES = ("A", "B", "C", "D")
LEAST = 4
"""Points that can be trained on."""
_NAMES = ("x1", "x2", "class")

Point = tuple[float, float, int]
"""Its place, and its class from 0."""


def problem(name: str) -> str:
    """Why points can't be written under a name; empty where they can."""
    if "/" in name or name.startswith("."):
        return "it is written into this folder: give a name without slashes"
    return ""


def path_of(name: str) -> Path:
    """The file of a name, in this folder."""
    return Path(name if name.endswith(".csv") else f"{name}.csv")


def replaced(name: str) -> str:
    """The question before a file is written over; empty where there is none."""
    path = path_of(name)
    return f"{path} is there already. Replace it with these points?" if path.exists() else ""


def written(name: str, points: Sequence[Point]) -> str:
    """Write points and return the call of the data set that reads them; raises UsageError.

    Points of one class have none: nothing would be told apart.
    """
    path = path_of(name)
    kinds = sorted({kind for _, _, kind in points})
    if len(points) < LEAST:
        raise UsageError(f"there are {len(points)} points: draw {LEAST} or more")
    if lone := [CLASSES[one] for one in kinds if sum(k == one for _, _, k in points) < 2]:
        raise UsageError(f"class {lone[0]} has 1 point: draw another one, or take it away")
    is_told = len(kinds) > 1
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(_NAMES if is_told else _NAMES[:2])
    for x1, x2, kind in points:
        place = f"{x1:.4f}", f"{x2:.4f}"
        lines.writerow((*place, CLASSES[kind]) if is_told else place)
    try:
        replace_bytes(path, text.getvalue().encode())
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror or error})") from error
    return f'csv({quoted(str(path))}, "class")' if is_told else f"points({quoted(str(path))})"


def read(path: Path) -> list[Point]:
    """The points of a file that was written so; none where it holds something else."""
    found: list[Point] = []
    with suppress(OSError, ValueError):
        text = regular_file.contents(path, POINTS_FILE).decode()
        rows = list(csv.reader(text.splitlines()))
        if not rows or tuple(rows[0]) not in (_NAMES, _NAMES[:2]):
            return []
        for x1, x2, *kind in rows[1:]:
            found.append((float(x1), float(x2), CLASSES.index(kind[0]) if kind else 0))
    return found if all(math.isfinite(x1) and math.isfinite(x2) for x1, x2, _ in found) else []
