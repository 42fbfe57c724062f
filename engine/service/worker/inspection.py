"""Asks a run that is on disk: what it predicts, how good it is."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import UsageError
from engine.evaluation.judgement import Judgement
from engine.limits import ROWS
from engine.parts.data import DataLocations
from engine.runs.contents import Moment
from engine.runs.events import Evaluated, Prediction
from engine.runs.run import Run
from engine.service.protocol import Judge, Judged, Write, Written

if TYPE_CHECKING:  # it loads torch
    from engine.training.metrics import Evaluator


def predict(
    run: Run, rows: list[list[str]], moment: Moment = "last", *, before: int = 0
) -> list[Prediction]:
    """What the run's network says of samples, each a list of values as a person types them.

    before: so many were asked about already, for the numbers in messages. Raises UsageError for
    values that don't fit and for too many rows, BadCheckpoint for a damaged checkpoint.
    """
    from engine.training.answers import check_answers
    from engine.training.restored import TrainedNetwork

    if len(rows) > ROWS.most:
        raise UsageError(f"there are {ROWS.refusal(len(rows))} in one request")
    check_answers(run.facts())
    samples = run.new_samples()
    inputs = samples.encode(rows, before)
    network = TrainedNetwork.of(run, moment)
    given = [samples.given(row, made) for row, made in zip(rows, inputs, strict=True)]
    return network.predict(inputs, given)


def write(run: Run, asked: Write) -> Written:
    """What the run's network writes after a prompt; raises as engine.training.writing does."""
    from engine.training.restored import TrainedNetwork
    from engine.training.writing import check_writes

    check_writes(run.facts())
    network = TrainedNetwork.of(run, asked.checkpoint)
    return written_by(network.evaluator, network.step, asked)


def written_by(evaluator: Evaluator, step: int, asked: Write) -> Written:
    """The same of a network that is there; step: steps done."""
    from engine.training.pictures import MOST_FOLLOWING
    from engine.training.writing import following, write

    text = write(evaluator, asked.prompt, asked.length, asked.temperature, asked.seed)
    before = asked.prompt if asked.place is None else asked.prompt[: max(0, asked.place)]
    likely = following(evaluator, before, MOST_FOLLOWING, asked.temperature)
    return Written(text=text, following=likely, step=step)


def draw(run: Run, count: int, seed: int, moment: Moment = "last") -> list[list[float]]:
    """What the run's network makes; raises as engine.training.drawn_samples does."""
    from engine.training.drawn_samples import check_draws, drawn_rows
    from engine.training.restored import TrainedNetwork

    check_draws(run.facts())
    network = TrainedNetwork.of(run, moment)
    return drawn_rows(network.evaluator, network.input_map, count, seed)


def judge(run: Run, locations: DataLocations, asked: Judge) -> Judged:
    """Judge a network on its data, or on a table's rows or pictures; raises as `evaluate` does."""
    from engine.export.picture_predictions import labeled_pictures
    from engine.service.worker.review import RunAgain
    from engine.training.answers import check_answers
    from engine.training.judging import judged, judged_on
    from engine.training.other_data import picture_split, table_split
    from engine.training.trainer import Trainer

    check_answers(run.facts(), "judge")

    def on_table(trainer: Trainer) -> Judgement:
        input_map, facts = trainer.evaluator.input_map, trainer.splits.facts
        path = Path(asked.table)
        return judged_on(trainer, table_split(run, path, input_map, facts), path.name, asked.cost)

    def on_pictures(trainer: Trainer) -> Judgement:
        path = Path(asked.pictures)
        part = picture_split(trainer, *labeled_pictures(run, path, asked.checkpoint))
        return judged_on(trainer, part, path.name, asked.cost)

    again = RunAgain(run, locations)
    again.load(asked.checkpoint)
    if asked.table or asked.pictures:
        other = again.asked(on_table if asked.table else on_pictures)
        return Judged(splits=[], judgement=other, step=again.step)
    judgement = again.asked(partial(judged, cost=asked.cost))
    splits = again.evaluated()
    return Judged(splits=splits, judgement=judgement, step=again.step)


def evaluate(run: Run, locations: DataLocations, moment: Moment = "last") -> list[Evaluated]:
    """Evaluate every split of the run's data with the weights of a moment.

    Raises DataUnavailable where the data is missing or has changed since the run began.
    """
    from engine.service.worker.review import RunAgain

    again = RunAgain(run, locations)
    again.load(moment)
    return again.evaluated()
