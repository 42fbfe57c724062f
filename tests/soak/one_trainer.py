"""One training process for many command lines in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from unittest.mock import patch

from engine.service.client.launch import Launched, launch
from engine.service.client.session import Session
from tests.engine.service.live import RawClient


async def leave(session: Session, *, waits: bool = True) -> None:
    """Stands in for `Session.shutdown`: the trainer lives on."""


class OneTrainer:
    """Stands in for `Session.open`: connects to a trainer that is there, or starts one."""

    def __init__(self) -> None:
        self._launched: Launched | None = None
        self._company: RawClient | None = None
        """Without a client the trainer would end."""

    @asynccontextmanager
    async def open(self, *, in_advance: bool = True) -> AsyncIterator[Session]:
        """A session with it, whichever it is now; it is warm whatever is asked for."""
        if self._launched is None or self._launched.process.poll() is not None:
            self._launched = await launch()
            self._company = RawClient(self._launched.socket)
        async with Session.connect(self._launched.socket) as session:
            if session.run is not None:  # what it tells of the run before is none of ours
                async for _ in session.events():
                    pass
            yield session

    def kill(self) -> None:
        """End it; the next session has another."""
        if self._company is not None:
            self._company.close()
        if self._launched is not None:
            self._launched.process.kill()
            self._launched.process.wait()
        self._launched = self._company = None

    @contextmanager
    def instead(self) -> Iterator[None]:
        """Sessions are opened here, and shutting one down leaves the trainer alive."""
        with patch.object(Session, "open", self.open), patch.object(Session, "shutdown", leave):
            try:
                yield
            finally:
                self.kill()
