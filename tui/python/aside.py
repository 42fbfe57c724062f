"""Coroutines of the client, for callers that may have a running loop of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


def begun(make: Callable[[], Coroutine[Any, Any, T]]) -> Future[T]:
    """What a coroutine will return, run in a thread with a loop of its own: a notebook has one."""
    future: Future[T] = Future()

    def work() -> None:
        try:
            future.set_result(asyncio.run(make()))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=work, name="perceptui", daemon=True).start()
    return future


def answered(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What a coroutine returns."""
    return begun(make).result()
