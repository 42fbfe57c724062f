"""When an app under a pilot has nothing left to do, by what it has to do and not by the clock."""

from __future__ import annotations

import asyncio
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from textual._context import active_app
from textual.screen import Screen

from tests.engine.service.live import WAIT_S

_POLL_S = 0.001
"""Between two looks whether threads are done."""
_AT_WORK: WeakKeyDictionary[Any, set[asyncio.Future[Any]]] = WeakKeyDictionary()
"""For each loop what its threads were given and it has not heard the end of."""
_MOST_FRAMES = 50
"""What draws anew after every frame is never done."""


class Gate:
    """Where a test keeps a thread until it opens; what stands there is not at work."""

    num_standing = 0

    def __init__(self) -> None:
        self._opened = threading.Event()

    def open(self) -> None:
        self._opened.set()

    def pass_through(self) -> None:
        """Stand here until it is open; to be called by one thread at a time."""
        Gate.num_standing += 1
        try:
            assert self._opened.wait(WAIT_S), "nobody opened it"
        finally:
            Gate.num_standing -= 1


async def wait_for_idle(min_sleep: float = 0, max_sleep: float = 0) -> None:
    """Return once all that is ready has run, threads too, and all that is dirty is drawn.

    Stands for Textual's function of this name, which sleeps 20 ms at least, and takes a process
    that gets no turn for one that has nothing to do. Timers are not waited for.
    """
    app = active_app.get()
    for _ in range(_MOST_FRAMES):
        await _all_has_run()
        screen = app.screen if app.is_running and app.screen_stack else None
        if screen is None or not _has_to_draw(screen):
            return
        screen._on_timer_update()


async def _all_has_run() -> None:
    loop: Any = asyncio.get_running_loop()
    deadline = loop.time() + WAIT_S
    await asyncio.sleep(0)
    while loop._ready or _threads_work(loop):
        assert loop.time() < deadline, f"never done: {_doing(loop)}"
        await asyncio.sleep(0 if loop._ready else _POLL_S)


def _threads_work(loop: Any) -> bool:
    """Whether what `asyncio.to_thread` began has not ended."""
    return len(_AT_WORK.get(loop, ())) > Gate.num_standing


def _doing(loop: Any) -> str:
    """What keeps the loop busy, and the lines that its threads stand at."""
    own = threading.get_ident()
    others = {n: frame for n, frame in sys._current_frames().items() if n != own}
    stacks = ["".join(traceback.format_stack(frame)) for frame in others.values()]
    return "\n".join([repr(list(loop._ready)), *stacks])


_run_in_executor = asyncio.BaseEventLoop.run_in_executor


def _noted(
    self: asyncio.BaseEventLoop, executor: Any, func: Callable[..., Any], *args: Any
) -> asyncio.Future[Any]:
    """Stands for the loop's method, and remembers what has not ended.

    The executor's own figures are none to go by: from Python 3.12 on its count of idle threads
    falls behind for good where one that has just ended takes what was meant for another.
    """
    future = _run_in_executor(self, executor, func, *args)
    if executor is None:
        at_work = _AT_WORK.setdefault(self, set())
        at_work.add(future)
        future.add_done_callback(at_work.discard)
    return future


asyncio.BaseEventLoop.run_in_executor = _noted  # type: ignore[assignment,method-assign]


def _has_to_draw(screen: Screen[object]) -> bool:
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )
