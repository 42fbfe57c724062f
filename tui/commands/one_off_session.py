"""One question to a trainer that is started for it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, TypeVar

from tui.commands.complaint import complain_of

if TYPE_CHECKING:
    from engine.service.client.session import Session

T = TypeVar("T")


def answer_of(ask: Callable[[Session], Coroutine[None, None, T]]) -> T:
    """The answer of a worker that is started for one question."""
    import asyncio

    from engine.service.client.session import Session

    async def run() -> T:
        async with Session.open(in_advance=False) as session:
            try:
                return await ask(session)
            finally:
                complain_of(session.remarks())
                await session.shutdown(waits=False)

    return asyncio.run(run())
