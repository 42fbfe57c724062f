"""A digest at the end of a recorded line, over the bytes before it."""

from __future__ import annotations

import hashlib

_KEY = b',"digest":"'
_END = b'"}'


def sealed(line: bytes) -> bytes:
    """A line that holds one JSON object, with its digest as the object's last key."""
    return line[:-1] + _KEY + _digest(line) + _END


def is_whole(line: bytes) -> bool:
    """Whether a line is what `sealed` made, to the last bit."""
    said, key, _ = line.rstrip(b"\r\n").rpartition(_KEY)
    return bool(key) and line.rstrip(b"\r\n") == sealed(said + b"}")


def _digest(line: bytes) -> bytes:
    return hashlib.sha256(line).hexdigest().encode()
