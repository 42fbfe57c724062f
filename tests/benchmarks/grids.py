"""A grid of MNIST trainings, as a sweep's processes do it and in both ways to do it by hand."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.runs.events import Figure
from engine.runs.pictures import Boundary
from engine.spec.experiment import Experiment
from engine.sweeps.execution import Assignment, Group
from engine.sweeps.processes import LocalProcesses
from engine.sweeps.stacking import groups
from engine.training.threads import available
from tests.benchmarks.headless import preset


class _Nobody:
    """Listens to nothing."""

    def begun(self, number: int) -> None:
        pass

    def reported(self, number: int, epoch: int, metrics: Mapping[str, Figure]) -> bool:
        return True

    def progressed(self, number: int, share: float) -> None:
        pass

    def ended(self, number: int, boundary: Boundary | None) -> None:
        pass

    def compared(self, apart: Mapping[int, float | None]) -> None:
        pass


def both_ways(data_dir: Path, count: int) -> dict[str, float]:
    """Seconds of the sweep's way, of one after the other, and of one per core."""
    return asyncio.run(_both_ways(data_dir, count))


async def _both_ways(data_dir: Path, count: int) -> dict[str, float]:
    rates = [0.0003 * 2**number for number in range(count)]
    asked = [
        preset("mnist", epochs=1, threads=1).with_values(
            optimizer=preset("mnist").optimizer.with_values(lr=rate)
        )
        for rate in rates
    ]
    cores = available()
    with tempfile.TemporaryDirectory() as folder:
        executor = LocalProcesses(Path(folder), str(data_dir), cores)
        try:
            warm = [_assigned("warm", number, asked[0]) for number in range(cores)]
            await _trained(executor, [(one,) for one in warm], cores)
            found = {}
            as_sweep = [_assigned("sweep", number, one) for number, one in enumerate(asked)]
            found["sweep"] = await _trained(executor, groups(as_sweep, cores), cores)
            wide = [one.with_values(threads=cores) for one in asked]
            singles = [(_assigned("turn", number, one),) for number, one in enumerate(wide)]
            found["in turn"] = await _trained(executor, singles, 1)
            singles = [(_assigned("core", number, one),) for number, one in enumerate(asked)]
            found["per core"] = await _trained(executor, singles, cores)
        finally:
            await executor.close()
    return found


def _assigned(way: str, number: int, experiment: Experiment) -> Assignment:
    return Assignment(number, f"{way}-{number}", experiment)


async def _trained(executor: LocalProcesses, waiting: Sequence[Group], at_once: int) -> float:
    """Train groups, so many at a time; seconds until all have ended."""
    left = list(waiting)
    began = time.perf_counter()

    async def one_after_the_other() -> None:
        while left:
            await executor.train(left.pop(0), _Nobody())

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    return time.perf_counter() - began
