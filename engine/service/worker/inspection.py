"""Asks a run that is on disk: what it predicts, how good it is."""

from __future__ import annotations

from functools import partial

from engine.errors import UsageError
from engine.evaluation.judgement import EVEN, Cost
from engine.limits import ROWS
from engine.parts.data import DataLocations
from engine.runs.contents import Moment
from engine.runs.events import Evaluated, Prediction
from engine.runs.run import Run
from engine.service.protocol import Judged


def predict(
    run: Run, rows: list[list[str]], moment: Moment = "last", *, before: int = 0
) -> list[Prediction]:
    """What the run's network says of samples, each a list of values as a person types them.

    before: so many were asked about already, for the numbers in messages. Raises UsageError for
    values that don't fit and for too many rows, BadCheckpoint for a damaged checkpoint.
    """
    from engine.training.restored import TrainedNetwork

    if len(rows) > ROWS.most:
        raise UsageError(f"there are {ROWS.refusal(len(rows))} in one request")
    samples = run.new_samples()
    inputs = samples.encode(rows, before)
    network = TrainedNetwork.of(run, moment)
    given = [samples.given(row, made) for row, made in zip(rows, inputs, strict=True)]
    return network.predict(inputs, given)


def judge(run: Run, locations: DataLocations, moment: Moment = "last", cost: Cost = EVEN) -> Judged:
    """Judge a network with the weights of a moment on its data; raises as `evaluate` does."""
    from engine.service.worker.review import RunAgain
    from engine.training.judging import judged

    again = RunAgain(run, locations)
    again.load(moment)
    judgement = again.asked(partial(judged, cost=cost))
    return Judged(splits=again.evaluated(), judgement=judgement)


def evaluate(run: Run, locations: DataLocations, moment: Moment = "last") -> list[Evaluated]:
    """Evaluate every split of the run's data with the weights of a moment.

    Raises DataUnavailable where the data is missing or has changed since the run began.
    """
    from engine.service.worker.review import RunAgain

    again = RunAgain(run, locations)
    again.load(moment)
    return again.evaluated()
