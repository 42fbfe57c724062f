"""Measures the training process: how soon it starts, what a client costs it, how fast it pauses.

python -m tests.benchmarks.measure_service [--repeats 10]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from engine.encoding import encoded
from engine.runs import events as ev
from engine.runs.inside import Look, Unit
from engine.runs.lease import read_lease
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import read_file
from engine.spec.presets import path_of
from tests.engine.service.live import to_train

GRID = (60, 24)
LOOK = Look(unit=Unit((0,), 1), large=GRID)
EPOCHS = 4000
"""Of the comparison with and without a client; about a second or two."""


def _preset(name: str, **changes: object) -> Experiment:
    experiment = read_file(path_of(name))
    return Experiment(**{**experiment.values(), "device": "cpu", **changes})


async def _until(session: Session, kind: type[ev.Event]) -> ev.Event:
    async for happened in session.events():
        if isinstance(happened, kind):
            return happened
    raise AssertionError(f"no {kind.__name__}")


async def first_epoch(session: Session, runs_dir: Path) -> float:
    """Seconds from `train` to the first reported epoch of `circle`, on a warm worker."""
    began = time.perf_counter()
    await session.begin(to_train(_preset("circle"), runs_dir))
    await _until(session, ev.EpochFinished)
    took = time.perf_counter() - began
    await _until(session, ev.RunFinished)
    return took


async def trained(
    session: Session, runs_dir: Path, name: str, *, watched: bool, inside: bool = False
) -> float:
    """Seconds that a training takes, with a client that watches or with one that does not.

    inside: it looks inside of the network, too, with a unit chosen.
    """
    experiment = _preset(name, epochs=EPOCHS, report_every=EPOCHS)
    began = time.perf_counter()
    await session.begin(to_train(experiment, runs_dir))
    if watched and inside:
        await session.watch(progress_hz=10, pictures_hz=2, grid=GRID, inside_hz=2, look=LOOK)
    elif watched:
        await session.watch(progress_hz=10, pictures_hz=10, grid=GRID)
    else:
        await session.watch(progress_hz=0)
    finished = await _until(session, ev.RunFinished)
    assert isinstance(finished, ev.RunFinished)
    return time.perf_counter() - began


async def trained_beside_a_deaf_client(session: Session, runs_dir: Path, *, deaf: bool) -> float:
    """Seconds of a loop that reports every epoch, with a second client that never reads or none."""
    experiment = _preset("circle", epochs=EPOCHS, report_every=1)
    run = await session.begin(to_train(experiment, runs_dir, paused=True))
    writer = None
    if deaf:
        lease = read_lease(run)
        assert lease is not None, "a live run has a lease"
        _, writer = await asyncio.open_unix_connection(lease.socket, limit=1)
        writer.write(p.encode(p.Hello(version=p.VERSION)))
        writer.write(p.encode(p.Watch(id=1, progress_hz=100, pictures_hz=10, columns=60, rows=24)))
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport has it
    await session.do(p.Continue())
    finished = await _until(session, ev.RunFinished)
    assert isinstance(finished, ev.RunFinished)
    if writer is not None:
        writer.close()
    return finished.elapsed_s


async def pause_latency(session: Session, runs_dir: Path) -> float:
    """Seconds from asking for a pause to its answer, while steps take well under one thousandth."""
    await session.begin(to_train(_preset("spiral", epochs=10**7, report_every=10**6), runs_dir))
    await _until(session, ev.EpochFinished)
    await asyncio.sleep(0.05)
    began = time.perf_counter()
    await session.do(p.Pause())
    took = time.perf_counter() - began
    await session.do(p.Stop())
    await _until(session, ev.RunFinished)
    return took


async def _speeds(
    session: Session, runs_dir: Path, name: str, repeats: int, *, inside: bool
) -> list[float]:
    """The speed beside a client that watches, in hundredths of that beside one that does not."""
    ratios = []
    for turn in range(repeats):
        took = {}
        for watched in (turn % 2 == 0, turn % 2 == 1):
            took[watched] = await trained(session, runs_dir, name, watched=watched, inside=inside)
        ratios.append(100 * took[False] / took[True])
    return ratios


def _row(what: str, values: list[float], unit: str, target: str) -> None:
    middle, low, high = statistics.median(values), min(values), max(values)
    print(f"{what:<46} {middle:8.1f} {low:8.1f} {high:8.1f} {unit:<3} {target}")


async def _repeated(repeats: int, measure: Callable[[], Awaitable[float]]) -> list[float]:
    return [await measure() * 1000 for _ in range(repeats)]


async def measure(repeats: int) -> None:
    """Print a small table."""
    print(f"{'':<46} {'median':>8} {'lowest':>8} {'highest':>8}")
    with tempfile.TemporaryDirectory() as folder:
        runs_dir = Path(folder)
        async with Session.open() as session:
            await first_epoch(session, runs_dir)
            starts = await _repeated(repeats, lambda: first_epoch(session, runs_dir))
            _row("start to first epoch of circle", starts, "ms", "target < 150")
            pauses = await _repeated(repeats, lambda: pause_latency(session, runs_dir))
            _row("pause answered", pauses, "ms", "target < a step + 50")
            for name in ("circle", "spiral"):
                for inside, what in ((False, "pictures"), (True, "its network open")):
                    ratios = await _speeds(session, runs_dir, name, repeats, inside=inside)
                    _row(f"speed of {name} with {what}, of none", ratios, "%", "target >= 97")
                await session.begin(to_train(_preset(name), runs_dir, paused=True))
                sizes = [len(encoded(await session.look_inside(LOOK))) / 1000]
                _row(f"a look inside of {name}", sizes, "kB", "")
                await session.do(p.Stop())
                await _until(session, ev.RunFinished)
            ratios = []
            for turn in range(repeats):
                took = {}
                for deaf in (turn % 2 == 0, turn % 2 == 1):
                    took[deaf] = await trained_beside_a_deaf_client(session, runs_dir, deaf=deaf)
                ratios.append(100 * took[False] / took[True])
            _row("speed beside a client that does not read", ratios, "%", "unchanged")
            await session.shutdown()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=10, help="of each measurement (10)")
    asyncio.run(measure(parser.parse_args().repeats))
    return 0


if __name__ == "__main__":
    sys.exit(main())
