"""Keys one after the other: one that follows a move of the focus meets what has it then.

Textual hands every key on as it comes, yet what a key does is done some messages later, when
it has come up to the app. Of a burst, as a slow line delivers, the rest would go to where the
focus was before.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TypeVar

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key, Paste
from textual.message import Message
from textual.widgets import Input

T = TypeVar("T")

LEADS_ON = "open"
"""Workers of this group lead to another screen: keys wait for them."""
LEAST_ROUNDS = 2
"""The second goes behind what the key made its widget say, such as that a text is submitted."""
MOST_ROUNDS = 20
LOOK_S = 0.02
"""Between two looks whether the node that the courier went to is still there."""
PATIENCE_S = 1.0
"""After so long the next key is handed on whatever the one before still does."""


class Courier(Message):
    """Goes the way of a key, behind it: back at the app, the key has done what it does."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class KeysInTurn(App[T]):
    """An app that hands a key or a paste on when the one before has moved the focus, if it does."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[Key | Paste] = deque()
        self._number = 0
        """Of the newest courier."""
        self._rounds = 0
        """Couriers of this turn; 0 while no key is under way."""
        self._began_at = 0.0
        self._sent_to: DOMNode | None = None

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self._typed.append(event)
            if not self._rounds:
                await self._take()
        else:
            await super().on_event(event)

    async def on_courier(self, message: Courier) -> None:
        message.stop()
        if message.number == self._number:
            self.call_later(self._back, message.number)  # behind what was posted here meanwhile

    async def _take(self) -> None:
        """Hand on what was typed until there is something to wait for."""
        while self._typed and self.is_running:
            event = self._typed.popleft()
            await super().on_event(event)
            if not self._is_text(event):
                self._began_at = time.monotonic()
                self._send()
                return

    def _is_text(self, event: Key | Paste) -> bool:
        """Whether it only goes into a field, in the order that it came."""
        return isinstance(self.focused, Input) and (isinstance(event, Paste) or event.is_printable)

    def _send(self) -> None:
        """Send a courier to where the next key would go."""
        self._number += 1
        # One that set out before the worker's last word may be back before that is heard.
        self._rounds = 1 if self._is_led_on() else self._rounds + 1
        self._sent_to = self._goal() or self
        self._sent_to.post_message(Courier(self._number))
        asyncio.get_running_loop().call_later(LOOK_S, self._look, self._number)

    async def _back(self, number: int) -> None:
        if number != self._number or not self.is_running:
            return
        enough = self._rounds >= LEAST_ROUNDS and self._sent_to is self._goal()
        if self._is_led_on() and not self._is_late():
            self._rounds = 1  # another goes behind what the worker says last
            asyncio.get_running_loop().call_later(LOOK_S, self.call_later, self._back, number)
        elif enough or self._rounds >= MOST_ROUNDS or self._is_late():
            await self._next()
        else:
            self._send()

    def _look(self, number: int) -> None:
        """Send another courier where this one is lost with what it was sent to."""
        if number != self._number or not self._rounds or not self.is_running:
            return
        if self._is_late():
            self.call_later(self._next)
        elif self._sent_to is not self._goal():
            self._send()
        else:
            asyncio.get_running_loop().call_later(LOOK_S, self._look, number)

    def _goal(self) -> DOMNode | None:
        """Where a key would go now; None while the last screen closes."""
        return (self.focused or self.screen) if self.screen_stack else None

    async def _next(self) -> None:
        self._rounds = 0
        await self._take()

    def _is_led_on(self) -> bool:
        return any(worker.group == LEADS_ON and worker.is_running for worker in self.workers)

    def _is_late(self) -> bool:
        return time.monotonic() - self._began_at > PATIENCE_S
