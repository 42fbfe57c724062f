"""Checks the configurations of a sweep before any of them trains, and tells how long they take."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from engine.errors import BadExperiment, PerceptuiError, Problem
from engine.spec.chain import links
from engine.spec.duration import step_seconds
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import Raw, from_raw, read
from engine.spec.overrides import set_value
from engine.spec.validator import held_back
from engine.sweeps.axes import Axis
from engine.sweeps.plan import Cell, Plan

MOST_CHECKED = 10_000
"""Configurations that are looked at; of more every so many-th one."""


def check_values(
    raw: Raw,
    folder: Path | None,
    axes: tuple[Axis, ...],
    problems: list[Problem],
    *,
    is_whole_right: bool,
) -> tuple[Axis, ...]:
    """Add what is wrong with single values; returns the axes, with paths of data made whole.

    is_whole_right: whether the experiment is right without them; else only that they can be set
    is checked, since its own mistakes would be told again for each.
    """
    return tuple(
        _checked(raw, folder, axis, axes, problems, is_whole_right=is_whole_right) for axis in axes
    )


def _checked(
    raw: Raw,
    folder: Path | None,
    axis: Axis,
    axes: tuple[Axis, ...],
    problems: list[Problem],
    *,
    is_whole_right: bool,
) -> Axis:
    wholes = [one for one in axes if one is not axis and _is_within(axis, one)]
    for whole in wholes:  # a value in layers is tried in the first of their alternatives
        try:
            raw = set_value(raw, f"{whole.field}={whole.values[0]}")
        except (BadExperiment, IndexError):
            return axis
    values = list(_tried(axis))
    is_alone = is_whole_right and not wholes and not _others(axis, axes)
    for index, value in enumerate(values):
        try:
            changed = set_value(raw, f"{axis.field}={value}")
            if is_alone:
                experiment = from_raw(changed, folder=folder)
                if axis.field == "data":
                    values[index] = str(experiment.data)
            else:
                understood, found = read(changed, folder)
                found = [problem for problem in found if problem.place.startswith(axis.field)]
                if found:
                    raise BadExperiment(found)
                if axis.field == "data":
                    values[index] = str(understood["data"])
        except BadExperiment as error:
            problems += [_told(axis, value, problem) for problem in error.problems]
        except PerceptuiError as error:
            problems.append(Problem(f"--over {axis.field}", f"{value}: {error}"))
    return msgspec.structs.replace(axis, values=tuple(values)) if axis.values else axis


def _told(axis: Axis, value: str, problem: Problem) -> Problem:
    """A mistake of a value as one of its axis."""
    if problem.place.startswith("--set"):  # what it says is of the field
        message = problem.message
    elif problem.place == axis.field:
        message = f"{value}: {problem.message}"
    else:
        message = f"{value}: {problem}"
    return Problem(f"--over {axis.field}", message)


def _is_within(axis: Axis, whole: Axis) -> bool:
    return axis.field.startswith(f"{whole.field}.")


def _others(axis: Axis, axes: tuple[Axis, ...]) -> bool:
    """Whether another axis decides about this one's values, so that only both together tell."""
    return axis.is_whole_part and any(one.is_whole_part and one is not axis for one in axes)


def _tried(axis: Axis) -> Iterator[str]:
    """Its values, or a range's ends."""
    if axis.range is None:
        yield from axis.values
    else:
        yield from (axis.range.typed(axis.range.low), axis.range.typed(axis.range.high))


def cells(plan: Plan) -> Iterator[Cell]:
    """The configurations that stand for all: a grid's own, of a search those of its ends."""
    return itertools.product(*(tuple(_tried(axis)) for axis in plan.axes))


def _some(every: Iterable[Cell], count: int, most: int) -> Iterator[Cell]:
    return itertools.islice(every, 0, None, -(-count // most))


def _num_cells(plan: Plan) -> int:
    count = 1
    for axis in plan.axes:
        count *= len(axis.values) or 2
    return count


def check_configurations(plan: Plan, problems: list[Problem]) -> None:
    """Add what is wrong with values together."""
    found: dict[str, tuple[Cell, int]] = {}
    trial = plan.trials_of(0)[-1]
    for cell in _some(cells(plan), _num_cells(plan), MOST_CHECKED):
        try:
            plan.experiment(cell, trial)
        except BadExperiment as error:
            for problem in error.problems:
                first, count = found.get(str(problem), (cell, 0))
                found[str(problem)] = first, count + 1
    for message, (cell, count) in found.items():
        told = " ".join(f"{a.field}={v}" for a, v in zip(plan.axes, cell, strict=True))
        more = f" (and {count - 1:,} more)" if count > 1 else ""
        problems.append(Problem("--over", f"{told}{more}: {message}"))


MOST_TIMED = 200
"""Configurations whose time is estimated; the others take as long as these."""


def estimated_s(plan: Plan) -> float:
    """About how long a sweep takes on its processes, told from its description."""
    trial = plan.trials_of(0)[0]
    chosen = list(_some(cells(plan), _num_cells(plan), MOST_TIMED))
    known = [seconds for cell in chosen if (seconds := _seconds(plan.experiment(cell, trial)))]
    if not known:
        return 0.0
    mean = sum(known) / len(known)
    return START_S + mean * plan.num_trials / min(plan.processes, plan.num_trials)


def _seconds(experiment: Experiment) -> float:
    """About how long one training takes on one core; 0 where its data is not known."""
    facts = experiment.facts()
    if facts is None:
        return 0.0
    shares = experiment.test_fraction, experiment.validation_fraction
    num_train = facts.num_samples - sum(held_back(facts.num_samples, share) for share in shares)
    size = experiment.batch_size
    batch = num_train if size == "full" else min(size, num_train)
    chain = links(experiment.network, facts.shape, [])
    steps = experiment.epochs * -(-num_train // batch)
    return TRAINING_S + steps * step_seconds(chain, batch)


START_S = 3.0
"""What the processes take to load PyTorch."""
TRAINING_S = 0.1
"""What a training takes beside its steps: data, network, trace, checkpoint, evaluation."""
