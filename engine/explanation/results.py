"""Explains what a training tells: its metrics, and what the doctor finds."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from engine.doctor.finding import Finding
from engine.doctor.live.doctor import RULES as LIVE_RULES
from engine.doctor.plugged import plugged_live_rules, plugged_rules
from engine.doctor.reasons import REASONS
from engine.doctor.rules import ALL
from engine.explanation.explanation import Explanation, Trial, filled
from engine.parts.metrics import SPLITS, Metric
from engine.spec.experiment import Experiment

NOT_YET = "Nothing is measured yet: it is told once something is trained."


def of_metric(
    metric: Metric, measured: Mapping[str, float | None], samples: Mapping[str, int]
) -> Explanation:
    """A metric; measured: by names like `test_accuracy`; samples: of each split."""
    here = NOT_YET
    for split in reversed(SPLITS):  # the test split says most
        value = measured.get(f"{split}_{metric.name}")
        if value is not None and split in samples:
            number = f"{value:.4g}" if metric.decimals is None else f"{value:.{metric.decimals}f}"
            right = f"{round(value * samples[split]):,}" if 0 <= value <= 1 else ""
            told = {"value": number, "split": split, "samples": f"{samples[split]:,}"}
            here = filled(metric.here, {**told, "right": right})
            break
    return Explanation(metric.title, metric.words, here)


def of_finding(finding: Finding, experiment: Experiment | None) -> Explanation:
    """What the doctor found; with what its repair would change, to be tried."""
    what = _why(finding.code)
    here = f"Here, in {finding.place}: {finding.message}."
    trial = None
    if experiment is not None and finding.repaired is not None:
        trial = Trial(experiment, "as it is", finding.repaired, finding.repair)
    return Explanation(finding.code, what, here, trial)


def _why(code: str) -> str:
    """Why there is such a rule; empty for a code that is none."""
    function = _rules().get(code)
    text = inspect.getdoc(function) if function is not None else REASONS.get(code)
    return " ".join((text or "").split("\n\n")[0].split())


@cache
def _rules() -> dict[str, Callable[..., Any]]:
    before = {rule.code: rule.function for rule in (*ALL, *plugged_rules())}
    live = {rule.code: rule.function for rule in (*LIVE_RULES, *plugged_live_rules())}
    return {**before, **live}
