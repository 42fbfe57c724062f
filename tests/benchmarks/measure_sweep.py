"""What a sweep itself costs a trial: the same trainings through a sweep and through a session.

python -m tests.benchmarks.measure_sweep [--trials 40] [--preset circle]

Both train one after the other in one warm process. Held to 20 ms a trial.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from engine.paths import data_dir
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.spec.experiment import Experiment
from engine.spec.writer import to_toml
from engine.sweeps.asked import Asked
from engine.sweeps.coordinator_process import coordinate
from engine.sweeps.directory import SweepDirectory
from engine.sweeps.execution import Group, Listener
from engine.sweeps.plan import Plan
from engine.sweeps.planning import make_plan
from engine.sweeps.processes import LocalProcesses
from tui.commands.request import raw_of

BOUND_S = 0.020
WARMING = 2
"""Trials that are not counted."""


class Timed(LocalProcesses):
    """Notes when each training was handed over, and the processor's time of the coordinator."""

    def __init__(self, runs: Path, data: str) -> None:
        super().__init__(runs, data, 1)
        self.begun_s: list[float] = []
        self.own_s: list[float] = []

    async def train(self, group: Group, listener: Listener) -> None:
        self.begun_s.append(time.perf_counter())
        self.own_s.append(time.process_time())
        await super().train(group, listener)


async def alone(experiments: list[Experiment], runs: Path) -> list[float]:
    """Seconds of each training in one process, as a client of it would have them."""
    took = []
    async with Session.open() as session:
        for number, experiment in enumerate(experiments):
            toml = to_toml(experiment, complete=True)
            began = time.perf_counter()
            await session.begin(
                p.Train(
                    toml=toml,
                    runs_dir=str(runs),
                    directory=f"{number:04}",
                    data_dir=str(data_dir()),
                    snapshot_bytes=0,
                )
            )
            async for _ in session.events():
                pass
            took.append(time.perf_counter() - began)
        await session.shutdown()
    return took[WARMING:]


def swept(plan: Plan, folder: Path) -> tuple[list[float], list[float]]:
    """Seconds from each trial's begin to the next one's, and of the coordinator's processor."""
    directory = SweepDirectory.create(folder, plan)
    executor = Timed(directory.runs, plan.data_dir)
    assert asyncio.run(coordinate(directory, plan, executor)) == 0
    return _steps(executor.begun_s), _steps(executor.own_s)


def _steps(moments: list[float]) -> list[float]:
    kept = moments[WARMING:]
    return [after - before for before, after in pairwise(kept)]


def main() -> int:
    """Measure and say; 1 where it is more than it may be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--preset", default="circle")
    options = parser.parse_args()
    raw, folder = raw_of(options.preset)
    asked = Asked(seeds=options.trials, processes=1, stack=False)
    plan = make_plan(raw, asked, name=options.preset, data_dir=data_dir(), folder=folder)
    with tempfile.TemporaryDirectory() as place:
        through, own = swept(plan, Path(place) / "swept")
        experiments = [plan.experiment((), trial) for trial in plan.trials_of(0)]
        plain = asyncio.run(alone(experiments, Path(place) / "alone"))
    overhead = statistics.median(through) - statistics.median(plain)
    print(
        f"{options.preset}, a trial: {1e3 * statistics.median(through):.1f} ms in a sweep, "
        f"{1e3 * statistics.median(plain):.1f} ms through a session: {1e3 * overhead:.1f} ms more, "
        f"of which {1e3 * statistics.median(own):.1f} ms of the coordinator's processor"
    )
    return int(overhead > BOUND_S)


if __name__ == "__main__":
    sys.exit(main())
