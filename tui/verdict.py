"""What a change of an experiment has brought, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping

from engine.parts.metrics import HEADLINES, METRICS, Metric
from engine.runs.events import Figure
from engine.spec.difference import Change, changes
from tui.live.snapshot import Snapshot
from tui.measured import shown

_SPLITS = ("test", "validation", "train")
"""The one that tells most first."""


def verdict(snapshot: Snapshot) -> str:
    """`before 0.980, now 0.965 (test accuracy): epochs 30 -> 100`; empty where nothing is judged.

    Judged is a training that has ended, by the one before it of what is open.
    """
    before, finished = snapshot.before, snapshot.finished
    if before is None or finished is None or before.finished is None:
        return ""
    if before.experiment is None or snapshot.experiment is None:
        return ""
    old, new = before.experiment.without_prose(), snapshot.experiment.without_prose()
    changed = ", ".join(map(_told, changes(old, new)))
    if not changed:
        return ""
    was = {} if before.diverged else before.finished.metrics
    now = {} if snapshot.diverged else finished.metrics
    found = _in_both(was or now, now or was)
    if found is None:
        return ""
    split, metric = found
    name = f"{split}_{metric.name}"
    values = [shown(metric, one.get(name)) if one else "diverged" for one in (was, now)]
    title = metric.title.lower() if metric.title.istitle() else metric.title
    return f"before {values[0]}, now {values[1]} ({split} {title}): {changed}"


def _in_both(was: Mapping[str, Figure], now: Mapping[str, Figure]) -> tuple[str, Metric] | None:
    """What both were measured by, of the split that tells most."""
    for metric in (*HEADLINES, METRICS["loss"]):
        for split in _SPLITS:
            name = f"{split}_{metric.name}"
            if was.get(name) is not None and now.get(name) is not None:
                return split, metric
    return None


def _told(change: Change) -> str:
    if not change.before:
        return f"{change.place} + {change.after}"
    if not change.after:
        return f"{change.place} - {change.before}"
    return f"{change.place} {change.before} -> {change.after}"
