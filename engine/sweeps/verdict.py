"""How a trial's training ended, out of its own record."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.runs import events as ev
from engine.runs.record_file import UnreadableRecord
from engine.runs.run import Run
from engine.sweeps.plan import Plan
from engine.sweeps.table import Ending

_KNOWN: dict[str, Ending] = {
    "completed": "completed",
    "stop_below": "stop_below",
    "patience": "patience",
    "diverged": "diverged",
    "stopped": "pruned",  # by whoever it was: it came to no number that can be compared
}


@dataclass(frozen=True)
class Verdict:
    """What a sweep keeps of a training."""

    ending: Ending
    value: ev.Figure = None
    metrics: dict[str, ev.Figure] = field(default_factory=dict)
    epochs: int = 0
    elapsed_s: float = 0.0
    executor: str = ""
    complaint: str = ""


def finished_of(run: Run) -> ev.RunFinished | None:
    """The end that a run's record has, if nothing was trained after it."""
    try:
        newest = next(run.record_file.counting_backwards(), None)
    except UnreadableRecord:
        return None
    return newest if isinstance(newest, ev.RunFinished) else None


def is_over(run: Run) -> bool:
    """Whether a trial's training need not be gone on with."""
    finished = finished_of(run)
    return finished is not None and finished.reason in _KNOWN


def verdict_of(run: Run, plan: Plan, *, is_cut: bool = False) -> Verdict:
    """How a training ended; is_cut: the search has stopped it."""
    finished = finished_of(run)
    if finished is None:
        return Verdict("crashed", complaint="its record has no end")
    if finished.reason not in _KNOWN:
        return Verdict("crashed", complaint=_why(run) or f"it was {finished.reason}")
    ending = "pruned" if is_cut and finished.reason == "stopped" else _KNOWN[finished.reason]
    started = next(run.record_file.forwards(), None)
    executor = started.executor if isinstance(started, ev.RunStarted) else ""
    is_result = ending not in ("pruned", "diverged")
    return Verdict(
        ending,
        finished.metrics.get(plan.objective) if is_result else None,
        {n: v for n, v in finished.metrics.items() if not n.startswith("test_")},
        finished.epochs,
        finished.elapsed_s,
        executor,
    )


def _why(run: Run) -> str:
    """What a training that failed said of it."""
    for event in run.record_file.counting_backwards():
        if isinstance(event, ev.Failed):
            return event.message
    return ""
