"""What a change of an experiment has brought, in one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.parts.metrics import METRICS, Metric, headlines_named
from engine.runs.events import Figure
from engine.spec.difference import Change, changes
from tui.language import tr
from tui.live.snapshot import Snapshot
from tui.measured import named, shown

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
    headlines = snapshot.started.headlines if snapshot.started is not None else ()
    found = _in_both(was or now, now or was, headlines_named(headlines))
    told = [
        tr(f"before {before}, now {after} ({split} {named(metric)})")
        for split, metric in found
        for before, after in [[_value(metric, one, split) for one in (was, now)]]
    ]
    return f"{', '.join(told)}: {changed}" if told else ""


def _value(metric: Metric, measured: Mapping[str, Figure], split: str) -> str:
    return shown(metric, measured.get(f"{split}_{metric.name}")) if measured else "diverged"


def _in_both(
    was: Mapping[str, Figure], now: Mapping[str, Figure], headlines: Sequence[Metric]
) -> list[tuple[str, Metric]]:
    """What both were measured by, each of the split that tells most; the loss if by no headline."""
    found = [one for one in (_of_split(was, now, metric) for metric in headlines) if one]
    if found:
        return found
    by_loss = _of_split(was, now, METRICS["loss"])
    return [by_loss] if by_loss else []


def _of_split(
    was: Mapping[str, Figure], now: Mapping[str, Figure], metric: Metric
) -> tuple[str, Metric] | None:
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
