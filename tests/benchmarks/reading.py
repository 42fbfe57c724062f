"""Reading a table: from the file to the numbers that a trainer takes, in a process of its own."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from importlib.util import find_spec
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
_ALONE = {
    "pyarrow": "pyarrow.csv.read_csv(sys.argv[1])",
    "polars": "polars.read_csv(sys.argv[1])",
    "pandas": "pandas.read_csv(sys.argv[1])",
}
"""How a library reads a file; those that are installed are measured."""


_OURS = ("perceptui", "perceptui, a part at a time")
_MODULE = "engine.parts.data.sheet.cache_entry"


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


def _order(streamed: bool) -> str:
    return json.dumps(msgspec.to_builtins(Asked(targets=("y",), streamed=streamed)))


def _alone(library: str) -> str:
    module = "import pyarrow.csv" if library == "pyarrow" else ""
    return f"import sys, {library}\n{module}\n{_ALONE[library]}"


def reading(turns: int, rows: int) -> Section:
    """Examined, read and written for the trainer, beside what libraries take to read alone."""
    libraries = [name for name in _ALONE if find_spec(name) is not None]
    told: dict[str, list[tuple[float, float]]] = {name: [] for name in (*_OURS, *libraries)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        made(path, rows)
        size = path.stat().st_size
        for _ in range(turns):
            for number, name in enumerate(_OURS):
                with tempfile.TemporaryDirectory(dir=folder) as place:
                    command = [sys.executable, "-m", _MODULE, str(path), place]
                    told[name].append(timed(command, _order(streamed=number == 1)))
            for name in libraries:
                told[name].append(timed([sys.executable, "-c", _alone(name), str(path)]))
    seconds = {name: [s for s, _ in measured] for name, measured in told.items()}
    peaks = {name: max(peak for _, peak in measured) for name, measured in told.items()}
    ours = seconds[_OURS[0]]
    failures = []
    if rows == ROWS and Spread.of(ours).middle > MOST_S:
        failures.append(f"it takes more than {MOST_S:g} s")
    if rows == ROWS and peaks[_OURS[0]] > MOST_BYTES:
        failures.append(f"it takes more than {MOST_BYTES / 1e6:.0f} MB")
    others = (_OURS[1], *libraries)
    listed = ", ".join(f"{name} {peak / 1e6:.0f} MB" for name, peak in peaks.items())
    return Section(
        f"A table of {rows:,} rows and {COLUMNS} columns, {size / 1e6:.0f} MB",
        [
            Row(f"{_OURS[0]}: examined, read, written for the trainer", Spread.of(ours)),
            *(Row(n, Spread.of(seconds[n]), ratios(seconds[n], ours)) for n in others),
        ],
        [
            f"Peak memory of the process that reads: {listed}. Libraries read and do no more. Each "
            "time a new process, its imports counted in; the file is in the system's cache. "
            f"Load meanwhile: {os.getloadavg()[0]:.0f}, on {os.cpu_count()} processors."
        ],
        failures,
    )
