"""A sweep's end on a machine of a cluster: trains what it is given, and tells how that fares."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path

from engine.encoding import encoded
from engine.errors import DataUnavailable, PerceptuiError
from engine.runs.events import Figure
from engine.runs.pictures import Boundary
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.sweeps.execution import Assignment
from engine.sweeps.processes import LocalProcesses
from engine.sweeps.storage import Storage

NEWS_S = 0.5
"""News are waited for so long, and told together."""

Word = tuple[object, ...]
"""`("begun", 12)` and so on, as a Listener is told; `("over", kind, complaint)` at the end, both
empty where all went well. Plain values, so that any two versions of Python understand them."""
Order = tuple[int, str, str]
"""A trial's number, its run's name, and its experiment as TOML."""


class ClusterNode:
    """One process of a cluster with one trainer, which goes from training to training.

    Ray makes it an actor: it is asked over the network, and gone with its machine.
    """

    def __init__(self, runs_dir: str, data_dir: str, storage: str) -> None:
        """storage: where runs are kept; empty where runs_dir is a folder that all share."""
        self._runs_dir = Path(runs_dir)
        self._storage = Storage(storage) if storage else None
        if self._storage is not None:
            self._runs_dir = Path(tempfile.mkdtemp(prefix="perceptui-"))
        self._processes = LocalProcesses(self._runs_dir, data_dir, 1)
        self._words: asyncio.Queue[Word] = asyncio.Queue()
        self._names: dict[int, str] = {}
        self._cut: set[int] = set()
        self._task: asyncio.Task[None] | None = None

    async def begin(self, orders: list[Order]) -> None:
        """Train these together, from now on."""
        self._names = {number: name for number, name, _ in orders}
        self._task = asyncio.create_task(self._train(orders))

    async def news(self) -> list[Word]:
        """What happened since it was asked for last."""
        words = [await self._words.get()]
        deadline = asyncio.get_running_loop().time() + NEWS_S
        while words[-1][0] not in ("over", "ended"):
            try:
                async with asyncio.timeout_at(deadline):
                    words.append(await self._words.get())
            except TimeoutError:
                break
        return words

    async def cut(self, number: int) -> None:
        """End a training at its next report."""
        self._cut.add(number)

    async def stop(self) -> None:
        """End what is trained, with checkpoints, and the trainer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._processes.close()

    async def _train(self, orders: list[Order]) -> None:
        complaint, kind = "", ""
        try:
            self._check()
            group = tuple(
                Assignment(number, name, from_raw(parse_toml(toml)))
                for number, name, toml in orders
            )
            await self._processes.train(group, self)
        except (PerceptuiError, OSError) as error:
            complaint = f"{socket.gethostname()}: {error}"
            kind = "data" if isinstance(error, DataUnavailable) else "lost"
        self._words.put_nowait(("over", kind, complaint))

    def _check(self) -> None:
        if not self._runs_dir.is_dir():
            raise DataUnavailable(
                f"{self._runs_dir} is not seen here: keep runs in a folder that all machines "
                "share, or give --storage a URL"
            )

    # What the trainer tells, as a Listener.

    def begun(self, number: int) -> None:
        self._words.put_nowait(("begun", number))

    def reported(self, number: int, epoch: int, metrics: Mapping[str, Figure]) -> bool:
        """Passed on; the answer to an earlier report counts."""
        self._words.put_nowait(("reported", number, epoch, dict(metrics)))
        return number not in self._cut

    def progressed(self, number: int, share: float) -> None:
        self._words.put_nowait(("progressed", number, share))

    def compared(self, apart: Mapping[int, float | None]) -> None:
        self._words.put_nowait(("compared", dict(apart)))

    def ended(self, number: int, boundary: Boundary | None) -> None:
        """Told once the run is kept where all reach it."""
        if self._storage is not None:
            self._storage.put(self._runs_dir / self._names[number])
        self._words.put_nowait(("ended", number, encoded(boundary)))
