"""Which runs are listed: `loss<0.05 data=moons`, every condition of which must hold."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.errors import PerceptuiError, UsageError
from tui.language import tr

if TYPE_CHECKING:
    from engine.runs.known_runs import ListedRun
    from engine.spec.experiment import Experiment

_CONDITION = re.compile(r"(?P<name>[A-Za-z_][\w.]*)(?P<sign><=|>=|!=|<|>|=)(?P<value>.+)")
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
_TOLD: dict[str, Callable[[ListedRun], object]] = {
    "epochs": lambda one: one.outcome.epochs,
    "state": lambda one: one.state.text,
    "title": lambda one: one.outcome.title,
    "run": lambda one: one.run.name,
}
"""What a list knows of a run besides its metrics."""
EXAMPLE = "loss<0.05 data=moons"


class Condition(NamedTuple):
    """One of those that must hold; without a sign the value is a word of the title or the name."""

    name: str
    sign: str
    value: str

    def holds(self, one: ListedRun) -> bool:
        """Whether it does for a run; of what a run does not have it does not."""
        if not self.sign:
            return self.value in f"{one.outcome.title} {one.run.name} {one.state.text}".lower()
        found = self._found(one)
        number = _number(self.value)
        if number is not None and isinstance(found, int | float) and not isinstance(found, bool):
            return _SIGNS[self.sign](found, number)
        if found is None or self.sign not in ("=", "!="):
            return False
        return _is_called(str(found), self.value) == (self.sign == "=")

    def _found(self, one: ListedRun) -> object:
        return _value(one, self.name, measures=_number(self.value) is not None)


def _value(one: ListedRun, name: str, *, measures: bool) -> object:
    """What a run has under a name; measures: whether a metric's is meant before a field's."""
    from engine.parts.metrics import METRICS

    if name in _TOLD:
        return _TOLD[name](one)
    measured = one.outcome.metrics.get(name)
    if measured is None and name in METRICS and measures:
        measured = one.loss if name == "loss" else one.score(name)
    return measured if measured is not None else _field(_experiment(one), name)


def in_order(found: list[ListedRun], text: str) -> list[ListedRun]:
    """The runs by what they have under a name, the most last; with `-` before it the least last.

    Those that have nothing there come first. Raises UsageError for a name that none could have.
    """
    name = text.removeprefix("-")
    _check(name)
    ranks = {one.run.path: _rank(_value(one, name, measures=True)) for one in found}
    ordered = sorted(found, key=lambda one: ranks[one.run.path], reverse=text.startswith("-"))
    return sorted(ordered, key=lambda one: ranks[one.run.path][0] > 0)


def _rank(value: object) -> tuple[int, float, str]:
    """Nothing first, then words by the alphabet, then numbers by their size."""
    if value is None or value != value:
        return 0, 0.0, ""
    return (2, value, "") if isinstance(value, int | float) else (1, 0.0, str(value).lower())


def conditions(text: str) -> list[Condition]:
    """The conditions of a text; raises UsageError for a name that no run has anything under."""
    found = []
    for word in text.split():
        match = _CONDITION.fullmatch(word)
        if match is None:
            found.append(Condition("", "", word.lower()))
            continue
        condition = Condition(*match.group("name", "sign", "value"))
        if condition.sign not in ("=", "!=") and _number(condition.value) is None:
            raise UsageError(f"{word}: {condition.value} is no number, as in {EXAMPLE}")
        _check(condition.name)
        found.append(condition)
    return found


def _check(name: str) -> None:
    """Raises UsageError for a name that no run has anything under."""
    if not _is_known(name):
        from engine.spec.nearest import nearest

        advice = nearest(name, _known_names()) or tr(f", as in {EXAMPLE}")
        raise UsageError(f'runs know of no "{name}"{advice}')


def matches(one: ListedRun, wanted: list[Condition]) -> bool:
    """Whether all of them hold."""
    return all(condition.holds(one) for condition in wanted)


def _is_known(name: str) -> bool:
    from engine.parts.metrics import METRICS

    split, _, metric = name.partition("_")
    is_metric = split in ("train", "validation", "test") and metric in METRICS
    return is_metric or name.partition(".")[0] in _known_names()


@cache
def _known_names() -> tuple[str, ...]:
    from engine.parts.metrics import METRICS
    from engine.spec.experiment import Experiment

    return (*_TOLD, *METRICS, *Experiment.parameters())


def _experiment(one: ListedRun) -> Experiment | None:
    try:
        return one.run.experiment()
    except PerceptuiError:
        return None


def _field(experiment: Experiment | None, name: str) -> object:
    """A field of the experiment, or a dotted one of a component."""
    value: object = experiment
    for part in name.split("."):
        value = getattr(value, part, None)
    return value


def _is_called(found: str, wanted: str) -> bool:
    """Whether a value is written so, or is a call of that name."""
    found, wanted = found.lower(), wanted.lower()
    return found == wanted or found.startswith(f"{wanted}(")


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
