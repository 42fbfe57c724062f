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


class Answers:
    """Stands for who asks a trainer; each answer takes a turn of the loop."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, tuple[int, int]]] = []
        self.witness = SimpleNamespace(did=lambda _: None)

    async def moments(self, _: object) -> Moments:
        await asyncio.sleep(0)
        return Moments(steps=[0, 10, 20, 30, 40], epochs=[0, 1, 2, 3, 4], losses=[None] * 5)

    async def review(self, _: object, step: int, grid: tuple[int, int], *, measure: bool) -> Any:
        await asyncio.sleep(0)
        self.seen.append((step, grid))
        return SimpleNamespace(step=step, epoch=step // 10, measure=measure)


PRESENT = cast(Snapshot, SimpleNamespace(run=Path("run"), started=None, is_over=True))


def travel(answers: Answers) -> TimeTravel:
    return TimeTravel(cast(Following, answers), lambda: None)


def test_two_keys_at_once_go_two_back() -> None:
    """Both ask which moments there are, and the later answer undoes nothing."""
    answers = Answers()
    travelling = travel(answers)

    async def press_twice() -> None:
        await asyncio.gather(travelling.move(PRESENT, -1), travelling.move(PRESENT, -1))

    asyncio.run(press_twice())
    assert answers.seen[-1] == (20, (0, 0))


def test_sizes_that_follow_one_another_lead_to_no_other_time() -> None:
    """The picture's newest size calls off the drawing for the one before, and is drawn itself."""
    answers = Answers()
    travelling = travel(answers)

    async def resize_twice() -> None:
        await travelling.move(PRESENT, -1)
        first = asyncio.create_task(travelling.look_at(PRESENT, (40, 20)))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await travelling.look_at(PRESENT, (60, 30))

    asyncio.run(resize_twice())
    assert answers.seen[-1] == (30, (60, 30))
