"""What a live rule is: a function from a look to signs, under a stable code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.doctor.finding import Severity
from engine.doctor.live.observation import Observation


@dataclass(frozen=True)
class Sign:
    """What a rule sees at one place."""

    severity: Severity
    place: str
    message: str
    repair: str


Signs = Iterator[Sign]
Standing = frozenset[str]
"""The places at which the rule's finding holds already: there its limits are laxer."""


@dataclass(frozen=True)
class LiveRule:
    """One rule under its code; its function's docstring says why it is one."""

    code: str
    function: Callable[[Observation, Standing], Signs]


def live_rule(code: str) -> Callable[[Callable[[Observation, Standing], Signs]], LiveRule]:
    """Make a live rule of a function, under a code that never changes."""
    return lambda function: LiveRule(code, function)
