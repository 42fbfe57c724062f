"""What client and worker say to each other: one JSON object a line, in both directions.

Recorded events are sent as they stand in the run's record, with their `event` key; all
else has a `message` key.
"""

from __future__ import annotations

import msgspec

from engine.decoding import Undecodable, decoded
from engine.encoding import encoded
from engine.runs.events import Recorded
from engine.runs.events import decode as decode_event
from engine.service.protocol.message import Executor, Kept, Message, OnDisconnect, State
from engine.service.protocol.replies import (
    Answer,
    Began,
    Begun,
    Downloading,
    Drawn,
    Ended,
    Failure,
    Greeting,
    Progress,
    Replies,
    StateChanged,
    Welcome,
)
from engine.service.protocol.requests import (
    STEERING,
    Advance,
    Continue,
    Describe,
    Detach,
    Draw,
    Evaluate,
    Export,
    Hello,
    Pause,
    Predict,
    Request,
    Requests,
    Resume,
    Rewind,
    SaveCheckpoint,
    SetLearningRate,
    Shutdown,
    Stop,
    Train,
    TuneLearningRate,
    Watch,
    WriteScript,
)

__all__ = [
    "STEERING",
    "VERSION",
    "Advance",
    "Answer",
    "Began",
    "Begun",
    "Continue",
    "Describe",
    "Detach",
    "Downloading",
    "Draw",
    "Drawn",
    "Ended",
    "Evaluate",
    "Executor",
    "Export",
    "Failure",
    "Greeting",
    "Hello",
    "Kept",
    "Message",
    "OnDisconnect",
    "Pause",
    "Predict",
    "Progress",
    "Replies",
    "Request",
    "Requests",
    "Resume",
    "Rewind",
    "SaveCheckpoint",
    "SetLearningRate",
    "Shutdown",
    "State",
    "StateChanged",
    "Stop",
    "Train",
    "TuneLearningRate",
    "Watch",
    "Welcome",
    "WriteScript",
    "decode_reply",
    "decode_request",
    "encode",
    "id_of",
    "version_of",
]

VERSION = 1
"""Of the protocol; both sides must have the same."""


class _Addressed(msgspec.Struct):
    """Of any request what an answer needs."""

    id: int = 0


def encode(message: Message) -> bytes:
    """A message as a line, with its end."""
    return encoded(message) + b"\n"


def decode_request(line: bytes) -> Requests:
    """The request of a line; raises Undecodable."""
    request: Requests = decoded(line, Requests)
    return request


def id_of(line: bytes) -> int:
    """The id of a request that is not understood; 0 where it has none."""
    try:
        return decoded(line, _Addressed).id
    except Undecodable:
        return 0


def version_of(line: bytes) -> int | None:
    """The version that a worker's first line tells; None if it is no such line."""
    try:
        return decoded(line, Greeting).version
    except Undecodable:
        return None


def decode_reply(line: bytes) -> Replies | Recorded:
    """What a worker's line says; raises Undecodable."""
    if line.startswith(b'{"event"'):
        return decode_event(line)
    reply: Replies = decoded(line, Replies)
    return reply
