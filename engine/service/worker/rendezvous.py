"""Where the processes of one training meet, and meet again once one of them was lost.

The first process is the worker itself: it has the record and its clients, and it outlives the
others. Those are started and started again by torchrun's elastic agent, a process beside it; or by
the person's own `torchrun`, which has started this one, too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Protocol

import msgspec
import torch
from torch._C._distributed_c10d import PrefixStore, Store, TCPStore

from engine.decoding import decoded
from engine.encoding import encoded
from engine.errors import CrewLost, PerceptuiError, UsageError
from engine.service.protocol.torchrun import RANK_MODULE, Torchrun, torchrun_env
from engine.training.executor import Executor
from engine.training.shared.crew import Lead
from engine.training.shared.group import Group

RESTARTS = 3
"""Times that the others are started again before the training is given up."""
LONGEST_START_S = 120.0
"""Until a process is there that was started; loading torch takes seconds, data may take longer."""
LONGEST_MEETING = timedelta(seconds=LONGEST_START_S)
LOOK_S = 0.05
STORE_WAIT = timedelta(minutes=30)
"""For a word of the first process, which may be loading data."""
ANSWER_WAIT = timedelta(seconds=20)
"""For a store to answer at all: the first process may be gone."""


class Calling(msgspec.Struct, frozen=True):
    """What the others are to build, and for the how-manieth time they meet."""

    meeting: int
    size: int
    toml: str
    data_dir: str
    executor: Executor


class _Agent(Protocol):
    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...


class Rendezvous(Lead):
    """Leads the others once they are there; `is_complete` looks whether they are."""

    def __init__(self, size: int, torchrun: Torchrun | None = None) -> None:
        """Have the others started; torchrun: who has started them already."""
        super().__init__(size)
        self._meeting = 0
        self._calling: Calling | None = None
        self._device = torch.device("cpu")
        self._agent: _Agent | None = None
        self._called_at = 0.0
        if torchrun is None:
            self.store: Store = TCPStore(
                "127.0.0.1", 0, None, True, STORE_WAIT, wait_for_workers=False
            )
            self._agent = _agent(size - 1, self.store.port)
            self._meetings: Store = self.store
        else:
            self.store = torchrun_store(torchrun)
            self._meetings = of_this_start(self.store, torchrun)

    def check(self, device: torch.device) -> None:
        """Raise UsageError where this machine has not so many devices of the kind."""
        if device.type == "cuda" and self._agent is not None:
            count = torch.cuda.device_count()
            if self.size > count:
                raise UsageError(
                    f"--processes {self.size}: each needs a GPU of its own, there are {count}"
                )

    def call(self, toml: str, data_dir: str, executor: Executor, device: torch.device) -> None:
        """Say what is trained: the experiment as it is resolved."""
        self._calling = Calling(0, self.size, toml, data_dir, executor)
        self._device = device
        self._call()

    def is_complete(self) -> bool:
        """Whether all are there; does not wait for any. Raises PerceptuiError if they can't be."""
        if self.group is not None:
            return True
        if self._meetings.check(["failed"]):
            raise CrewLost(self._meetings.get("failed").decode())
        if self._agent is not None and self._agent.poll() is not None:
            raise CrewLost(
                f"the other processes can't be kept up: they were started {RESTARTS + 1} times; "
                "the run's log says what they wrote"
            )
        keys = [here(self._meeting, rank) for rank in range(1, self.size)]
        if not self._meetings.check(keys):
            if self._agent is None and time.monotonic() - self._called_at > LONGEST_START_S:
                raise CrewLost(
                    f"not all of {self.size} processes came within {LONGEST_START_S:g} s: do all "
                    "machines run the same command?"
                )
            return False
        prefix = PrefixStore(f"meeting{self._meeting}", self._meetings)
        self.meet(Group(prefix, 0, self.size, self._device))
        return True

    def lost(self) -> None:
        """One of them is gone: meet again."""
        self.part()
        self._call()

    def end(self) -> None:
        """Let them go; those that don't hear it are ended."""
        is_led = self.group is not None
        super().end()
        self._meetings.set("over", "1")
        if self._agent is not None and not is_led:
            self._agent.terminate()

    def earlier_run(self) -> str:
        """The run that this one goes on with: torchrun has started all of them again."""
        return self.store.get("run").decode() if self.store.check(["run"]) else ""

    def tell_run(self, run: str) -> None:
        """Remember it for the case that this process is started again."""
        self.store.set("run", run)

    def _call(self) -> None:
        assert self._calling is not None, "there is something to train"
        self._meeting += 1
        calling = msgspec.structs.replace(self._calling, meeting=self._meeting)
        self._called_at = time.monotonic()
        self._meetings.set("calling", encoded(calling).decode())


def here(meeting: int, rank: int) -> str:
    """The key that says that a process has come."""
    return f"here/{meeting}/{rank}"


def read_calling(store: Store) -> Calling:
    """What the first process says last; waits for its first word."""
    store.wait(["calling"], STORE_WAIT)
    return decoded(store.get("calling"), Calling)


def torchrun_store(torchrun: Torchrun) -> Store:
    """The store of the person's own torchrun, which outlives its processes."""
    is_host = torchrun.rank == 0 and not torchrun.has_store
    host, port = torchrun.host, torchrun.port
    try:
        return TCPStore(host, port, None, is_host, LONGEST_MEETING, wait_for_workers=False)
    except (RuntimeError, OSError) as error:
        raise PerceptuiError(f"torchrun's {host}:{port} does not answer ({error})") from error


def of_this_start(store: Store, torchrun: Torchrun) -> Store:
    """Its part for the processes as they were started last."""
    return PrefixStore(f"start{torchrun.restarts}", store)


def _agent(count: int, port: int) -> _Agent:
    """Torchrun's elastic agent with so many processes of this machine."""
    command = [sys.executable, "-P", "-m", "torch.distributed.run", "--standalone"]
    command += [f"--nproc-per-node={count}", f"--max-restarts={RESTARTS}"]
    command += ["--monitor-interval=0.1", "-m", RANK_MODULE, str(port)]
    environment = {
        **os.environ,
        "PYTHONSAFEPATH": "1",  # torchrun starts them without -P
        "OMP_NUM_THREADS": "1",
    }
    try:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment)
    except OSError as error:
        raise PerceptuiError(f"torchrun can't be started: {error}") from error


@contextmanager
def gathered(size: int) -> Iterator[Rendezvous | None]:
    """So many processes for a training that is being prepared; they are let go if it fails.

    None for one alone. The person's own torchrun says itself how many there are.
    """
    torchrun = torchrun_env()
    size = size if torchrun is None else torchrun.size
    if size == 1:
        yield None
        return
    rendezvous = Rendezvous(size, torchrun)
    try:
        yield rendezvous
    except BaseException:
        rendezvous.end()
        raise
