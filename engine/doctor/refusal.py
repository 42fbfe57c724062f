"""Why an experiment is refused, as findings like others, each with what would help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.doctor.corrections import Corrected, corrected
from engine.doctor.finding import Finding
from engine.doctor.ways_out import Way, problems_of, ways_from
from engine.errors import Problem
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import read


@dataclass(frozen=True)
class Refusal:
    """An experiment that can't be trained, and the ways out of that."""

    findings: tuple[Finding, ...]
    """One for each mistake; empty where there is none."""
    ways: tuple[Way, ...]
    """The soundest first; empty where a person must decide."""
    mended: Corrected
    """The values with the mistakes in their words mended."""

    @property
    def repaired(self) -> Experiment | None:
        """Where the soundest way leads to."""
        return self.ways[0].experiment if self.ways else None

    @property
    def before(self) -> Experiment | None:
        """The experiment as it was meant, its words mended, not yet made to fit its data."""
        return None if self.mended.values is None else Experiment(**self.mended.values)


def refusal(raw: Mapping[str, object], folder: Path | None = None) -> Refusal:
    """All that stands against an experiment, whatever else is right or wrong with it."""
    values, problems = read(raw, folder)
    problems += [one for one in problems_of(values) if one not in problems]
    mended = corrected(raw, folder)
    ways = tuple(ways_from(mended)) if problems else ()
    repairs = _repairs(problems, mended, ways)
    after = ways[0].experiment if ways else None
    found = [
        Finding(
            problem.code or "refused",
            "error",
            problem.place or "experiment",
            "; ".join(problem.message.split("\n")),
            repairs.get(problem, ""),
            after if problem in repairs else None,
        )
        for problem in problems
    ]
    return Refusal(tuple(found), ways, mended)


def _repairs(
    problems: list[Problem], mended: Corrected, ways: tuple[Way, ...]
) -> dict[Problem, str]:
    """What is done about each mistake; what the whole needs stands at the first that is no slip."""
    repairs = {one: text for one, text in mended.texts.items() if one in problems}
    if not ways:
        return repairs
    left = [text for text in ways[0].changes if text not in repairs.values()]
    if left:
        misfits = [one for one in problems if one not in repairs] or problems[-1:]
        said = "; ".join(left)
        for one in misfits:
            repairs[one] = f"{repairs[one]}; {said}" if one in repairs else said
    return repairs
