"""Examines edited experiments with what is known of their data's statistics by now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.doctor.case import Case, Earlier
from engine.doctor.examination import examine, known_facts, repairs
from engine.doctor.finding import Finding
from engine.doctor.live.remedies import remedied
from engine.doctor.statistics import Statistics
from engine.parts.data import Facts
from engine.spec.experiment import Experiment

if TYPE_CHECKING:
    from engine.service.protocol.description import Description

_Key = tuple[str, object, tuple[float, ...]]


class Examiner:
    """The doctor, and what a worker told of each data set that was looked at."""

    def __init__(self) -> None:
        self._known: dict[_Key, Description | None] = {}

    def findings(self, experiment: Experiment, earlier: Earlier = tuple) -> list[Finding]:
        """What is wrong with an experiment, the gravest first; at once."""
        statistics, facts = self._seen(experiment)
        return examine(experiment, statistics, facts, earlier)

    def repairs(self, experiment: Experiment, earlier: Earlier = tuple) -> list[Finding]:
        """The findings that are repaired one after the other."""
        statistics, facts = self._seen(experiment)
        return list(repairs(experiment, statistics, earlier=earlier, facts=facts))

    def remedied(
        self, live: Sequence[Finding], trained: Experiment, earlier: Earlier = tuple
    ) -> list[Finding]:
        """What was found in a training, with what it asks for."""
        statistics, facts = self._seen(trained)
        case = Case(trained, facts or known_facts(trained), statistics, earlier)
        return remedied(live, case)

    def _seen(self, experiment: Experiment) -> tuple[Statistics | None, Facts | None]:
        """What is known of its data by now."""
        description = self._known.get(_key(experiment))
        if description is None:
            return None, None
        return description.statistics(), description.known_facts()

    def facts(self, experiment: Experiment) -> Facts | None:
        """What is known of its data without a look at it, or by now."""
        return self._seen(experiment)[1] or known_facts(experiment)

    def would_learn(self, experiment: Experiment) -> bool:
        """Whether the data was not described yet."""
        return _key(experiment) not in self._known

    def known(self, experiment: Experiment | None) -> Description | None:
        """What the data looks like, if that is known by now."""
        return None if experiment is None else self._known.get(_key(experiment))

    def learn(self, experiment: Experiment, description: Description | None) -> None:
        """Take note of what an experiment's data looks like; None: it can't be known."""
        self._known[_key(experiment)] = description


def _key(experiment: Experiment) -> _Key:
    """What decides how the data looks: of points also which of them are held back."""
    shares: tuple[float, ...] = ()
    if experiment.data.is_planar:
        shares = (
            experiment.validation_fraction,
            experiment.validation_offset,
            experiment.test_fraction,
        )
    return str(experiment.data), experiment.seed, shares
