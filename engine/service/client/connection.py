"""A client's end of a worker's socket: asks and is answered, and keeps what it is told."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from socket import MSG_DONTWAIT, socket
from typing import TypeVar

import msgspec

from engine.decoding import Undecodable, decoded
from engine.errors import PerceptuiError, UsageError, WorkerLost
from engine.limits import REQUEST
from engine.service import protocol as p
from engine.service.client.event_queue import EventQueue
from engine.service.client.launch import last_words

T = TypeVar("T")
CHUNK_BYTES = 1 << 16
GONE = "the trainer is gone: it was killed or it crashed"


class Connection(asyncio.Protocol):
    """Lines to and from one worker; what it said of itself stands in the attributes.

    Asking raises what the worker refuses with, WorkerLost when the worker is gone.
    """

    def __init__(self, log: Path | None) -> None:
        """log: what the worker writes as long as it has no run, if that is known."""
        self.state: p.State = "idle"
        self.run: Path | None = None
        self.pid = 0
        self.ended: p.Ended | None = None
        self.heard_at = time.monotonic()
        """When something came from the worker last."""
        self.event_queue = EventQueue()
        self.remarks: list[str] = []
        """What a person should know of what was done, a sentence each; not told yet."""
        self._transport: asyncio.Transport
        self._pieces: list[bytes] = []
        """Of a line whose end has not come: joined once, however long it is."""
        self._log = log
        self._answers: dict[int, asyncio.Future[p.Answer]] = {}
        self._last_id = 0
        self._beginnings: set[int] = set()
        """Requests whose answer begins a run."""
        loop = asyncio.get_running_loop()
        self._welcome: asyncio.Future[p.Welcome] = loop.create_future()
        self._over: asyncio.Future[None] = loop.create_future()
        """Done once nothing comes any more."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to listen."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take the lines that are whole."""
        self.heard_at = time.monotonic()
        first, *lines = data.split(b"\n")
        self._pieces.append(first)
        for line in lines:
            self._take(b"".join(self._pieces))
            self._pieces = [line]

    def connection_lost(self, exc: Exception | None) -> None:
        """Read what is left where it broke at a write, then tell everybody who waits."""
        if exc is not None:
            for data in _left_in(self._transport.get_extra_info("socket").dup()):
                self.data_received(data)
        self._hang_up()

    async def greet(self) -> None:
        """Say hello; raises PerceptuiError if the worker speaks another version."""
        self._transport.write(p.encode(p.Hello(version=p.VERSION)))
        welcome = await self._welcome
        self.state, self.pid = welcome.state, welcome.pid
        if welcome.begun is not None:
            self._note(welcome.begun)

    async def tell(self, request: p.Request) -> msgspec.Raw:
        """Send a request, under an id of its own, and wait for the value of its answer."""
        if self._over.done():
            raise self.lost()
        self._last_id += 1
        request = msgspec.structs.replace(request, id=self._last_id)
        line = p.encode(request)
        if len(line) > REQUEST.most:
            raise UsageError(f"what is asked has {REQUEST.refusal(len(line))} in one request")
        future: asyncio.Future[p.Answer] = asyncio.get_running_loop().create_future()
        self._answers[request.id] = future
        if isinstance(request, p.Train | p.Resume | p.TrainGroup):
            self._beginnings.add(request.id)
        self._transport.write(line)
        answer = await future
        if answer.failure is not None:
            raise answer.failure.error()
        return answer.value

    async def ask(self, request: p.Request, kind: type[T]) -> T:
        """Send a request and wait for its answer's value, of this type."""
        return decoded(await self.tell(request), kind)

    async def begin(self, request: p.Train | p.Resume) -> Path:
        """Have a run begun; returns its directory once it is prepared."""
        return self._note(await self.ask(request, p.Begun))

    async def its_end(self) -> None:
        """Wait until the worker has hung up."""
        await asyncio.shield(self._over)

    def lost(self) -> WorkerLost:
        """What there is to say of a worker that is gone: its run and how to go on with it."""
        gone = GONE
        if self.ended is not None:
            number = self.ended.signal
            gone = f"the trainer has ended{f' by signal {number}' if number else ''}"
        if self.run is None:
            words = last_words(self._log) if self._log is not None and self.ended is None else ""
            return WorkerLost(gone_after(words) if words else gone)
        kept = self.run / "checkpoints" / "last.safetensors"
        if not kept.is_file():
            return WorkerLost(
                f"{gone}; {self.run} has no checkpoint yet, so a resume begins it again"
            )
        saved = f"the last checkpoint is {kept}"
        return WorkerLost(f"{gone}; {saved}; `perceptui resume {self.run.name}` goes on from it")

    async def close(self) -> None:
        """Hang up."""
        self._transport.close()
        await self.its_end()

    def _note(self, begun: p.Begun) -> Path:
        self.run, self.event_queue.since = Path(begun.run), begun.since
        return self.run

    def _take(self, line: bytes) -> None:
        if not self._welcome.done() and (version := p.version_of(line)) not in (None, p.VERSION):
            self._welcome.set_exception(_of_another_version(version))
            return
        try:
            reply = p.decode_reply(line)
        except Undecodable:
            return  # a torn or foreign line of the record
        match reply:
            case p.Welcome():
                if not self._welcome.done():
                    self._welcome.set_result(reply)
            case p.Answer():
                if reply.failure is not None and not self._welcome.done():  # not even let in
                    self._welcome.set_exception(reply.failure.error())
                self._answered(reply)
            case _:
                if isinstance(reply, p.Ended):
                    self.ended = reply
                elif isinstance(reply, p.StateChanged):
                    self.state = reply.state
                elif isinstance(reply, p.Began):
                    self.run = Path(reply.begun.run)
                self.event_queue.add(reply)

    def _answered(self, answer: p.Answer) -> None:
        if answer.id in self._beginnings and answer.failure is None:
            self.event_queue.forget_the_run()
        self._beginnings.discard(answer.id)
        self.remarks += [remark for remark in answer.remarks if remark not in self.remarks]
        future = self._answers.pop(answer.id, None)
        if future is not None and not future.done():
            future.set_result(answer)

    def _hang_up(self) -> None:
        """Tell everybody who waits that nothing comes any more."""
        lost = self.lost()
        for future in self._answers.values():
            _fail(future, lost)
        _fail(self._welcome, lost)
        self._answers.clear()
        self.event_queue.end()
        self._over.set_result(None)


def gone_after(words: str) -> str:
    """What there is to say of a trainer that died without a run; words: its last ones."""
    gone = GONE
    return f"{gone}; the last that it wrote:\n{words}"


def _left_in(broken: socket) -> Iterator[bytes]:
    """What had come through a connection before it broke: the last words of the other end."""
    with broken, contextlib.suppress(OSError):
        while data := broken.recv(CHUNK_BYTES, MSG_DONTWAIT):
            yield data


def _of_another_version(version: int | None) -> PerceptuiError:
    return PerceptuiError(
        f"the trainer speaks version {version} of the protocol, this is version {p.VERSION}: "
        "use the perceptui that started it, or end its process"
    )


def _fail(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # somebody may have stopped waiting for it
