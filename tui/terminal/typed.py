"""Keys of the bytes that a terminal sends; bytes that mean nothing are passed over."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterator

from textual.message import Message

from tui.terminal.textual_internals import KeyParser

_BEFORE_ESCAPES = re.compile("(?=\x1b)")


class Typed:
    """What is typed, as events."""

    def __init__(self, *, debug: bool) -> None:
        self._debug = debug
        self._parser = KeyParser(debug=debug)
        self._decode = getincrementaldecoder("utf-8")("replace").decode

    def events(self, data: bytes) -> Iterator[Message]:
        """What these bytes complete."""
        for typed in _BEFORE_ESCAPES.split(self._decode(data)):
            try:
                if typed:
                    yield from self._parser.feed(typed)
            except (ValueError, OverflowError):  # a key with an impossible code
                self._parser = KeyParser(debug=self._debug)

    def late(self) -> Iterator[Message]:
        """What waited for more bytes that did not come."""
        return self._parser.tick()
