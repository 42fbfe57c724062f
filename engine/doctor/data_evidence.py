"""What a finding about the data rests on: the ranges of its columns, how often each class is."""

from __future__ import annotations

from engine.doctor.case import Case
from engine.doctor.evidence import Bars, Evidence, Ranges, Reach

_OF_FEATURES = ("unscaled-features", "unscaled-pixels", "off-center-pixels")
_OF_TARGETS = ("unscaled-targets", "bounded-output", "relu-output")
_OF_CLASSES = ("class-imbalance",)
MOST = 12
"""Columns or classes that are shown."""
FIRST_OUTPUTS = Reach(name="first outputs", low=-1.0, mean=0.0, high=1.0)
"""Where a network begins."""


def data_evidence(code: str, case: Case) -> Evidence | None:
    """What the data's figures say to a finding; None where they are not known, or say nothing."""
    statistics = case.statistics
    if statistics is None:
        return None
    if code in _OF_FEATURES:
        return _features(case)
    if code in _OF_TARGETS and statistics.targets:
        names = case.facts.target_names if case.facts else ()
        rows = [
            _reach(_name(names, n, "target"), one.lowest, one.mean, one.highest)
            for n, one in enumerate(statistics.targets[:MOST])
        ]
        if code == "unscaled-targets":
            rows.append(FIRST_OUTPUTS)
        return Ranges(of="numbers to predict", rows=rows, unnamed=_more(len(statistics.targets)))
    if code in _OF_CLASSES and statistics.class_counts and case.facts:
        counts = statistics.class_counts
        largest = sorted(range(len(counts)), key=lambda n: -counts[n])
        shown = largest if len(counts) <= MOST else [*largest[: MOST - 1], largest[-1]]
        values = [float(counts[n]) for n in shown]
        called = [_name(case.facts.classes, n, "class") for n in shown]
        return Bars(of="samples of each class", names=called, values=values, marked=[0])
    return None


def _features(case: Case) -> Ranges | None:
    statistics = case.statistics
    assert statistics is not None, "asked only where it is known"
    if not statistics.means:
        return None
    columns = list(zip(statistics.lowest, statistics.means, statistics.highest, strict=True))
    names = case.facts.input_names or case.facts.feature_names if case.facts else ()
    widest = sorted(range(len(columns)), key=lambda n: columns[n][0] - columns[n][2])
    shown = sorted(range(len(columns)) if len(columns) <= MOST else widest[:MOST])
    rows = [_reach(_name(names, n, "input"), *columns[n]) for n in shown]
    return Ranges(of="inputs", rows=rows, unnamed=_more(len(columns)))


def _reach(name: str, low: float, mean: float, high: float) -> Reach:
    low, mean, high = (float(f"{value:.4g}") for value in (low, mean, high))
    return Reach(name=name, low=low, mean=mean, high=high)


def _name(names: tuple[str, ...], index: int, kind: str) -> str:
    return names[index] if index < len(names) else f"{kind} {index + 1}"


def _more(count: int) -> int:
    return max(0, count - MOST)
