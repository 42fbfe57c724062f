"""Processes of their own that take turns: each function keeps its imports, threads and memory."""

from __future__ import annotations

import multiprocessing
from importlib import import_module
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any


class Unavailable(Exception):
    """What a contestant needs is not installed."""


class Contestant:
    """A child process that calls functions when it is told, and sleeps between.

    Functions are named `module:function`, so that this process need not import them.
    """

    def __init__(self, *, starts_others: bool = False) -> None:
        """starts_others: whether its functions start processes, which a daemon may not."""
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=not starts_others)

    def __enter__(self) -> Contestant:
        self._process.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.send(None)
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()

    def call(self, function: str, *arguments: Any, **named: Any) -> Any:
        """Run a function there; raises Unavailable, or what it raised as RuntimeError."""
        self._connection.send((function, arguments, named))
        kind, value = self._connection.recv()
        if kind == "missing":
            raise Unavailable(value)
        if kind == "failed":
            raise RuntimeError(f"{function}: {value}")
        return value


def _serve(connection: Connection) -> None:
    while (asked := connection.recv()) is not None:
        function, arguments, named = asked
        module, _, name = function.partition(":")
        try:
            answer = ("done", getattr(import_module(module), name)(*arguments, **named))
        except ModuleNotFoundError as error:
            answer = ("missing", f"{error.name} is not installed")
        except Exception as error:  # whatever it was, the one who asked raises it
            answer = ("failed", f"{type(error).__name__}: {error}")
        connection.send(answer)
