"""Trains a sweep's trials on a Ray cluster: one process of it for each that may be under way."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.decoding import decoded
from engine.errors import DataUnavailable, PerceptuiError, WorkerLost
from engine.runs.pictures import Boundary
from engine.spec.writer import to_toml
from engine.sweeps.cluster_node import ClusterNode, Word
from engine.sweeps.execution import Assignment, Group, Listener
from engine.sweeps.plan import Plan
from engine.sweeps.storage import Storage

ANSWER_S = 10.0
"""A cluster that does not answer by then does not."""
LONGEST_STOP_S = 20.0


class RayCluster:
    """Trains each group in an idle process of the cluster, as an Executor does.

    They belong to this process: when it is gone, so are they, and what they trained has a
    checkpoint. One that is lost, with its machine or alone, raises WorkerLost.
    """

    name = "ray"

    def __init__(self, plan: Plan, runs_dir: Path, sweep: str) -> None:
        """sweep: its name, below which its runs are kept. Raises PerceptuiError."""
        self._ray = connected(plan)
        self._plan = plan
        self._runs_dir = runs_dir
        self._url = f"{plan.storage.rstrip('/')}/{sweep}" if plan.storage else ""
        self._storage = Storage(self._url) if self._url else None
        threads = plan.base.threads
        self._num_cpus = threads if isinstance(threads, int) else 1
        self._node = self._ray.remote(ClusterNode).options(
            num_cpus=self._num_cpus, num_gpus=plan.gpus, max_restarts=0
        )
        self._idle: list[Any] = []

    @property
    def num_at_once(self) -> int:
        """As many as the cluster has room for now: machines may come and go."""
        there = self._ray.cluster_resources()
        room = int(there.get("CPU", 1) // self._num_cpus)
        if self._plan.gpus:
            room = min(room, int(there.get("GPU", 0) / self._plan.gpus + 1e-9))
        return max(1, room)

    async def train(self, group: Group, listener: Listener) -> None:
        """Train until every trial of the group has ended."""
        left = [one for one in group if not self._is_kept(one, listener)]
        if not left:
            return
        node = self._idle.pop() if self._idle else self._started()
        try:
            await self._followed(node, left, listener)
        except self._ray.exceptions.RayError as error:
            raise WorkerLost(f"a process of the cluster is lost ({_first(error)})") from error
        except BaseException:
            await self._let_go(node)
            raise
        self._idle.append(node)

    async def close(self) -> None:
        """End the processes, and leave the cluster."""
        idle, self._idle = self._idle, []
        for node in idle:
            await self._let_go(node)
        self._ray.shutdown()

    def _started(self) -> Any:
        return self._node.remote(str(self._runs_dir), self._plan.data_dir, self._url)

    async def _let_go(self, node: Any) -> None:
        with suppress(self._ray.exceptions.RayError, TimeoutError):
            async with asyncio.timeout(LONGEST_STOP_S):
                await node.stop.remote()
        self._ray.kill(node)

    async def _followed(self, node: Any, left: list[Assignment], listener: Listener) -> None:
        names = {one.number: one.directory for one in left}
        await node.begin.remote(
            [(one.number, one.directory, to_toml(one.experiment, complete=True)) for one in left]
        )
        while True:
            words: list[Word] = await node.news.remote()
            for word in words:
                match word:
                    case ("begun", int(number)):
                        listener.begun(number)
                    case ("progressed", int(number), float(share)):
                        listener.progressed(number, share)
                    case ("reported", int(number), int(epoch), dict(metrics)):
                        if not listener.reported(number, epoch, metrics):
                            await node.cut.remote(number)
                    case ("ended", int(number), bytes(picture)):
                        if self._storage is not None:
                            self._storage.fetch(names[number], self._runs_dir)
                        listener.ended(number, decoded(picture, Boundary | None))
                    case ("compared", dict(apart)):
                        listener.compared(apart)
                    case ("over", "data", str(complaint)):
                        raise DataUnavailable(complaint)
                    case ("over", "lost", str(complaint)):
                        raise WorkerLost(complaint)
                    case ("over", *_):
                        return

    def _is_kept(self, assignment: Assignment, listener: Listener) -> bool:
        """Whether an earlier life had it trained; it is here then, and told."""
        name = assignment.directory
        if self._storage is None or not self._storage.fetch(name, self._runs_dir):
            return False
        listener.begun(assignment.number)
        listener.ended(assignment.number, None)
        return True


def connected(plan: Plan) -> Any:
    """Ray, connected to the plan's cluster or one that is begun on this machine.

    Raises PerceptuiError for one that does not answer within ANSWER_S.
    """
    address = plan.address or os.environ.get("RAY_ADDRESS", "")
    if address:
        _check_answers(address)
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # its way from now on
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    arguments: dict[str, Any] = {"logging_level": "error", "log_to_driver": False}
    if not address:
        ray.init("local", num_cpus=plan.processes, include_dashboard=False, **arguments)
        return ray
    outcome: list[BaseException | None] = []

    def connect() -> None:
        try:
            ray.init(address, **arguments)
            outcome.append(None)
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(ANSWER_S)
    if not outcome:
        raise _silent(address, f"nothing came within {ANSWER_S:g} s")
    if outcome[0] is not None:
        raise _silent(address, _first(outcome[0]))
    return ray


def _check_answers(address: str) -> None:
    """Raise PerceptuiError where nobody listens at an address."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdecimal()):
        return  # `auto` and the like: Ray knows
    try:
        socket.create_connection((host, int(port)), ANSWER_S).close()
    except OSError as error:
        raise _silent(address, error.strerror or str(error)) from error


def _silent(address: str, why: str) -> PerceptuiError:
    return PerceptuiError(f"{address}: no Ray cluster answers there ({why})")


def _first(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
