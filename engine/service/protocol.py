"""What client and worker say to each other: one JSON object a line, in both directions.

Recorded events are sent as they stand in the run's record, with their `event` key; all
else has a `message` key.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.errors import (
    DataUnavailable,
    PerceptuiError,
    UsageError,
)
from engine.runs.events import Reason, Recorded
from engine.runs.pictures import Pictures

VERSION = 1
"""Of the protocol; both sides must have the same."""

OnDisconnect = Literal["continue", "pause", "stop"]
"""What a worker does when its last client is gone."""
Executor = Literal["auto", "eager", "traced"]
"""How steps are run: auto traces trainings of many steps."""
State = Literal["idle", "preparing", "running", "paused", "finished"]
Kept = Literal["last", "best"]


def _dashed(name: str) -> str:
    return "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="message", tag=_dashed):
    """Anything that is not a recorded event."""


class Request(Message, frozen=True, kw_only=True):
    """Something a client asks; answered by an Answer with the same id."""

    id: int = 0


class Hello(Request, frozen=True, kw_only=True):
    """The first line of a client."""

    version: int


class Train(Request, frozen=True, kw_only=True):
    """Train an experiment in a new run directory; the answer's value is a Begun."""

    toml: str
    name: str
    runs_dir: str
    data_dir: str
    on_disconnect: OnDisconnect
    paused: bool = False
    executor: Executor = "auto"
    changes: list[tuple[int, float]] = []
    """Learning-rate factors by step, for a replay."""
    until_step: int | None = None
    """End after so many steps: a replay of a run that was stopped there."""


class Resume(Request, frozen=True, kw_only=True):
    """Go on with a run from its last checkpoint; the answer's value is a Begun."""

    run: str
    data_dir: str
    on_disconnect: OnDisconnect
    rewind: bool = False
    """It diverged: go on from the last finite checkpoint at another learning rate."""
    learning_rate: float | None = None
    """In place of the experiment's; with `rewind` a tenth of what it was if None."""


class Pause(Request, frozen=True, kw_only=True):
    """Wait after the step that is running."""


class Continue(Request, frozen=True, kw_only=True):
    """Go on after a pause."""


class Advance(Request, frozen=True, kw_only=True):
    """Train so many batches or epochs, then pause."""

    batches: int = 0
    epochs: int = 0


class SetLearningRate(Request, frozen=True, kw_only=True):
    """Multiply the schedule's learning rate by this factor from the next step on."""

    factor: float


class SaveCheckpoint(Request, frozen=True, kw_only=True):
    """Write a checkpoint now."""


class Rewind(Request, frozen=True, kw_only=True):
    """Go back to a checkpoint."""

    to: Kept


class Stop(Request, frozen=True, kw_only=True):
    """End the run with a checkpoint."""

    reason: Reason = "stopped"


class Detach(Request, frozen=True, kw_only=True):
    """Go on when the last client is gone, whatever the policy was."""


class Draw(Request, frozen=True, kw_only=True):
    """Compute the pictures once; the answer's value is a Pictures."""

    columns: int
    rows: int


class Watch(Request, frozen=True, kw_only=True):
    """How often this client wants progress and pictures; 0 for never."""

    progress_hz: float
    pictures_hz: float = 0.0
    columns: int = 0
    rows: int = 0


class Describe(Request, frozen=True, kw_only=True):
    """Load an experiment's data and tell its shape and statistics."""

    toml: str
    data_dir: str


class WriteScript(Request, frozen=True, kw_only=True):
    """Write the plain PyTorch script of an experiment; the answer's value is its text."""

    toml: str
    data_dir: str


class TuneLearningRate(Request, frozen=True, kw_only=True):
    """Try learning rates on a copy of an experiment; the answer's value is a RateTest."""

    toml: str
    data_dir: str


class Predict(Request, frozen=True, kw_only=True):
    """What a finished or running run's checkpoint says of samples."""

    run: str
    checkpoint: Kept
    rows: list[list[str]]


class Evaluate(Request, frozen=True, kw_only=True):
    """Measure a run's checkpoint on its data again."""

    run: str
    checkpoint: Kept
    data_dir: str


class Export(Request, frozen=True, kw_only=True):
    """Write a run in another format."""

    run: str
    checkpoint: Kept
    format: str
    output: str
    data_dir: str


class Shutdown(Request, frozen=True, kw_only=True):
    """End the worker; a run that is not over is stopped first."""


Requests = (
    Hello
    | Train
    | Resume
    | Pause
    | Continue
    | Advance
    | SetLearningRate
    | SaveCheckpoint
    | Rewind
    | Stop
    | Detach
    | Draw
    | Watch
    | Describe
    | WriteScript
    | TuneLearningRate
    | Predict
    | Evaluate
    | Export
    | Shutdown
)
STEERING = (
    Train,
    Resume,
    Pause,
    Continue,
    Advance,
    SetLearningRate,
    Rewind,
    Detach,
)
"""Only one client at a time may send these. Any may stop: who steers may hang."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was refused."""

    text: str
    exit_code: int = 1

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """The failure that an error means; only a PerceptuiError has a text for people."""
        if isinstance(error, PerceptuiError):
            return cls(text=str(error), exit_code=error.exit_code)
        if isinstance(error, OSError) and error.filename:
            return cls(text=f"{error.filename}: {error.strerror}")
        return cls(text=f"{type(error).__name__}: {error}")

    def error(self) -> PerceptuiError:
        """The error to raise on the client's side."""
        kinds = {2: UsageError, 4: DataUnavailable}
        return kinds.get(self.exit_code, PerceptuiError)(self.text)


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """The run that a worker trains."""

    run: str
    """Its directory, absolute."""
    since: int
    """Number of the event that began this worker's part of the record."""


class Welcome(Message, frozen=True, kw_only=True):
    """The worker's first line; of another version nothing else follows."""

    version: int
    pid: int
    state: State
    begun: Begun | None


class Answer(Message, frozen=True, kw_only=True):
    """The answer to the request of this id."""

    id: int
    failure: Failure | None = None
    value: msgspec.Raw = msgspec.Raw(b"null")


class StateChanged(Message, frozen=True, kw_only=True):
    """The worker's state is another one now."""

    state: State
    detail: str = ""


class Progress(Message, frozen=True, kw_only=True):
    """Where the training stands; the newest one counts."""

    epoch: int
    """The epoch that is running, counted from 1."""
    epochs: int
    step: int
    steps: int
    """Of the whole training."""
    loss: float | None
    """Of the last step."""
    learning_rate: float
    elapsed_s: float
    memory_bytes: int
    """Of the worker's process, or of the GPU where it trains there."""


class Drawn(Message, frozen=True, kw_only=True):
    """Pictures for a client that watches."""

    pictures: Pictures


class Downloading(Message, frozen=True, kw_only=True):
    """How far a download is."""

    name: str
    done_bytes: int
    total_bytes: int | None


class Ended(Message, frozen=True, kw_only=True):
    """The worker ends now, because of this signal if one is named."""

    signal: int = 0


class Greeting(Message, frozen=True, kw_only=True, tag="welcome"):
    """What a Welcome of any version tells."""

    version: int


Replies = Welcome | Answer | StateChanged | Progress | Drawn | Downloading | Ended

_requests = msgspec.json.Decoder(Requests)
_replies = msgspec.json.Decoder(Replies)
_events = msgspec.json.Decoder(Recorded)


def encode(message: Message) -> bytes:
    """A message as a line, with its end."""
    return msgspec.json.encode(message) + b"\n"


def decode_request(line: bytes) -> Requests:
    """The request of a line; raises msgspec.MsgspecError."""
    request: Requests = _requests.decode(line)
    return request


def version_of(line: bytes) -> int | None:
    """The version that a worker's first line tells; None if it is no such line."""
    try:
        return msgspec.json.decode(line, type=Greeting).version
    except msgspec.MsgspecError:
        return None


def decode_reply(line: bytes) -> Replies | Recorded:
    """What a worker's line says; raises msgspec.MsgspecError."""
    if line.startswith(b'{"event"'):
        event: Recorded = _events.decode(line)
        return event
    reply: Replies = _replies.decode(line)
    return reply
