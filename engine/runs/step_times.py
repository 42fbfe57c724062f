"""Where the time of a training goes, as it was measured on a copy."""

from __future__ import annotations

import msgspec

PARTS = ("data", "forward", "backward", "update")
"""Of one step, in the order in which they happen."""


class StepTimes(msgspec.Struct, frozen=True, kw_only=True):
    """Medians over some steps of a fresh network, in seconds."""

    executor: str
    """How the training runs its steps: `eager`, `traced`, `graphed`."""
    step_s: float
    """A whole step as the training runs it, with what ends each epoch."""
    samples_per_s: float
    eager_s: dict[str, float]
    """Of PARTS, in an eager step: in a traced one they can't be told apart."""
    report_s: float
    """Evaluation of all splits, once a report."""
    steps_per_report: int
    device: str
    threads: int

    @property
    def shares(self) -> dict[str, float]:
        """Of the whole time by part: PARTS as an eager step divides them, and the evaluation."""
        evaluation = self.report_s / self.steps_per_report
        whole = self.step_s + evaluation
        eager = sum(self.eager_s.values())
        told = {
            part: self.step_s * seconds / eager / whole if eager else 0.0
            for part, seconds in self.eager_s.items()
        }
        return {**told, "evaluation": evaluation / whole if whole else 0.0}
