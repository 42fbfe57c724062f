"""Examines edited experiments with what is known of their data's statistics by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.doctor.examination import examine
from engine.doctor.finding import Finding
from engine.doctor.statistics import Statistics
from engine.spec.experiment import Experiment

if TYPE_CHECKING:
    from engine.service.protocol.description import Description

_Key = tuple[str, object]


class Examiner:
    """The doctor, and what a worker told of each data set that was looked at."""

    def __init__(self) -> None:
        self._known: dict[_Key, Description | None] = {}

    def findings(self, experiment: Experiment) -> list[Finding]:
        """What is wrong with an experiment, the gravest first; at once."""
        description = self._known.get(_key(experiment))
        if description is None:
            return examine(experiment)
        return examine(experiment, statistics_of(description), description.known_facts())

    def would_learn(self, experiment: Experiment) -> bool:
        """Whether the data was not described yet."""
        return _key(experiment) not in self._known

    def known(self, experiment: Experiment | None) -> Description | None:
        """What the data looks like, if that is known by now."""
        return None if experiment is None else self._known.get(_key(experiment))

    def learn(self, experiment: Experiment, description: Description | None) -> None:
        """Take note of what an experiment's data looks like; None: it can't be known."""
        self._known[_key(experiment)] = description


def statistics_of(description: Description) -> Statistics:
    """The part of a description that the doctor's rules read."""
    return Statistics(
        tuple(description.lowest),
        tuple(description.highest),
        tuple(description.means),
        tuple(description.deviations),
        tuple(description.class_counts),
        description.class_run,
        tuple(description.targets),
    )


def _key(experiment: Experiment) -> _Key:
    return str(experiment.data), experiment.seed
