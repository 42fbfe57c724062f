"""Keys in turn where a key's work is done in steps."""

from __future__ import annotations

import asyncio
import sys

import pytest
from textual import work
from textual.app import ComposeResult
from textual.events import Key
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Button

from tests.engine.service.live import WAIT_S
from tui.terminal.turns import LEADS_ON, Courier, KeysInTurn


class Found(Message):
    """The worker's last word."""


class Second(Screen[None]):
    """Where the keys behind are meant for."""

    def __init__(self, typed: list[str]) -> None:
        super().__init__()
        self.typed = typed

    def on_key(self, event: Key) -> None:
        self.typed.append(event.key)
        event.stop()


class First(Screen[None]):
    """A key leads on from here, and moves the focus on its way."""

    BINDINGS = [("o", "lead_on", "")]  # noqa: RUF012  # Textual declares it so

    def compose(self) -> ComposeResult:
        yield Button("one", id="one")
        yield Button("two", id="two")

    @work(group=LEADS_ON)
    async def action_lead_on(self) -> None:
        app = self.app
        assert isinstance(app, TwoScreens)
        self.query_one("#two").focus()
        app.moved_at = app._number
        await app.came.wait()
        self.post_message(Found())

    async def on_found(self) -> None:
        assert isinstance(self.app, TwoScreens)
        await self.app.heard.wait()


class TwoScreens(KeysInTurn[None]):
    """The first leads to the second."""

    def __init__(self) -> None:
        super().__init__()
        self.typed: list[str] = []
        self.moved_at = sys.maxsize
        self.came, self.heard = asyncio.Event(), asyncio.Event()

    async def on_courier(self, message: Courier) -> None:
        """Hear the one sent behind the focus after the worker's end, before its last word."""
        if message.number > self.moved_at:
            self.came.set()
            while any(worker.is_running for worker in self.workers):
                await asyncio.sleep(0)
        await super().on_courier(message)
        if message.number > self.moved_at:
            self.heard.set()

    def on_mount(self) -> None:
        self.push_screen(First())

    def on_found(self) -> None:
        self.push_screen(Second(self.typed))


def test_a_key_waits_for_the_last_word_of_a_worker_that_moves_the_focus(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The courier that follows the focus sets out before that word, and does not count."""
    monkeypatch.setattr("tui.terminal.turns.PATIENCE_S", WAIT_S)
    app = TwoScreens()

    async def play() -> None:
        async with app.run_test() as pilot:
            await pilot.pause()
            for key in ("o", "x"):
                app.post_message(Key(key, key))
            async with asyncio.timeout(WAIT_S):
                while not app.typed:
                    await pilot.pause(0.01)

    asyncio.run(play())
    assert app.typed == ["x"]
