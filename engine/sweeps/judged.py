"""A sweep's best configuration judged over its seeds: how good on average, and how sure that is."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import msgspec

from engine.errors import UsageError
from engine.evaluation.judgement import Judgement, Standing
from engine.runs.events import Figure
from engine.runs.run import Run
from engine.sweeps.directory import SweepDirectory
from engine.sweeps.results import Results
from engine.sweeps.seeds import CONFIDENCE
from engine.sweeps.telling import named

MOST = 50
"""Trainings that are judged, the first of them."""
_WORDS = {
    "commonest class": "the commonest class alone",
    "mean": "the mean alone",
    "last value": "the last value alone",
    "linear model": "a linear model",
}


class MeanScore(msgspec.Struct, frozen=True, kw_only=True):
    """A score over the seeds."""

    name: str
    title: str
    unit: str
    mean: float
    low: Figure
    high: Figure
    """Between which the mean of very many seeds lies, by Student's t; None of one seed."""
    least: float
    most: float


class OverSeeds(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag="judged_over_seeds"
):
    """What is said of a configuration over its seeds."""

    sweep: str
    configuration: str
    """Empty where there is one only."""
    split: str
    verdict: str
    doubt: str = ""
    standing: Standing
    headline: str
    scores: list[MeanScore]
    baselines: dict[str, float]
    """What needs no network, by its name: the means."""
    runs: dict[str, Figure]
    """The headline of each training, by its run's name."""


def best_runs(directory: SweepDirectory) -> tuple[str, list[Run]]:
    """The best configuration in words, and the runs of its seeds.

    Raises UsageError where none came to a number.
    """
    plan = directory.plan()
    best = Results.of(plan, directory.lines()[0]).best
    if best is None:
        raise UsageError(f"{directory.name}: no training of it came to a number yet")
    trials = [trial for trial in best.trials if trial.value is not None][:MOST]
    return named(plan, best.values), [directory.run(trial.run) for trial in trials]


def over_seeds(
    sweep: str, configuration: str, runs: Sequence[Run], judgements: Sequence[Judgement]
) -> OverSeeds:
    """What the judgements of the runs come to."""
    first = judgements[0]
    values = [_values(one) for one in judgements]
    scores = []
    for score in first.scores:
        known = [one[score.name] for one in values if score.name in one]
        if not known:
            continue
        low, high = _interval(known)
        scores.append(
            MeanScore(
                name=score.name,
                title=score.title,
                unit=score.unit,
                mean=statistics.fmean(known),
                low=low,
                high=high,
                least=min(known),
                most=max(known),
            )
        )
    standing, verdict = _verdict(judgements, scores)
    few = "One seed tells little: a sweep with --seeds 5 tells how much is luck."
    return OverSeeds(
        sweep=sweep,
        configuration=configuration,
        split=first.split,
        verdict=verdict,
        doubt=few if len(judgements) < 2 else first.doubt,
        standing=standing,
        headline=first.headline,
        scores=scores,
        baselines=_baselines(judgements),
        runs={run.name: one.get(first.headline) for run, one in zip(runs, values, strict=True)},
    )


def _values(judgement: Judgement) -> dict[str, float]:
    return {one.name: one.value for one in judgement.scores if one.value is not None}


def _interval(values: Sequence[float]) -> tuple[Figure, Figure]:
    """Where the mean lies by Student's t (1908)."""
    if len(values) < 2:
        return None, None
    from scipy.stats import t

    count, mean = len(values), statistics.fmean(values)
    reach = t.ppf((1 + CONFIDENCE) / 2, count - 1) * statistics.stdev(values) / math.sqrt(count)
    return mean - float(reach), mean + float(reach)


def _baselines(judgements: Sequence[Judgement]) -> dict[str, float]:
    """The means of those that all of them have."""
    each = [{one.name: one.value for one in judged.baselines} for judged in judgements]
    return {
        name: statistics.fmean(one[name] for one in each)
        for name in each[0]
        if all(name in one for one in each)
    }


def _verdict(judgements: Sequence[Judgement], scores: Sequence[MeanScore]) -> tuple[Standing, str]:
    """How it stands against the best of what needs no network, seed by seed."""
    first = judgements[0]
    if len(judgements) < 2:
        return first.standing, first.verdict
    headline = next((one for one in scores if one.name == first.headline), None)
    if headline is None:
        return "unknown", "Its outputs are not finite: there is nothing to judge."
    told = f"{headline.title} {_told(headline.mean, headline)}"
    over = f"on average over {len(judgements)} seeds"
    if headline.low is not None and headline.high is not None:
        low, high = _told(headline.low, headline), _told(headline.high, headline)
        over += f" ({low} to {high})"
    means = _baselines(judgements)
    if not means:
        return "unknown", f"{told} {over}; there is nothing to hold it against."
    sign = 1.0 if first.headline == "accuracy" else -1.0
    best = max(means, key=lambda name: sign * means[name])
    gains = []
    for one in judgements:
        value = _values(one).get(first.headline)
        reached = next(base.value for base in one.baselines if base.name == best)
        if value is not None:
            gains.append(sign * (value - reached))
    least, most = _interval(gains)
    name = _WORDS[best]
    reaches = f"{name} reaches {_told(means[best], headline)}"
    if least is not None and least > 0:
        return "better", f"It is better than what needs no network: {told} {over}, {reaches}."
    if most is not None and most < 0:
        return "worse", f"It is worse than {name}: {told} {over}, {reaches}."
    return "alike", f"It can't be told from {name}: {told} {over}, {reaches}."


def _told(value: float, score: MeanScore) -> str:
    return f"{value:.3f}" if score.name == "accuracy" else f"{value:.4g} {score.unit}".rstrip()
