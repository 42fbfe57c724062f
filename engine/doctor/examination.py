"""Examines an experiment: all findings, and the experiment with their repairs."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from dataclasses import replace

from engine.doctor.case import Case, Earlier
from engine.doctor.data_evidence import data_evidence
from engine.doctor.failure import failure
from engine.doctor.finding import SEVERITIES, Finding, Severity
from engine.doctor.plugged import plugged_rules
from engine.doctor.rule import Rule
from engine.doctor.rules import ALL
from engine.doctor.statistics import Statistics
from engine.errors import DataUnavailable
from engine.parts.data import Facts
from engine.spec.experiment import Experiment

_log = logging.getLogger(__name__)

MOST_REPAIRS = 100
"""No experiment needs as many repairs one after the other: two rules would contradict."""


def examine(
    experiment: Experiment,
    statistics: Statistics | None = None,
    facts: Facts | None = None,
    earlier: Earlier = tuple,
) -> list[Finding]:
    """What is wrong with an experiment, the gravest first.

    Instant, from the description alone; rules that need statistics are silent without.
    facts: of data whose file only the worker has read.
    earlier: gives what the experiment was before, the newest first.
    """
    case = Case(experiment, facts or known_facts(experiment), statistics, earlier)
    found = [finding for rule in (*ALL, *plugged_rules()) for finding in _said(rule, case)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _said(rule: Rule, case: Case) -> list[Finding]:
    """What a rule finds; where it raises, that it did."""
    try:
        found = rule.findings(case)
        return [replace(one, evidence=data_evidence(one.code, case)) for one in found]
    except Exception as error:
        return [failure(rule.code, error)]


def known_facts(experiment: Experiment) -> Facts | None:
    """What the network is asked; None where the data's file is absent or can't be read."""
    try:
        return experiment.facts()
    except DataUnavailable:
        return None


def wants_statistics(experiment: Experiment) -> bool:
    """Whether a rule could find more if it knew the data's statistics."""
    return (
        experiment.data.is_own
        or _scales_unknown(experiment)
        or _shares_unknown(experiment)
        or _targets_unknown(experiment)
        or _order_matters(experiment)
    )


def _scales_unknown(experiment: Experiment) -> bool:
    facts = known_facts(experiment)
    return (
        not experiment.data.well_scaled
        and not experiment.data.values().get("standardize", False)
        and not experiment.layers[0].normalizes
        and (facts is None or len(facts.shape) == 1)
    )


def _shares_unknown(experiment: Experiment) -> bool:
    return (
        not experiment.data.balanced
        and experiment.class_weights is None
        and Case(experiment, known_facts(experiment)).is_classification
    )


def _targets_unknown(experiment: Experiment) -> bool:
    case = Case(experiment, known_facts(experiment))
    lowest, highest = case.output_range
    bounded = math.isfinite(highest - lowest)
    return not case.is_classification and (bounded or not experiment.data.well_scaled)


def _order_matters(experiment: Experiment) -> bool:
    case = Case(experiment, known_facts(experiment))
    return case.is_classification and case.keeps_order


def repairs(
    experiment: Experiment,
    statistics: Statistics | None = None,
    severities: tuple[Severity, ...] = ("error", "warning"),
    earlier: Earlier = tuple,
    facts: Facts | None = None,
) -> Iterator[Finding]:
    """The findings of these severities that have a repair, one after the other, gravest first.

    Each is of the experiment with all repairs before it, since one may answer several findings or
    allow another. Two rules that undo each other's repairs are a mistake: it ends there, and the
    log says so.
    """
    seen = [experiment]
    for _ in range(MOST_REPAIRS):
        found = examine(experiment, statistics, facts, earlier)
        first = next((f for f in found if f.severity in severities and f.repaired), None)
        if first is None:
            return
        assert first.repaired is not None, "asked for above"
        experiment = first.repaired
        if experiment in seen:
            break
        seen.append(experiment)
        yield first
    _log.error("the repairs of %s have no end", experiment)


def repaired(
    experiment: Experiment,
    statistics: Statistics | None = None,
    severities: tuple[Severity, ...] = ("error", "warning"),
) -> Experiment:
    """The experiment with every repair of these severities applied, the gravest first."""
    for finding in repairs(experiment, statistics, severities):
        assert finding.repaired is not None, "it is a repair"
        experiment = finding.repaired
    return experiment
