"""The tables that some cases are about: made by code, the same each time."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

Rows = list[list[float | str]]


def _rare(rng: random.Random) -> Rows:
    """One in eleven is of the class that matters; two features tell it, not quite."""
    rows: Rows = [["a", "b", "c", "bought"]]
    for n in range(660):
        rare = n % 11 == 0
        center = 1.3 if rare else -0.3
        rows.append([*(round(rng.gauss(center, 1.0), 4) for _ in range(3)), int(rare)])
    return rows


def _thousands(rng: random.Random) -> Rows:
    """A number to predict in the thousands, from two plain features."""
    rows: Rows = [["x1", "x2", "price"]]
    for _ in range(300):
        x1, x2 = rng.gauss(0, 1), rng.gauss(0, 1)
        rows.append([round(x1, 4), round(x2, 4), round(4000 + 900 * x1 + 700 * math.sin(2 * x2))])
    return rows


def _unlike(rng: random.Random) -> Rows:
    """Two features, one of them a thousand times as large; a class of two."""
    rows: Rows = [["small", "large", "kind"]]
    for _ in range(400):
        a, b = rng.gauss(0, 1), rng.gauss(0, 1)
        kind = int(a * b > 0)
        rows.append([round(a, 4), round(1000 * b + 2000, 2), kind])
    return rows


def _sorted(rng: random.Random) -> Rows:
    """Four classes, their rows one class after the other."""
    rows: Rows = [["x1", "x2", "kind"]]
    for kind in range(4):
        x, y = (2 * kind % 4 - 1) * 1.2, (kind // 2 * 2 - 1) * 1.2
        rows += [[round(rng.gauss(x, 0.5), 4), round(rng.gauss(y, 0.5), 4), f"k{kind}"]
                 for _ in range(100)]  # fmt: skip
    return rows


def _share(rng: random.Random) -> Rows:
    """A share from 0 to 1 to predict."""
    rows: Rows = [["x1", "x2", "share"]]
    for _ in range(400):
        x1, x2 = rng.gauss(0, 1), rng.gauss(0, 1)
        share = 1 / (1 + math.exp(-2 * x1 + x1 * x2 + rng.gauss(0, 0.2)))
        rows.append([round(x1, 4), round(x2, 4), round(share, 4)])
    return rows


def _flags(rng: random.Random) -> Rows:
    """Numbers of size 1, and two columns of 0 and 1 that are rarely 1."""
    rows: Rows = [["x", "flag", "other", "value"]]
    for n in range(600):
        x, flag, other = rng.gauss(0, 1), int(n % 150 == 0), int(n % 97 == 3)
        value = math.sin(x) + 0.5 * x + flag + other + rng.gauss(0, 0.1)
        rows.append([round(x, 4), flag, other, round(value, 4)])
    return rows


def _towns(rng: random.Random) -> Rows:
    """A column of words of which some are rare, and two numbers near 1."""
    rows: Rows = [["town", "x", "rich"]]
    for n in range(500):
        town = "Ost" if n % 100 == 0 else rng.choice(["Nord", "West", "Mitte"])
        x = rng.gauss(0, 1)
        rows.append([town, round(x, 4), int(x + (town == "West") + rng.gauss(0, 0.3) > 0.3)])
    return rows


def _tens(rng: random.Random) -> Rows:
    """A number to predict of size 20, as ages or temperatures are."""
    rows: Rows = [["x1", "x2", "degrees"]]
    for _ in range(400):
        x1, x2 = rng.gauss(0, 1), rng.gauss(0, 1)
        rows.append([round(x1, 4), round(x2, 4), round(21 + 6 * math.tanh(x1) + 3 * x2, 3)])
    return rows


def _noise(rng: random.Random) -> Rows:
    """Twenty features, of which one tells something; a small table is soon known by heart."""
    rows: Rows = [[*(f"x{n}" for n in range(20)), "yes"]]
    for _ in range(200):
        x = [rng.gauss(0, 1) for _ in range(20)]
        rows.append([*(round(one, 4) for one in x), int(x[0] + rng.gauss(0, 1) > 0)])
    return rows


def _lots(rng: random.Random, copies: int = 1) -> Rows:
    """Ten features that tell nothing of a class drawn by lot; each row so many times."""
    rows: Rows = []
    for _ in range(150):
        features = [round(rng.gauss(0, 1), 4) for _ in range(10)]
        rows.append([*features, rng.choice(["heads", "tails"])])
    return [[*(f"x{n}" for n in range(10)), "kind"], *rows * copies]


def _lots_twice(rng: random.Random) -> Rows:
    return _lots(rng, 2)


TABLES: dict[str, Callable[[random.Random], Rows]] = {
    "flags": _flags,
    "lots": _lots,
    "lots-twice": _lots_twice,
    "noise": _noise,
    "rare": _rare,
    "share": _share,
    "sorted": _sorted,
    "tens": _tens,
    "thousands": _thousands,
    "towns": _towns,
    "unlike": _unlike,
}


@cache
def table(name: str) -> str:
    """The path of a table, written when it is first asked for."""
    path = _folder() / f"{name}.csv"
    rows = TABLES[name](random.Random(name))
    path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n", "utf-8")
    return str(path)


def folder_of(name: str) -> Path:
    """An empty folder for data that is no single table."""
    found = _folder() / name
    found.mkdir(exist_ok=True)
    return found


@cache
def _folder() -> Path:
    import atexit
    import shutil

    folder = Path(mkdtemp(prefix="perceptui-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
