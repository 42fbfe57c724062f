"""What a worker says to its clients, beside the events that it records."""

from __future__ import annotations

import msgspec

from engine.decoding import Undecodable, decoded
from engine.encoding import escaped
from engine.errors import DataUnavailable, PerceptuiError, UsageError
from engine.evaluation.judgement import Contest, Judgement
from engine.evaluation.sample import Sample
from engine.parts.data import LoadingVerb
from engine.runs.events import Evaluated, Figure, Recorded
from engine.runs.events import decode as decode_event
from engine.runs.inside import Inside
from engine.runs.pictures import Boundary, Pictures
from engine.service.protocol.messages import Message, State


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was refused."""

    text: str
    exit_code: int = 1

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """The failure that an error means; only a PerceptuiError has a text for people."""
        if isinstance(error, PerceptuiError):
            return cls(text=escaped(str(error)), exit_code=error.exit_code)
        if isinstance(error, OSError) and error.filename:
            return cls(text=escaped(f"{error.filename}: {error.strerror}"))
        return cls(text=escaped(f"{type(error).__name__}: {error}"))

    def error(self) -> PerceptuiError:
        """The error to raise on the client's side."""
        kinds: dict[int, type[PerceptuiError]] = {2: UsageError, 4: DataUnavailable}
        return kinds.get(self.exit_code, PerceptuiError)(self.text)


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """The run that a worker trains."""

    run: str
    """Its directory, absolute."""
    since: int
    """Number of the event that began this worker's part of the record."""


class Moments(msgspec.Struct, frozen=True, kw_only=True):
    """The snapshots of a run, oldest first."""

    steps: list[int]
    """Done then."""
    epochs: list[int]
    """Finished then."""
    losses: list[float | None]
    """Of the last step before; None before the first, and where it was not finite."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """How good a run's network is."""

    splits: list[Evaluated]
    judgement: Judgement
    step: int
    """Steps done when the weights were so."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a network writes after a prompt."""

    text: str
    following: list[tuple[str, float]]
    """What it says comes next at the place that was asked for: the likeliest tokens, each with its
    probability at the temperature."""
    step: int
    """Steps done when the weights were so."""


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """A sample that networks tell differently."""

    sample: Sample
    actual: str
    predicted: list[str]
    """By each of them."""


class RunsCompared(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="compared"):
    """Runs that were judged on the same samples."""

    split: str
    samples: int
    judgements: list[Judgement]
    """Of each run, in the order in which they were asked for."""
    contests: list[Contest]
    """Of each pair."""
    num_disagreements: int
    """Samples that are not told alike by all."""
    disagreements: list[Disagreement]
    """Those that are told most differently."""


class Reviewed(msgspec.Struct, frozen=True, kw_only=True):
    """A run's network as it was at a moment."""

    epoch: int
    """Epochs finished then, as steps are."""
    step: int
    pictures: Pictures
    evaluated: list[Evaluated] = []
    """By split, if that was asked for."""


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
    remarks: tuple[str, ...] = ()
    """What a person should know of it, a sentence each."""


class Began(Message, frozen=True, kw_only=True):
    """A client has begun a run: what is told of a record from here on is that run's."""

    begun: Begun


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
    pace: float = 0.0
    """Steps a second that it keeps to; 0 for as fast as it goes."""


class Drawn(Message, frozen=True, kw_only=True):
    """Pictures for a client that watches."""

    pictures: Pictures


class Seen(Message, frozen=True, kw_only=True):
    """A look inside for a client that watches."""

    inside: Inside


class Loading(Message, frozen=True, kw_only=True):
    """How far data is that takes a while to be had."""

    name: str
    done_bytes: int
    total_bytes: int | None
    verb: LoadingVerb = "downloading"


class Ended(Message, frozen=True, kw_only=True):
    """The worker ends now, because of this signal if one is named."""

    signal: int = 0


class GroupBegun(msgspec.Struct, frozen=True, kw_only=True):
    """What has become of the wish to train a group in one."""

    refusal: str = ""
    """Why its trainings can't be stacked, in a clause: then nothing has begun. Empty: it has."""


class GroupProgress(Message, frozen=True, kw_only=True):
    """How far a group is."""

    share: float
    """Of the whole training, 0 to 1."""


class MemberReported(Message, frozen=True, kw_only=True):
    """One training of a group has reported an epoch."""

    index: int
    """Its place in the group."""
    epoch: int
    metrics: dict[str, Figure]


class MemberEnded(Message, frozen=True, kw_only=True):
    """One training of a group has its record's end."""

    index: int
    boundary: Boundary | None = None
    """What it says of the plane; None where none was asked for, and where it diverged."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A training of a group and what it came to alone."""

    index: int
    apart: float | None
    """By how much its first or last loss differs, as a share where the loss is above 1; None where
    only one of the two came to a last loss."""


class GroupEnded(Message, frozen=True, kw_only=True):
    """A group is over: every training that could be has its record's end."""

    compared: tuple[Compared, ...] = ()
    failure: Failure | None = None
    """Why it broke off; those whose end was not told have failed."""


class _Greeting(Message, frozen=True, kw_only=True, tag="welcome"):
    """What a Welcome of any version tells."""

    version: int


GroupMessage = GroupProgress | MemberReported | MemberEnded | GroupEnded
Replies = (
    Welcome
    | Answer
    | Began
    | StateChanged
    | Progress
    | Drawn
    | Seen
    | Loading
    | Ended
    | GroupMessage
)


def decode_reply(line: bytes) -> Replies | Recorded:
    """What a worker's line says; raises Undecodable."""
    if line.startswith(b'{"event"'):
        return decode_event(line)
    reply: Replies = decoded(line, Replies)
    return reply


def version_of(line: bytes) -> int | None:
    """The version that a worker's first line tells; None if it is no such line."""
    try:
        return decoded(line, _Greeting).version
    except Undecodable:
        return None
