"""What comes from the network comes whole, or the waiting for it can be given up."""

from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from engine.parts.data import arrival
from engine.parts.data.arrival import AHEAD, CHUNK_BYTES, Arrival, NotArrived
from tests.engine.service.live import eventually

Serve = Callable[[bytes], urllib.request.Request]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """A server that answers its one visitor with these bytes and leaves the line open."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()
    threads: list[threading.Thread] = []

    def begin(answer: bytes) -> urllib.request.Request:
        def visit() -> None:
            connection, _ = listener.accept()
            with connection, suppress(ConnectionError):  # who asked may have left
                connection.recv(1 << 16)
                connection.sendall(answer)
                done.wait()

        threads.append(threading.Thread(target=visit))
        threads[-1].start()
        return urllib.request.Request(f"http://127.0.0.1:{listener.getsockname()[1]}/x")

    yield begin
    done.set()
    for thread in threads:
        thread.join()
    listener.close()


def _answer(body: bytes, promised: int | None = None) -> bytes:
    size = len(body) if promised is None else promised
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + body


def test_all_of_it_comes_in_order(serve: Serve) -> None:
    """More than is read ahead, in pieces of at most CHUNK_BYTES, with its size first."""
    body = b"".join(bytes([number]) * CHUNK_BYTES for number in range(AHEAD + 3)) + b"rest"
    with Arrival(serve(_answer(body)), lambda: None) as coming:
        assert coming.size() == len(body)
        chunks = list(coming.chunks())
    assert b"".join(chunks) == body
    assert max(map(len, chunks)) == CHUNK_BYTES


@pytest.mark.parametrize("answer", [b"", _answer(b"", promised=9)], ids=["silent", "no contents"])
def test_waiting_can_be_given_up(serve: Serve, answer: bytes) -> None:
    """Long before a silent server is given up, whoever waits can look around and leave."""
    looks: list[None] = []

    def leave() -> None:
        looks.append(None)
        if len(looks) == 2:
            raise KeyboardInterrupt

    def fetch() -> None:
        with Arrival(serve(answer), leave) as coming:
            coming.size()
            list(coming.chunks())

    with pytest.raises(KeyboardInterrupt):  # at TIMEOUT_S it would be NotArrived
        fetch()
    assert len(looks) == 2


def test_a_server_that_stays_silent(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up after TIMEOUT_S, with the reason."""
    monkeypatch.setattr(arrival, "TIMEOUT_S", 0.2)

    def fetch() -> None:
        with Arrival(serve(_answer(b"", promised=9)), lambda: None) as coming:
            coming.size()  # where the server gets no turn for so long, this raises already
            list(coming.chunks())

    with pytest.raises(NotArrived, match="timed out"):
        fetch()


def test_who_has_left_is_read_for_no_longer(serve: Serve) -> None:
    """The thread ends, however much is still to come."""
    before = threading.active_count()
    with Arrival(serve(_answer(bytes(20 * CHUNK_BYTES))), lambda: None) as coming:
        coming.size()
    eventually(lambda: threading.active_count() <= before + 1)  # the server's stays
