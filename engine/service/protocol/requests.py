"""What a client may ask of a worker, as a line that is read."""

from __future__ import annotations

import msgspec

from engine.decoding import Undecodable, decoded
from engine.service.protocol.commands import (
    Advance,
    Continue,
    Pause,
    Redraw,
    Resume,
    Rewind,
    SetLearningRate,
    SetPace,
    SetParameter,
    Shutdown,
    Silence,
    StayWarm,
    Stop,
    TakeBack,
    TakeOver,
    Train,
    TrainGroup,
    Wake,
)
from engine.service.protocol.messages import Request
from engine.service.protocol.queries import (
    CompareRuns,
    Describe,
    Dissect,
    DissectFirst,
    Draw,
    DrawSamples,
    Evaluate,
    Export,
    InsideFirst,
    InsideOfRun,
    Judge,
    ListMoments,
    LookInside,
    Predict,
    PredictDrawing,
    PredictPictures,
    PredictRows,
    Prove,
    Review,
    ShowRows,
    TimeSteps,
    TrainBoth,
    TuneLearningRate,
    Watch,
    Write,
    WriteScript,
)


class Hello(Request, frozen=True, kw_only=True):
    """The first line of a client."""

    version: int


Requests = (
    Hello
    | Train
    | TrainGroup
    | Resume
    | Pause
    | Continue
    | Advance
    | SetPace
    | SetLearningRate
    | SetParameter
    | Silence
    | Wake
    | Redraw
    | TakeBack
    | Rewind
    | Stop
    | Draw
    | LookInside
    | Dissect
    | Watch
    | Describe
    | WriteScript
    | TuneLearningRate
    | InsideFirst
    | DissectFirst
    | TimeSteps
    | TrainBoth
    | Prove
    | Predict
    | Write
    | DrawSamples
    | ShowRows
    | PredictRows
    | PredictPictures
    | PredictDrawing
    | Evaluate
    | Judge
    | CompareRuns
    | ListMoments
    | Review
    | InsideOfRun
    | Export
    | StayWarm
    | TakeOver
    | Shutdown
)


class _Addressed(msgspec.Struct):
    """Of any request what an answer needs."""

    id: int = 0


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
