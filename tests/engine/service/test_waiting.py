"""A trainer that waits for a next command: its numbers, what it holds, who may have it, its end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.errors import UsageError
from engine.runs.lease import process_start, read_lease
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.dismissal import dismissed
from engine.service.client.session import Session
from engine.service.client.surroundings import surroundings
from engine.service.protocol import warm
from engine.service.worker import waiting as worker_waiting
from engine.spec.experiment import Experiment
from tests.engine.service.live import (
    DEMANDING,
    Bits,
    eventually,
    reported,
    run_async,
    the_end,
    to_train,
    weights_of,
)
from tests.engine.training.tiny import small

EXPERIMENTS: dict[str, dict[str, Any]] = {
    "threads, eager": {
        "data": "circle(samples=600)",
        "layers": ["Linear(300)", "Tanh()", "Dropout(0.2)", "Linear(300)", "Tanh()", "Linear(1)"],
        "loss": "BCEWithLogitsLoss()",
        "threads": 2,
        "epochs": 6,
    },
    "traced, with all that has state": {**DEMANDING, "threads": 1, "epochs": 150},
    "moments that shrink to denormals": {
        "layers": ["Linear(8)", "ReLU()", "Linear(1)", "Sigmoid()"],
        "optimizer": "Adam(lr=0.001, betas=(0.5, 0.6))",
        "threads": 1,
        "epochs": 700,
    },
    "half as wide numbers": {"precision": "bf16", "threads": 1, "epochs": 4},
}
"""By what of the process they set or need."""


@pytest.fixture(autouse=True)
def own_sockets(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Trainers may wait, where nobody else's are found."""
    monkeypatch.setenv("PERCEPTUI_SOCKET_DIR", str(short_folder))
    monkeypatch.setenv("PERCEPTUI_WARM_S", "60")
    yield
    dismissed()


def staying(**changes: Any) -> p.StayWarm:
    """The order to wait as long as these tests run."""
    order = p.StayWarm(
        surroundings=surroundings(),
        wait_s=60.0,
        leader=os.getpid(),
        leader_start=process_start(os.getpid()),
    )
    return msgspec.structs.replace(order, **changes)


def trained(experiment: Experiment, runs: Path, *, order: p.StayWarm | None = None) -> Run:
    """Train as a command does; order: what its trainer is told afterwards, in place of its end."""

    async def train() -> Run:
        async with Session.open(in_advance=False) as session:
            run = Run(await session.begin(to_train(experiment, runs)))
            assert (await the_end(session)).reason == "completed"
            if order is None:
                await session.shutdown()
            else:
                assert await session.stay_warm(order)
            return run

    return run_async(train())


def told(run: Run) -> tuple[Bits, list[dict[str, str]]]:
    """All numbers of a run."""
    return weights_of(run), reported(list(run.events()))


def waits(pid: int) -> bool:
    found = warm.read()
    return found is not None and found.pid == pid


def waiting_pid() -> int:
    """The process of the trainer that waits."""
    found = warm.read()
    assert found is not None
    return found.pid


def test_numbers_are_those_of_fresh_trainers(tmp_path: Path) -> None:
    """Experiments one after the other in a trainer that waits have a fresh one's bits, both ways.

    What threads, denormals, generators, flags or types one of them leaves behind would show.
    """
    experiments = {name: small(**values) for name, values in EXPERIMENTS.items()}
    fresh = {name: told(trained(one, tmp_path)) for name, one in experiments.items()}
    pids = set()
    for names in (list(experiments), list(reversed(experiments))):
        for name in names:
            run = trained(experiments[name], tmp_path, order=staying())
            assert told(run) == fresh[name], name
            pids.add(waiting_pid())
    assert len(pids) == 1


def test_it_holds_nothing_of_the_run(tmp_path: Path) -> None:
    """No lease, no file in the run's directory; the next command is served in its own folder."""
    run = trained(small(), tmp_path / "first", order=staying())
    pid = waiting_pid()
    assert read_lease(run.path) is None
    if Path("/proc/self/fd").exists():
        held = [os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.is_symlink()]
        assert not [path for path in held if path.startswith(str(tmp_path))]
    other = tmp_path / "other"
    other.mkdir()
    before = Path.cwd()
    os.chdir(other)
    try:
        trained(small(), Path("runs"), order=staying())
    finally:
        os.chdir(before)
    assert len(list((other / "runs").iterdir())) == 1
    assert waiting_pid() == pid


def test_only_the_same_surroundings_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another environment gets a trainer of its own; what a terminal alone says is no other."""
    trained(small(), tmp_path, order=staying())
    with monkeypatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "3")
        assert warm.taken(surroundings) is None
    with monkeypatch.context() as patch:
        patch.setenv("PERCEPTUI_WARM_S", "0")
        assert warm.taken(surroundings) is None
    with monkeypatch.context() as patch:
        patch.setenv("COLUMNS", "50")
        found = warm.taken(surroundings)
    assert found is not None
    assert warm.taken(surroundings) is None  # whoever comes second
    eventually(lambda: not found.is_there)  # nobody came


def test_the_second_who_waits_takes_the_place_of_the_first(tmp_path: Path) -> None:
    """One waits for a user at most."""
    trained(small(), tmp_path, order=staying())
    first = waiting_pid()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "3")
        trained(small(), tmp_path, order=staying())
    assert waiting_pid() != first
    eventually(lambda: not process_start(first))


@pytest.mark.parametrize("what", ["told", "time", "logout"])
def test_its_end(what: str, tmp_path: Path) -> None:
    """It goes when told, when its time is up, and when the terminal's session ends."""
    shell = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    leader = {"leader": shell.pid, "leader_start": process_start(shell.pid)}
    wait_s = 1.0 if what == "time" else 60.0
    trained(small(), tmp_path, order=staying(wait_s=wait_s, **leader))
    pid = waiting_pid()
    began = time.monotonic()
    if what == "told":
        assert dismissed() == pid
        assert dismissed() == 0
    if what == "logout":
        shell.communicate(b"\n")
    eventually(lambda: not process_start(pid))
    assert time.monotonic() - began < 50
    assert not warm.place().exists()
    if what != "logout":
        shell.communicate(b"\n")


def test_short_memory_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes room for others, and does not begin to wait where there is none."""
    here = worker_waiting.Waiting(tmp_path / "socket")
    monkeypatch.setattr(worker_waiting, "log_to", lambda path: None)
    monkeypatch.setattr(worker_waiting, "go_first", lambda: "")
    monkeypatch.setattr(worker_waiting, "LEAST_FREE_BYTES", 0)
    here.begin(staying())
    assert not here.is_over()
    monkeypatch.setattr(worker_waiting, "LEAST_FREE_BYTES", 1 << 62)
    assert here.is_over()
    here.end()
    with pytest.raises(UsageError, match="memory is short"):
        here.begin(staying())
