"""What textual-serve and an app say to each other: packets of a kind, a length and a content."""

from __future__ import annotations

from collections.abc import Iterator

READY = b"__GANGLION__\n"
"""What an app says first: packets follow."""
DATA, TOLD = b"D", b"M"
"""What is drawn or typed; JSON about anything else."""
_HEAD = 5
"""A byte for the kind, four for the length."""


def packed(kind: bytes, content: bytes) -> bytes:
    """A packet."""
    return kind + len(content).to_bytes(4, "big") + content


class Packets:
    """Puts packets together of the bytes that come, wherever these are cut."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def whole(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The packets that these bytes complete, as kind and content."""
        self._waiting += data
        while len(self._waiting) >= _HEAD:
            end = _HEAD + int.from_bytes(self._waiting[1:_HEAD], "big")
            if len(self._waiting) < end:
                return
            kind, content = bytes(self._waiting[:1]), bytes(self._waiting[_HEAD:end])
            del self._waiting[:end]
            yield kind, content
