"""The process behind a tab of a browser: the app, drawing in packets."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from textual_serve.app_service import AppService

DRIVER = "tui.terminal.browser_driver:BrowserDriver"
PATIENCE_S = 10.0
"""So long an app may take to end once its tab is closed; it is killed then."""
_OF_TERMINALS = ("TMUX", "STY", "COLORTERM", "LINES")
"""Variables about the terminal that the server was started on: no tab is in it."""


class Tab(AppService):
    """Starts the app for one tab, and sees to it that it ends with it.

    It has none of the terminal that the server runs on: ctrl+c there is the server's alone.
    """

    def __init__(self, command: Sequence[str], **pipes: Any) -> None:
        super().__init__("", **pipes)
        self._words = command
        self._ending: asyncio.Task[None] | None = None

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        environment = super()._build_environment(width, height)
        for name in _OF_TERMINALS:
            environment.pop(name, None)
        return environment | {"TEXTUAL_DRIVER": DRIVER, "TERM": "xterm-256color"}

    async def _open_app_process(
        self, width: int = 80, height: int = 24
    ) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        self._process = process = await asyncio.create_subprocess_exec(
            *self._words,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env=self._build_environment(width, height),
            start_new_session=True,
        )
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        """Pass on what the app says until it ends, and tell the page that it has."""
        try:
            await super().run()
        finally:
            await self.remote_close()

    async def on_data(self, payload: bytes) -> None:
        """What is drawn for a tab that is gone is let go: the app would wait to be read."""
        with suppress(ConnectionError):
            await super().on_data(payload)

    async def stop(self) -> None:
        """Tell the app that its tab is closed, and wait until it has ended; may be called twice."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end())
        await asyncio.shield(self._ending)

    async def _end(self) -> None:
        task, process = self._task, self._process
        if process is None or task is None:
            return
        await self.send_meta({"type": "quit"})
        with suppress(RuntimeError):
            self.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE_S)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
        await task
        await process.communicate()  # closes what of its pipes is open
