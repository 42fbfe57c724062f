"""Going back in time by keys that come faster than a trainer answers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from engine.service.protocol import Moments
from tui.live.following import Following
from tui.live.snapshot import Snapshot
from tui.live.time_travel import TimeTravel


def test_two_keys_at_once_go_two_back() -> None:
    """Both ask which moments there are, and the later answer undoes nothing."""
    seen: list[int] = []

    async def moments(_: object) -> Moments:
        await asyncio.sleep(0)
        return Moments(steps=[0, 10, 20, 30, 40], epochs=[0, 1, 2, 3, 4], losses=[None] * 5)

    async def review(_: object, step: int, *given: object, **more: object) -> Any:
        await asyncio.sleep(0)
        seen.append(step)
        return SimpleNamespace(step=step)

    witness = SimpleNamespace(did=lambda *_: None)
    following = SimpleNamespace(moments=moments, review=review, witness=witness)
    present = cast(Snapshot, SimpleNamespace(run=Path("run"), started=None, is_over=True))
    travel = TimeTravel(cast(Following, following), lambda: None)

    async def press_twice() -> None:
        await asyncio.gather(travel.move(present, -1), travel.move(present, -1))

    asyncio.run(press_twice())
    assert seen[-1] == 20
