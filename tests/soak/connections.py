"""Thousands of connections to a trainer at work: good ones, broken ones, and too many at once."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
from contextlib import suppress
from pathlib import Path

from engine.runs import events as ev
from engine.runs.lease import read_lease
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import endless, to_train, until
from tests.soak.ground import Ground

AT_ONCE = 1500
DESCRIPTORS = 512
"""What the trainer may have open: fewer than come at once."""
GROWTH_BYTES = 16 << 20
HELLO = p.encode(p.Hello(version=p.VERSION))
WATCH = p.encode(p.Watch(progress_hz=100, pictures_hz=10, columns=20, rows=10))
SAID = (
    b"",
    HELLO,
    HELLO + WATCH,
    HELLO + WATCH[:10],
    b"GET / HTTP/1.1\r\n\r\n",
    b"\xff\xfe\x00\n" * 50,
    b"[" * 10_000 + b"\n",
    HELLO * 3,
    p.encode(p.Hello(version=99)),
    HELLO + b'{"message":"fly"}\n',
)


def soak(ground: Ground) -> None:
    """Connect, say something or nothing, hang up; the trainer trains and answers as before."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
    try:
        asyncio.run(_soaked(ground))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def _soaked(ground: Ground) -> None:
    async with Session.open() as session:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, AT_ONCE + DESCRIPTORS), hard))
        run = Run(await session.begin(to_train(endless(), ground.runs)))
        lease = read_lease(run.path)
        assert lease is not None
        before = _descriptors(session.pid), _memory_bytes(session.pid)
        for number in range(ground.times):
            _visit(lease.socket, ground.chance.choice(SAID), stays=number % 3 == 0)
            ground.counts["connections"] += 1
            if number % 500 == 499:
                await asyncio.wait_for(session.do(p.Rewind(to="best")), 30)
        await _crowd(ground, session, run, lease.socket)
        async with asyncio.timeout(60):
            while _descriptors(session.pid) > before[0] + 8:
                await asyncio.sleep(0.1)
        growth = _memory_bytes(session.pid) - before[1]
        ground.check(growth < GROWTH_BYTES, f"the trainer's memory grew by {growth:,} bytes")
        await session.do(p.Stop())
        await until(session, lambda happened: isinstance(happened, ev.RunFinished))
    finished = run.record().finished
    assert finished is not None
    ground.check(finished.reason == "stopped", f"the run {finished.reason}")
    ground.notes.append(f"{finished.steps:,} steps meanwhile, memory {growth / 2**20:+.1f} MB")


def _visit(path: str, said: bytes, *, stays: bool) -> None:
    """One connection; stays: until an answer has come, if one comes."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(5)
    with suppress(OSError), client:
        client.connect(path)
        client.sendall(said)
        if stays and said.startswith(HELLO):
            client.recv(1 << 16)


async def _crowd(ground: Ground, session: Session, run: Run, path: str) -> None:
    """More connections than the trainer can have: it goes on, and lets others in afterwards."""
    crowd = []
    try:
        for _ in range(AT_ONCE):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            client.setblocking(False)
            crowd.append(client)
            if not await _let_in(client, path):
                break  # the trainer lets nobody in any more
        await asyncio.wait_for(session.do(p.Rewind(to="best")), 30)
        ground.counts["at once"] = len(crowd)
        failed = run.record().last(ev.CheckpointFailed)
        ground.check(failed is None, f"a crowd costs the checkpoint: {failed}")
    finally:
        for client in crowd:
            client.close()
    async with asyncio.timeout(30), Session.connect(Path(path)) as other:
        await other.watch(progress_hz=0)


async def _let_in(client: socket.socket, path: str) -> bool:
    """Whether there is room for one more in the trainer's queue, before long."""
    for _ in range(200):
        try:
            client.connect(path)
            return True
        except BlockingIOError:
            await asyncio.sleep(0.01)
    return False


def _descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def _memory_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
