"""Points of one's own, of which nothing is said: something to make more of."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

from engine import regular_file
from engine.errors import DataUnavailable
from engine.limits import POINTS_FILE
from engine.parts.component import parameter
from engine.parts.data.base import Data, Generator
from engine.parts.data.crosses import PLAIN
from engine.parts.data.facts import Facts
from engine.parts.data.generators import point_file
from engine.parts.data.locations import DataLocations
from engine.parts.data.paths import absolute


class PointFile(Data, name="points"):
    """Points (x1, x2) of your own from a CSV file of two columns, without classes."""

    words = "Is points that you drew or measured, of which nothing is said: more are to be made."
    here = "Here it is {samples} points; {train} of them are learned from."
    is_planar = True

    path: str = parameter(help="the file: two numbers a line, with or without names", is_path=True)

    def facts(self) -> Facts | None:
        if not Path(self.path).exists():
            return None
        try:
            status = Path(self.path).stat()
            count = _count(self.path, (status.st_mtime_ns, status.st_size))
        except OSError as error:
            raise DataUnavailable(f"{self.path}: {error.strerror or error}") from error
        names = PLAIN
        return Facts(
            (2,), "regression", count, (), 0, feature_names=names, planar=True, has_targets=False
        )

    def generator(self, locations: DataLocations) -> Generator:
        self.known_facts()
        imports = ("import csv", "from pathlib import Path")
        return Generator(point_file.points, {"path": self.path}, (point_file.point_rows,), imports)

    def files(self) -> tuple[Path, ...]:
        return (Path(self.path),)

    def look(self) -> None:
        self.known_facts()

    def at(self, folder: Path) -> Data:
        return self.with_values(path=absolute(self.path, folder))


@lru_cache(maxsize=4)
def _count(path: str, _state: tuple[int, int]) -> int:
    """How many points a file has; _state: of the file. Raises DataUnavailable for what is none."""
    regular_file.check(path, POINTS_FILE)
    try:
        rows = point_file.point_rows(path)
    except ValueError as error:
        raise DataUnavailable(f"{path}: it is no text in UTF-8: save it as UTF-8") from error
    for number, row in enumerate(rows, start=1):
        if len(row) != 2 or not all(map(_is_finite, row)):
            told = ",".join(row)[:40]
            raise DataUnavailable(f"{path}, point {number}: {told!r} is not two numbers")
    if len(rows) < 2:
        raise DataUnavailable(f"{path}: it has {len(rows)} points: give two or more, a line each")
    return len(rows)


def _is_finite(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False
