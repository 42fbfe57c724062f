"""Headless trainings as processes of their own, and what remains of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

from engine.runs.lease import read_lease
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import (
    DEMANDING,
    WAIT_S,
    Bits,
    begun_paused,
    eventually,
    on,
    reported,
    run_async,
    the_end,
    to_resume,
    uninterrupted,
    weights_of,
)
from tests.engine.training.tiny import SMALL, small
from tests.tui.command_line import Bench, command

LONG: dict[str, Any] = {**DEMANDING, "epochs": 2000}
"""Some thousand steps: time enough to be interrupted, little enough to be gone on with."""
_expected: list[tuple[Bits, list[dict[str, str]]]] = []


def toml(**changes: Any) -> str:
    """A preset of the demanding training."""
    return "".join(f"{key} = {json.dumps(v)}\n" for key, v in {**SMALL, **LONG, **changes}.items())


def kept_run(warm: Path, runs_dir: Path, **changes: Any) -> Run:
    """A run of the demanding training that was stopped after 40 steps, with its checkpoint."""

    async def train() -> Run:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, small(**{**LONG, **changes}), runs_dir)
            await on(session, 40)
            await session.do(p.Stop())
            return run

    return run_async(train())


class Headless:
    """A training by `perceptui --json` that has begun, or goes on with a run."""

    def __init__(
        self,
        bench: Bench,
        *arguments: str,
        begin: Callable[..., list[str]] = command,
        goes_on_with: Run | None = None,
        **changes: Any,
    ) -> None:
        bench.write("long.toml", toml(**changes))
        what, first = ("--preset", "long.toml"), "run_started"
        if goes_on_with is not None:
            what, first = ("resume", str(goes_on_with.path)), "resumed"
        self.process = subprocess.Popen(
            begin(*what, "--json", *arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun = self.until(first)
        self.run = goes_on_with or Run(Path(begun["run"]))
        self.until("epoch_finished")

    def until(self, event: str) -> dict[str, Any]:
        """Read up to the first such event."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            found: dict[str, Any] = json.loads(line)
            if found["event"] == event:
                return found
        assert self.process.stderr is not None
        raise AssertionError(f"no {event}: {self.process.stderr.read()}")

    @property
    def worker(self) -> int:
        """The pid of the trainer."""
        eventually(lambda: read_lease(self.run.path) is not None)
        lease = read_lease(self.run.path)
        assert lease is not None
        return lease.pid

    def end(self) -> tuple[int, str, str]:
        """Exit code, the rest of stdout, stderr.

        Read as the lines before were: `communicate` would leave out what is in their buffer.
        """
        process, patience = self.process, Timer(WAIT_S, self.process.kill)
        assert process.stdout is not None
        assert process.stderr is not None
        patience.start()
        try:
            with ThreadPoolExecutor(1) as pool:
                err = pool.submit(process.stderr.read)
                out = process.stdout.read()
            return process.wait(), out, err.result()
        finally:
            patience.cancel()


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Keep a process from doing anything for a moment."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def ends_as_uninterrupted(warm: Path, run: Run) -> None:
    """Fail unless the run, gone on with, ends with the bits and the record of one life."""

    async def go_on() -> None:
        async with Session.connect(warm) as session:
            await session.begin(to_resume(run))
            assert (await the_end(session)).reason == "completed"

    run_async(go_on())
    if not _expected:
        _expected.append(uninterrupted(small(**LONG)))
    bits, epochs = _expected[0]
    assert weights_of(run) == bits
    assert reported(run.record().events) == epochs


def has_finished(run: Run) -> Callable[[], bool]:
    """Whether the run's record has its end, and nobody holds the run any more."""
    return lambda: run.record().finished is not None and read_lease(run.path) is None
