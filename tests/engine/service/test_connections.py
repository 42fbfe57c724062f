"""Several clients, strange ones and slow ones: none costs the training anything."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.errors import PerceptuiError, UsageError, WorkerLost
from engine.limits import CLIENTS
from engine.runs import events as ev
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.service.worker.socket_server import SocketServer
from tests.engine.service.live import (
    RawClient,
    begun_paused,
    demanding,
    endless,
    on,
    rates_of,
    reported,
    run_async,
    the_end,
    to_train,
    until,
)
from tests.engine.training.tiny import small


def test_two_steer_at_once(warm: Path, tmp_path: Path) -> None:
    """The second client is refused by a message that names the first; it may watch and stop.

    When the first is gone, the second may steer.
    """

    async def train() -> None:
        async with Session.connect(warm) as first:
            run = await begun_paused(first, endless(), tmp_path)
            async with Session.attach(run) as second:
                for refused in (p.Pause(), p.Continue(), p.Rewind(to="last")):
                    with pytest.raises(UsageError, match=f"process {os.getpid()}.* steers"):
                        await second.do(refused)
                await on(first, 2)
                await until(second, lambda h: isinstance(h, ev.Paused) and h.step == 2)
                await second.pictures(4, 4)
        async with Session.attach(run) as second:
            await second.do(p.SetLearningRate(factor=2.0))
        async with Session.attach(run) as third:
            await third.do(p.Stop())
        assert rates_of(run) == [(2, 2.0)]

    run_async(train())


def test_who_attaches_late_gets_the_whole_record(warm: Path, tmp_path: Path) -> None:
    """A client that comes in the middle is sent every event from the first one on."""

    async def train() -> None:
        async with Session.connect(warm) as first:
            run = await begun_paused(first, demanding(epochs=40, report_every=1), tmp_path)
            await on(first, 80)
            async with Session.attach(run) as late:
                assert late.run == run.path
                assert late.state == "paused"
                await first.do(p.Continue())
                seen = await until(late, lambda happened: isinstance(happened, ev.RunFinished))
        recorded = [happened for happened in seen if isinstance(happened, ev.Event)]
        assert recorded == list(run.raw_events())
        assert len(reported(recorded)) == 40

    run_async(train())


def test_only_a_live_run_is_attached_to(warm: Path, tmp_path: Path) -> None:
    """A run that has ended can be read, not attached to."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            run = Run(await session.begin(to_train(small(), tmp_path)))
            await the_end(session)
            with pytest.raises(UsageError, match="not live on this machine"):
                async with Session.attach(run):
                    pass

    run_async(train())


def test_garbage_in_a_live_record_is_passed_over(warm: Path, tmp_path: Path) -> None:
    """Foreign and torn lines that appear in events.jsonl stop neither followers nor readers."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            run = await begun_paused(session, small(epochs=4, report_every=1), tmp_path)
            await on(session, 2)
            with (run.path / "events.jsonl").open("ab") as record:
                record.write(
                    b'\xff\x00 no JSON\n{"event":"moon_landed"}\n[' + b"[" * 200_000 + b"\n"
                )
                record.write(b'{"event":"failed","message":"one bad byte: \xff"}\n')
                record.write(b'{"event":"epoch_finished","epo\n')
            await session.do(p.Continue())
            seen = await until(session, lambda happened: isinstance(happened, ev.RunFinished))
            epochs = [happened.epoch for happened in seen if isinstance(happened, ev.EpochFinished)]
            assert epochs == [3, 4]
            assert run.record().skipped == 5
            assert len(reported(run.record().events)) == 4

    run_async(train())


def test_a_client_of_another_version_is_told_so(warm: Path) -> None:
    """The trainer welcomes it with its own version and then says nothing else, nor obeys."""
    client = RawClient(warm)
    client.say(p.Hello(version=p.VERSION + 1))
    assert client.line()["version"] == p.VERSION
    client.say(p.Stop(id=1))
    assert client.line() == {}
    client.close()


@pytest.mark.parametrize(
    "welcome",
    [
        b'{"message":"welcome","version":99,"pid":1,"state":"idle","begun":null}\n',
        b'{"message":"welcome","version":0,"whatever":["it","may","be"]}\n',
    ],
    ids=["same fields", "other fields"],
)
def test_a_trainer_of_another_version_is_refused(tmp_path: Path, welcome: bytes) -> None:
    """The client names both versions and what to do, even if it knows nothing else of it."""

    async def meet() -> None:
        async with _saying(tmp_path / "s", welcome):
            refusal = rf"speaks version (99|0) .* this is version {p.VERSION}:"
            with pytest.raises(PerceptuiError, match=refusal):
                async with Session.connect(tmp_path / "s"):
                    pass

    run_async(meet())


@asynccontextmanager
async def _saying(path: Path, line: bytes) -> AsyncIterator[None]:
    """Somebody listens there who says this line to everybody, and nothing else."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(line)
        await reader.read()  # until the client hangs up
        writer.close()  # since Python 3.12 the server's end waits for its connections

    async with await asyncio.start_unix_server(say, path):
        yield


def test_lines_that_are_no_requests_are_answered_and_survived(warm: Path) -> None:
    """Nonsense gets a failure, an unknown request too, and the connection stays good."""
    client = RawClient(warm)
    client.say(p.Hello(version=p.VERSION))
    assert client.line()["message"] == "welcome"
    for nonsense in (
        b"\xff\xfe",
        b'{"message":"rewind","to":"\xff"}',
        b"[" * 100_000,
        b'{"message":"fly"}',
        b'{"message":"advance","id":"x"}',
    ):
        client.say(nonsense)
        assert "not understood" in client.until("message", "answer")[-1]["failure"]["text"]
    client.say(p.Watch(id=7, progress_hz=0))
    assert client.until("message", "answer")[-1] == {
        "message": "answer",
        "id": 7,
        "failure": None,
        "value": None,
        "remarks": [],
    }
    client.close()


def test_who_never_reads_answers_is_not_remembered_for_ever(warm: Path) -> None:
    """A client that asks and never reads is not read either, once too much is unsent for it."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(str(warm))
    client.setblocking(False)
    line = b'{"message":"' + b"x" * 200 + b'"}\n'
    sent = 0
    client.send(p.encode(p.Hello(version=p.VERSION)))

    async def flood() -> None:
        nonlocal sent
        async with Session.connect(warm) as session:
            quiet = 0
            while quiet < 5 and sent < 1 << 28:
                try:
                    sent += client.send(line * 100)
                    quiet = 0
                except BlockingIOError:
                    quiet += 1
                    await session.watch(progress_hz=0)  # it still answers others

    run_async(flood())
    client.close()
    assert sent < 1 << 28


def test_one_connection_too_many_is_told_so(
    short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those that said nothing the oldest makes room; where all said hello there is none."""
    monkeypatch.setenv("PERCEPTUI_SOCKET_DIR", str(short_folder))
    server = SocketServer()
    company = [_let_in(server) for _ in range(CLIENTS.most)]
    for client in server.clients:
        client.greeted = client is not server.clients[7]
    company.append(_let_in(server))
    assert company[7].line() == {}
    server.clients[-1].greeted = True
    company.append(_let_in(server))
    failure = company[-1].line()["failure"]
    assert failure["text"].endswith("101 connections, more than the 100 that are taken")
    assert company[-1].line() == {}
    assert len(server.clients) == CLIENTS.most
    server.close()
    for one in company:
        one.close()


def _let_in(server: SocketServer) -> RawClient:
    client = RawClient(server.path)
    server.exchange(0.0)
    return client


def test_who_is_not_let_in_is_told_why(tmp_path: Path) -> None:
    """A failure in place of the welcome is what connecting raises."""
    failure = p.Answer(id=0, failure=p.Failure(text="it is full", exit_code=2))

    async def meet() -> None:
        async with _saying(tmp_path / "s", p.encode(failure)):
            with pytest.raises(UsageError, match="it is full"):
                async with Session.connect(tmp_path / "s"):
                    pass

    run_async(meet())


def test_progress_that_is_not_looked_at_is_replaced(warm: Path, tmp_path: Path) -> None:
    """However long a client looks away, it finds one progress, the newest."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            await session.watch(progress_hz=1000, pictures_hz=1000, grid=(4, 4))
            run = Run(await session.begin(to_train(demanding(epochs=300), tmp_path)))
            while session.state != "finished":
                await session.watch(progress_hz=1000, pictures_hz=1000, grid=(4, 4))
            await session.pictures(4, 4)
            seen = await until(session, lambda happened: isinstance(happened, ev.RunFinished))
            progress = [happened for happened in seen if isinstance(happened, p.Progress)]
            assert [one.step for one in progress] == [run.record().finished.steps]  # type: ignore[union-attr]  # it has finished
            assert sum(isinstance(happened, p.Drawn) for happened in seen) <= 1

    run_async(train())


def test_a_dead_socket_is_lost_at_once(tmp_path: Path) -> None:
    """Where nobody listens any more, connecting fails with the place in the message."""
    stale = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stale.bind(str(tmp_path / "s"))
    stale.close()

    async def meet() -> None:
        with pytest.raises(WorkerLost, match="no trainer answers"):
            async with Session.connect(tmp_path / "s"):
                pass

    run_async(meet())
