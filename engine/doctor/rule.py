"""What a rule is: a function from a case to remarks, under a stable code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.doctor.case import Case
from engine.doctor.finding import Finding, Severity

Changes = dict[str, Any]
"""Fields of an experiment with their new values."""


@dataclass(frozen=True)
class Remark:
    """What a rule says of one place; the examination makes a finding of it."""

    severity: Severity
    place: str
    message: str
    repair: str = ""
    changes: Changes = field(default_factory=dict)
    """What the repair changes; empty where a person must decide."""


Remarks = Iterator[Remark]


@dataclass(frozen=True)
class Rule:
    """One rule under its code; its function's docstring says why it is one."""

    code: str
    function: Callable[[Case], Remarks]

    def findings(self, case: Case) -> Iterator[Finding]:
        """What the rule finds; only repairs that give a valid experiment are offered."""
        for remark in self.function(case):
            repaired = case.changed(remark.changes) if remark.changes else None
            shown = "" if remark.changes and repaired is None else remark.repair
            yield Finding(self.code, remark.severity, remark.place, remark.message, shown, repaired)


def rule(code: str) -> Callable[[Callable[[Case], Remarks]], Rule]:
    """Make a rule of a function, under a code that never changes."""
    return lambda function: Rule(code, function)


def plural(count: int, one: str, many: str = "") -> str:
    """`1 sample`, `1,000 samples`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def figure(value: float) -> str:
    """A number for a sentence: two digits that count, no exponent below a million."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if 10 <= rounded < 1e6 else f"{rounded:g}"
