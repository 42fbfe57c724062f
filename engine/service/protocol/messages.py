"""What all messages between client and worker are made of, and how they become lines."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.encoding import encoded

VERSION = 4
"""Of the protocol; both sides must have the same."""

OnDisconnect = Literal["continue", "pause", "stop"]
"""What a worker does when its last client is gone."""
Executor = Literal["auto", "eager", "traced", "graphed", "compiled"]
"""How steps are run: auto traces trainings of many steps, or records them on a CUDA device."""
State = Literal["idle", "preparing", "running", "paused", "finished"]


def _dashed(name: str) -> str:
    return "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="message", tag=_dashed):
    """Anything that is not a recorded event."""


class Request(Message, frozen=True, kw_only=True):
    """Something a client asks; answered by an Answer with the same id."""

    id: int = 0


def encode(message: Message) -> bytes:
    """A message as a line, with its end."""
    return encoded(message) + b"\n"
