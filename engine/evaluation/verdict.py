"""How good a network is in a sentence, held against what needs no network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.evaluation.baselines import Guess
from engine.evaluation.evidence import Array, Evidence
from engine.evaluation.judgement import Baseline, Score, Standing
from engine.evaluation.resampling import intervals, mean_of

FEW = 30
"""Samples below which hardly anything is told apart."""
_WORDS = {
    "commonest class": "the commonest class alone",
    "mean": "the mean alone",
    "last value": "the last value alone",
    "linear model": "a linear model",
}


def headline_of(evidence: Evidence) -> str:
    """The score that the verdict is of."""
    return "accuracy" if evidence.is_classes else "mae"


def baselines(evidence: Evidence, guesses: Sequence[Guess]) -> list[Baseline]:
    """What each guess comes to, by the headline."""
    return [
        Baseline(
            name=guess.name,
            value=_headline(guess_errors(evidence, guess), evidence),
            note=f"fitted to {guess.fitted_to:,} samples" if guess.fitted_to else "",
        )
        for guess in guesses
    ]


def judged(
    evidence: Evidence, headline: Score | None, guesses: Sequence[Guess]
) -> tuple[Standing, str]:
    """How it stands against the best of the guesses, sample by sample, and why."""
    if headline is None or headline.value is None or not evidence.is_finite:
        return "unknown", "Its outputs are not finite: there is nothing to judge."
    value = _told(headline.value, headline)
    if headline.low is not None and headline.high is not None:
        value += f" ({_told(headline.low, headline)} to {_told(headline.high, headline)})"
    if not guesses:
        return "unknown", f"{headline.title} {value}; there is nothing to hold it against."
    errors = [guess_errors(evidence, guess) for guess in guesses]
    best = int(np.argmin([one.mean() for one in errors]))
    name, reached = _WORDS[guesses[best].name], _headline(errors[best], evidence)
    gain = errors[best] - evidence.errors
    sides = intervals(len(evidence), {"gain": mean_of(gain)}, together=evidence.together)
    found = sides["gain"]
    assert found is not None, "a mean is always defined"
    low, high = found
    reaches = f"{name} reaches {_told(reached, headline)}"
    if low > 0:
        said = f"It is better than what needs no network: {headline.title} {value}, {reaches}."
        return "better", said
    if high < 0:
        said = f"It is worse than {name}: {headline.title} {value}, {reaches}."
        return "worse", said
    said = f"It can't be told from {name}: {headline.title} {value}, {reaches}."
    return "alike", said


def guess_errors(evidence: Evidence, guess: Guess) -> Array:
    """How far off a guess is, by sample, as `Evidence.errors` has it."""
    return Evidence(evidence.split, evidence.facts, evidence.targets, guess.predicted).errors


def _headline(errors: Array, evidence: Evidence) -> float:
    mean = float(errors.mean())
    return 1 - mean if evidence.is_classes else mean


def _told(value: float, score: Score) -> str:
    if score.name == "accuracy":
        return f"{value:.3f}"
    return f"{value:.4g} {score.unit}".rstrip()


def doubt(evidence: Evidence) -> str:
    """What stands against believing a verdict; empty for nothing."""
    if evidence.split == "train":
        return "These are the samples that it was trained on: of new ones that says little."
    if len(evidence) < FEW:
        return f"{len(evidence)} samples are few: others like them may come to something else."
    return ""
