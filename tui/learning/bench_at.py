"""What stands on the bench where a step begins: the edits of the solutions before it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from engine.doctor.examination import examine
from engine.errors import PerceptuiError
from engine.lessons import solution as do
from engine.lessons.lesson import Lesson, Start
from engine.parts.data import DataLocations
from engine.spec import layer_texts
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.layer_texts import NoLayer
from engine.spec.overrides import set_value
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml


def bench_at(lesson: Lesson, index: int, locations: DataLocations) -> Start:
    """The experiment with which a step begins, for who did not do the steps before it."""
    start = lesson.begins_with(locations)
    experiment = start.experiment
    for number, step in enumerate(lesson.steps[: index + 1]):
        if step.start is not None:
            start, experiment = step.start, step.start.experiment
        if number < index:
            for verb in step.solution:
                # What a solution can't do without a training is left as it was.
                with suppress(PerceptuiError, NoLayer):
                    experiment = edited(experiment, verb)
    return Start(start.name, experiment)


def edited(experiment: Experiment, verb: do.Verb) -> Experiment:
    """An experiment after a line of a solution that edits it; the same after any other.

    Raises PerceptuiError or NoLayer where it can't be done.
    """
    raw = parse_toml(to_toml(experiment))
    match verb:
        case do.SetValue():
            raw = set_value(raw, verb.assignment)
        case do.InsertLayer():
            raw = _spliced(raw, verb.at, 0, verb.call)
        case do.RemoveLayer():
            raw = _spliced(raw, verb.at, 1)
        case do.Fix():
            repaired = (one.repaired for one in examine(experiment) if one.code == verb.code)
            return next(repaired, None) or experiment
        case _:
            return experiment
    return from_raw(raw, folder=Path())


def _spliced(
    raw: dict[str, object], at: tuple[int, ...], taken: int, *put: str
) -> dict[str, object]:
    layers = raw["layers"]
    assert isinstance(layers, list), "an experiment was written so"
    return {**raw, "layers": layer_texts.spliced(layers, at, taken, *put)}
