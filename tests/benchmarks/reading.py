"""Reading a table: from the file to the numbers that a trainer takes, in a process of its own."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from engine.parts.data.sheet.asked import Asked
from tests.benchmarks.report import Row, Section
from tests.benchmarks.turns import Spread, ratios

COLUMNS = 20
ROWS, FEW_ROWS = 1_000_000, 100_000
MOST_S, MOST_BYTES = 2.5, 500e6
_LAUNCH = """
import os, sys, time
began = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
print(time.perf_counter() - began, usage.ru_maxrss, status, file=sys.stderr)
"""
"""From a small process: what a child once shared with a large parent counts into its peak."""
_ALONE = """
import sys, pyarrow, pyarrow.csv
pyarrow.csv.read_csv(sys.argv[1])
"""


def made(path: Path, rows: int) -> None:
    """A table of random numbers with a class in its last column."""
    chance = random.Random(0)
    names = [f"c{n}" for n in range(COLUMNS - 1)]
    with path.open("w") as file:
        file.write(",".join(names) + ",y\n")
        for _ in range(rows):
            cells = ",".join(f"{chance.gauss(0, 1):.6f}" for _ in names)
            file.write(f"{cells},{chance.randrange(3)}\n")


def timed(command: list[str], order: str = "") -> tuple[float, float]:
    """Seconds and peak bytes of a process."""
    launch = [sys.executable, "-S", "-c", _LAUNCH, *command]
    done = subprocess.run(launch, input=order, capture_output=True, text=True, check=True)
    seconds, peak, status = done.stderr.split()[-3:]
    assert status == "0", command
    return float(seconds), float(peak) * (1 if sys.platform == "darwin" else 1024)


def reading(turns: int, rows: int) -> Section:
    """Examined, read and written for the trainer, beside the library's own reading alone."""
    ours, alone = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        made(path, rows)
        size = path.stat().st_size
        for turn in range(turns):
            place = Path(folder) / str(turn)
            place.mkdir()
            asked = msgspec.to_builtins(Asked(targets=("y",)))
            module = "engine.parts.data.sheet.cache_entry"
            command = [sys.executable, "-m", module, str(path), str(place)]
            ours.append(timed(command, json.dumps(asked)))
            alone.append(timed([sys.executable, "-c", _ALONE, str(path)]))
    ours_s, alone_s = [s for s, _ in ours], [s for s, _ in alone]
    peak = max(peak for _, peak in ours)
    failures = []
    if rows == ROWS and Spread.of(ours_s).middle > MOST_S:
        failures.append(f"it takes more than {MOST_S:g} s")
    if rows == ROWS and peak > MOST_BYTES:
        failures.append(f"it takes more than {MOST_BYTES / 1e6:.0f} MB")
    return Section(
        f"A table of {rows:,} rows and {COLUMNS} columns, {size / 1e6:.0f} MB",
        [
            Row("perceptui: examined, read, written for the trainer", Spread.of(ours_s)),
            Row("pyarrow's read_csv alone", Spread.of(alone_s), ratios(alone_s, ours_s)),
        ],
        [
            f"Peak memory of the process that reads: {peak / 1e6:.0f} MB; of the library alone: "
            f"{max(p for _, p in alone) / 1e6:.0f} MB. Each time a new process, its imports "
            "counted in; the file is in the system's cache."
        ],
        failures,
    )
