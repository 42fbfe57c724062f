"""The worker's end of its socket: takes requests, sends lines, never waits for a client.

Recorded events are sent straight from the run's file, each client at its own place in it:
so none is lost, a client that attaches late gets all, and one that stops reading costs
neither memory nor time.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from engine.decoding import Undecodable
from engine.errors import UsageError
from engine.limits import CLIENTS, REQUEST
from engine.runs.events import Event, encode
from engine.service import protocol as p
from engine.service.protocol.socket_directory import new_socket_path, peer_is_owner, socket_dir

CHUNK_BYTES = 1 << 16
ENOUGH_BYTES = 1 << 16
"""A client with so much unsent gets nothing more queued until it reads."""
TOO_MUCH_BYTES = 1 << 24


@dataclass(eq=False)
class Client:
    """One connection."""

    connection: socket.socket
    unread: bytearray = field(default_factory=bytearray)
    unsent: bytearray = field(default_factory=bytearray)
    greeted: bool = False
    record: Path | None = None
    """Of the run that it was sent last."""
    position: int = 0
    """Bytes of that record that were queued for it."""
    watch: p.Watch = field(default_factory=lambda: p.Watch(progress_hz=0))
    progress_due: float = 0.0
    pictures_due: float = 0.0
    inside_due: float = 0.0

    @property
    def keeps_up(self) -> bool:
        return len(self.unsent) < ENOUGH_BYTES

    def send(self, message: p.Message) -> None:
        """Queue a message."""
        self.unsent += p.encode(message)


class SocketServer:
    """A listening socket and its clients; everything happens in `exchange`."""

    def __init__(self) -> None:
        self.path = new_socket_path(os.getpid())
        self.clients: list[Client] = []
        self._selector = selectors.DefaultSelector()
        self._listener = self._bound()
        self._record: IO[bytes] | None = None

    def follow(self, record: Path, position: int, beginner: Client) -> None:
        """Send this run's record, to its beginner from this byte on.

        Others get it from where they were in it, or from its start.
        """
        self.unfollow()
        self._record = record.open("rb")
        for client in self.clients:
            if client is beginner:
                client.position = position
            elif client.record != record:
                client.position = 0
            client.record = record

    def unfollow(self) -> None:
        """No run's record is sent any more; those who keep up have all of it."""
        if self._record is not None:
            self._queue_record()
            self._record.close()
            self._record = None

    def bind_again(self) -> None:
        """Listen anew if the socket's path has vanished.

        Raises OSError or PerceptuiError where that can't be; the old socket stays then.
        """
        if not self.path.exists():
            socket_dir()  # it may have vanished with everything in it
            old, self._listener = self._listener, self._bound()
            self._selector.unregister(old)
            old.close()

    def broadcast(self, message: p.Message) -> None:
        """Queue a message for every client."""
        for client in self.clients:
            if client.greeted:
                client.send(message)

    def announce(self, event: Event) -> None:
        """Send an event that could not be recorded, after those that were."""
        self._queue_record()
        for client in self.clients:
            if client.greeted:
                client.unsent += encode(event) + b"\n"

    def exchange(self, wait_s: float) -> list[tuple[Client, p.Requests]]:
        """Send what can be sent and take what has come; waits for news at most `wait_s`."""
        self._queue_record()
        requests: list[tuple[Client, p.Requests]] = []
        for client in self.clients:
            self._select(client)
        for key, events in self._selector.select(wait_s):
            client = key.data
            if client is None:
                self._accept()
                continue
            if events & selectors.EVENT_READ:
                requests += [(client, request) for request in self._take(client)]
            if events & selectors.EVENT_WRITE and client in self.clients:
                self._send(client)
        return requests

    def drop(self, client: Client) -> None:
        """Close a connection."""
        if client in self.clients:
            self.clients.remove(client)
            self._selector.unregister(client.connection)
            client.connection.close()

    def drain(self, limit_s: float) -> None:
        """Send everything that is left, for a time at most."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            self._queue_record()
            behind = [c for c in self.clients if c.unsent or self._is_behind(c)]
            if not behind:
                return
            self.exchange(0.05)

    def close(self) -> None:
        """Close everything and remove the socket."""
        self.unfollow()
        for client in list(self.clients):
            self.drop(client)
        self._listener.close()
        self.path.unlink(missing_ok=True)

    def _bound(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listener.bind(str(self.path))
        except OSError:
            listener.close()
            raise
        listener.listen()
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ, None)
        return listener

    def _accept(self) -> None:
        """Let in who waits."""
        with contextlib.suppress(OSError):  # nobody waits any more, or who did has left
            for _ in range(CLIENTS.most):
                connection, _ = self._listener.accept()
                self._let_in(connection)

    def _let_in(self, connection: socket.socket) -> None:
        if not peer_is_owner(connection):
            connection.close()
            return
        connection.setblocking(False)
        if len(self.clients) >= CLIENTS.most and not self._makes_room():
            error = UsageError(f"{self.path}: {CLIENTS.refusal(len(self.clients) + 1)}")
            with contextlib.suppress(OSError):
                connection.send(p.encode(p.Answer(id=0, failure=p.Failure.of(error))))
            connection.close()
            return
        client = Client(connection, record=Path(self._record.name) if self._record else None)
        self.clients.append(client)
        self._selector.register(connection, selectors.EVENT_READ, client)

    def _makes_room(self) -> bool:
        """Drop the oldest who has not said hello; whether there is one."""
        stranger = next((client for client in self.clients if not client.greeted), None)
        if stranger is not None:
            self.drop(stranger)
        return stranger is not None

    def _select(self, client: Client) -> None:
        wanted = selectors.EVENT_WRITE if client.unsent else 0
        if len(client.unsent) < TOO_MUCH_BYTES:  # who reads no answers gets to ask nothing more
            wanted |= selectors.EVENT_READ
        if self._selector.get_key(client.connection).events != wanted:
            self._selector.modify(client.connection, wanted, client)

    def _take(self, client: Client) -> list[p.Requests]:
        try:
            received = client.connection.recv(CHUNK_BYTES)
        except BlockingIOError:
            return []
        except OSError:
            received = b""
        client.unread += received
        if not received:
            self.drop(client)
            return []
        if len(client.unread) > REQUEST.most:
            self._refuse(client)
            return []
        if b"\n" not in received:
            return []  # so that a long line is not looked through again with each of its pieces
        *lines, rest = bytes(client.unread).split(b"\n")
        client.unread = bytearray(rest)
        requests = []
        for line in lines:
            try:
                requests.append(p.decode_request(line))
            except Undecodable as error:
                client.send(p.Answer(id=p.id_of(line), failure=p.Failure.of(error)))
        return requests

    def _refuse(self, client: Client) -> None:
        """Hang up on who sends without an end, with a word that arrives if it is read."""
        error = UsageError(f"a request of more than {REQUEST.amount(REQUEST.most)} is not read")
        client.send(p.Answer(id=0, failure=p.Failure.of(error)))
        self._send(client)
        self.drop(client)

    def _send(self, client: Client) -> None:
        try:
            sent = client.connection.send(client.unsent)
        except BlockingIOError:
            return
        except OSError:
            self.drop(client)
            return
        del client.unsent[:sent]

    def _queue_record(self) -> None:
        if self._record is None:
            return
        size = os.fstat(self._record.fileno()).st_size
        for client in self.clients:
            while client.greeted and client.keeps_up and client.position < size:
                chunk = os.pread(self._record.fileno(), CHUNK_BYTES, client.position)
                whole = self._whole_lines(chunk, client.position)
                if not whole:
                    break
                client.unsent += whole
                client.position += len(whole)

    def _whole_lines(self, chunk: bytes, position: int) -> bytes:
        """The chunk up to its last line's end; a longer line is read on."""
        assert self._record is not None
        while chunk and b"\n" not in chunk:
            more = os.pread(self._record.fileno(), CHUNK_BYTES, position + len(chunk))
            if not more:
                return b""
            chunk += more
        return chunk[: chunk.rfind(b"\n") + 1]

    def _is_behind(self, client: Client) -> bool:
        if self._record is None or not client.greeted:
            return False
        with contextlib.suppress(OSError):
            return client.position < os.fstat(self._record.fileno()).st_size
        return False
