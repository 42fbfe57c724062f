"""What the doctor says: findings, each with its repair where there is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from engine.doctor.evidence import Evidence
from engine.spec.experiment import Experiment

Severity = Literal["error", "warning", "info"]
"""error: it cannot do what it is meant to; warning: the result is worse than it need be, or
says less than it seems to; info: worth knowing."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""The gravest first."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with an experiment."""

    code: str
    """Stable name of the rule: `double-softmax`."""
    severity: Severity
    place: str
    """Where it is, as messages have it: `layers[2]`, `optimizer.lr`, `test_fraction`."""
    message: str
    """What happens and why, with this experiment's figure."""
    repair: str = ""
    """What would help, in a few words; empty where nothing simple does."""
    repaired: Experiment | None = None
    """The experiment with the repair applied, valid; None where a person must decide."""
    evidence: Evidence | None = field(default=None, compare=False)
    """What it rests on, to be drawn beside it; None where its sentence says all."""
