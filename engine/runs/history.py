"""What the runs of an experiment were trained with: where a value is looked for that worked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from engine.errors import PerceptuiError, UsageError
from engine.runs.directory import preset_of
from engine.runs.known_runs import KnownRuns, ListedRun
from engine.spec import presets
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import read_file

MOST_RUNS = 50
"""Of the newest of a directory, so many are looked through."""
BAD_ENDS = ("diverged", "failed", "crashed", "lost")


def trained_before(name: str, experiment: Experiment, runs_dir: Path) -> Iterator[Experiment]:
    """What runs under this name trained of the same network and data, the lowest loss first.

    Then the preset of that name. What can't be read says nothing.
    """
    name = preset_of(name)
    found = list(_worked(name, runs_dir))
    alike = [pair for pair in found if _is_alike(pair[1], experiment)]
    yield from (one for _, one in sorted(alike, key=lambda pair: pair[0]))
    if presets.what_is(name) == "preset":
        yield from _preset(name)


def _worked(name: str, runs_dir: Path) -> Iterator[tuple[float, Experiment]]:
    """The runs of a name that came to a loss, with it; one that can't be read hides no other."""
    for listed in _newest(runs_dir):
        loss = _loss(listed)
        if preset_of(listed.run.name) == name and loss < math.inf:
            with suppress(PerceptuiError):
                yield loss, listed.run.experiment()


def _newest(runs_dir: Path) -> Iterator[ListedRun]:
    """The newest runs; none where the directory can't be read, for no history is no mistake."""
    with suppress(UsageError):
        yield from KnownRuns(runs_dir).newest_first(MOST_RUNS)


def _loss(listed: ListedRun) -> float:
    """A run's loss; infinite where it did not work."""
    loss = listed.loss
    if loss is None or listed.state.text.startswith(BAD_ENDS):
        return math.inf
    return loss if math.isfinite(loss) else math.inf


def _is_alike(one: Experiment, other: Experiment) -> bool:
    return (one.data, one.layers, one.loss) == (other.data, other.layers, other.loss)


def _preset(name: str) -> Iterator[Experiment]:
    try:
        yield read_file(presets.path_of(name))
    except PerceptuiError:
        return
