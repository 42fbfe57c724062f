"""Reads from the network in a thread, so that who waits for it can look around meanwhile."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it takes 40 ms to import, for those who fetch only
    from urllib.request import Request

CHUNK_BYTES = 1 << 18
TIMEOUT_S = 30.0
"""A server that says nothing for so long is given up."""
LOOK_S = 0.1
"""Seconds between two looks around while nothing comes."""
_PARTIAL_CONTENT = 206
AHEAD = 4
"""Pieces that are read before they are wanted, at most."""


class NotArrived(Exception):
    """What the network did wrong, in a few words."""


class Arrival:
    """What one URL answers, piece by piece; leaving the `with` gives it up.

    on_wait: called every LOOK_S while nothing comes; what it raises breaks the waiting off,
    even while a connection is being made. Waiting for a piece raises NotArrived.
    """

    def __init__(self, request: Request, on_wait: Callable[[], object]) -> None:
        self._request = request
        self._on_wait = on_wait
        self.is_rest = False
        """Whether the server sends the rest that was asked for, not all; known with the size."""
        self._pieces: queue.Queue[bytes | int | NotArrived | None] = queue.Queue(AHEAD)
        self._given_up = threading.Event()
        # A daemon: a server that is silent must not keep the process from ending.
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Arrival:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._given_up.set()

    def size(self) -> int | None:
        """Bytes that are to come, None if the server does not say; asked once, first."""
        size = self._next()
        assert not isinstance(size, bytes), "the size comes first"
        return size

    def chunks(self) -> Iterator[bytes]:
        """The contents as they come, at most CHUNK_BYTES at a time."""
        while chunk := self._next():
            assert isinstance(chunk, bytes), "after the size come the contents"
            yield chunk

    def _next(self) -> bytes | int | None:
        while True:
            try:
                piece = self._pieces.get(timeout=LOOK_S)
            except queue.Empty:
                self._on_wait()
                continue
            if isinstance(piece, NotArrived):
                raise piece
            return piece

    def _read(self) -> None:
        from urllib.request import build_opener

        try:
            # urlopen's opener has the proxies of when a process first asked for anything.
            with build_opener().open(self._request, timeout=TIMEOUT_S) as response:
                self.is_rest = response.status == _PARTIAL_CONTENT
                self._put(response.length)
                while chunk := response.read(CHUNK_BYTES):
                    self._put(chunk)
                    if self._given_up.is_set():
                        return
            self._put(b"")
        except Exception as error:  # whatever it was, who waits must be told
            reason = getattr(error, "reason", None) or error
            self._put(NotArrived(str(reason) or type(error).__name__))

    def _put(self, piece: bytes | int | NotArrived | None) -> None:
        while not self._given_up.is_set():
            try:
                self._pieces.put(piece, timeout=LOOK_S)
            except queue.Full:
                continue
            return
