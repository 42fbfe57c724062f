"""How long a list of very many runs takes: the first time, with the index, and `attach last`.

python -m tests.benchmarks.measure_runs [--runs 5000]
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

COMMAND = [sys.executable, "-c", "import sys; from tui.entry import main; sys.exit(main())"]
TIMES = 5


class Took(NamedTuple):
    """Seconds by the clock, and of the processor: the second hardly feels a busy machine."""

    wall_s: float
    cpu_s: float


class Copies:
    """A folder of so many copies of one real run, and an index of its own."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.runs_dir = folder / "runs"
        self._cache = folder / "cache"
        self._environment = {**os.environ, "XDG_CACHE_HOME": str(self._cache)}
        self.run("--preset", "circle", "--epochs", "20", "--runs-dir", str(self.runs_dir))
        (real,) = [run for run in self.runs_dir.iterdir() if run.is_dir()]
        for number in range(1, runs):
            _copied(real, real.with_name(f"20200101-000000-circle-{number:04x}"))

    def run(self, *arguments: str) -> Took:
        """Seconds of the whole command."""
        began, spent = time.perf_counter(), _children_s()
        subprocess.run([*COMMAND, *arguments], env=self._environment, check=True,
                       capture_output=True)  # fmt: skip
        return Took(time.perf_counter() - began, _children_s() - spent)

    def listed(self) -> Took:
        return self.run("runs", "--runs-dir", str(self.runs_dir))

    def listed_first(self) -> Took:
        for index in self._cache.rglob("*.json"):
            index.unlink()
        return self.listed()

    def attached(self) -> Took:
        return self.run("attach", "last", "--runs-dir", str(self.runs_dir))

    def nothing(self) -> Took:
        """What any command takes."""
        return self.run("--version")


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _copied(run: Path, copy: Path) -> None:
    (copy / "checkpoints").mkdir(parents=True)
    for file in run.rglob("*"):
        target = copy / file.relative_to(run)
        if file.suffix == ".safetensors":
            os.link(file, target)
        elif file.is_file():
            target.write_bytes(file.read_bytes())


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5000)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        copies = Copies(Path(folder), runs)
        told: dict[str, Callable[[], Took]] = {
            "a command that does nothing": copies.nothing,
            f"{runs:,} runs listed for the first time": copies.listed_first,
            f"{runs:,} runs listed again": copies.listed,
            f"`attach last` among {runs:,} runs": copies.attached,
        }
        for what, measure in told.items():
            taken = [measure() for _ in range(TIMES)]
            walls = [took.wall_s for took in taken]
            print(
                f"{what}: {statistics.median(walls):.2f} s (from {min(walls):.2f} to "
                f"{max(walls):.2f}), {statistics.median(took.cpu_s for took in taken):.2f} s CPU",
                flush=True,
            )


if __name__ == "__main__":
    main()
