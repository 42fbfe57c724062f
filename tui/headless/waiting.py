"""Says what a command waits for while it has nothing else to show."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from engine.limits import in_bytes
from engine.service import protocol as p
from engine.service.client.session import Session
from tui.commands.complaint import complain
from tui.language import tr


def loading_text(loading: p.Loading) -> str:
    """What is downloaded or read, and how many bytes that are."""
    size = f" ({in_bytes(loading.total_bytes)})" if loading.total_bytes else ""
    return f"{loading.verb} {loading.name}{size}"


SILENT_S = 0.5
"""For so long nobody wonders."""


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say on stderr what is waited for in the block, unless that comes at once."""
    telling = asyncio.get_running_loop().call_later(SILENT_S, complain, tr(f"waiting for {what}"))
    try:
        yield
    finally:
        telling.cancel()


async def tell_loading(session: Session) -> None:
    """Say on stderr what a trainer downloads or reads, each once; until the session ends."""
    named = set()
    async for happened in session.events():
        if isinstance(happened, p.Loading) and happened.name not in named:
            named.add(happened.name)
            complain(loading_text(happened))
