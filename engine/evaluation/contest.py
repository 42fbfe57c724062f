"""Which of several networks is better on the same samples, and whether chance could do it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from engine.evaluation.evidence import Array, Evidence
from engine.evaluation.judgement import Contest, Winner
from engine.evaluation.resampling import CONFIDENCE, intervals, mean_of

TOSSES = 4999


def contests(found: Sequence[Evidence]) -> list[Contest]:
    """Each pair, best told apart; of several pairs p is raised by Holm's rule (1979)."""
    pairs = list(combinations(range(len(found)), 2))
    counts = [_counts(found[a], found[b]) for a, b in pairs]
    is_classes = bool(found) and found[0].is_classes
    chances: list[float | None] = [None] * len(pairs)
    if is_classes and found[0].together > 1:
        chances = holm([by_whole_texts(found[a], found[b]) for a, b in pairs])
    elif is_classes:
        chances = holm([mcnemar(*one) for one in counts])
    told = zip(pairs, counts, chances, strict=True)
    return [_contest(found, pair, count, chance) for pair, count, chance in told]


def mcnemar(first_better: int, second_better: int) -> float:
    """How likely a split at least as uneven is where both are as good (McNemar 1947), exactly."""
    from scipy.stats import binomtest

    disagreed = first_better + second_better
    return float(binomtest(first_better, disagreed).pvalue) if disagreed else 1.0


def by_whole_texts(first: Evidence, second: Evidence) -> float:
    """The same of samples that go together: whose the mistakes of a text are is tossed for.

    Fisher's randomization test (1935), of TOSSES tosses, the same each time.
    """
    gains = (second.errors - first.errors).reshape(-1, first.together).sum(1)
    gains = gains[gains != 0]
    generator = np.random.default_rng(0)
    signs = 2.0 * generator.integers(0, 2, (TOSSES, len(gains))) - 1
    as_far = np.abs(signs @ gains) >= abs(gains.sum())  # sums of whole numbers, which are exact
    return float((1 + as_far.sum()) / (1 + TOSSES))


def holm(chances: Sequence[float]) -> list[float | None]:
    """Chances as they count where several pairs are looked at."""
    raised: list[float | None] = [None] * len(chances)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=lambda n: chances[n])):
        highest = max(highest, min(1.0, (len(chances) - rank) * chances[place]))
        raised[place] = highest
    return raised


def disagreements(found: Sequence[Evidence], most: int) -> list[int]:
    """The samples that are told most differently, the most first; none that all tell alike."""
    answers = np.stack([one.predicted.reshape(len(one), -1) for one in found])
    differs = (answers != answers[:1]).any((0, 2))
    if found[0].is_classes:
        # Where one is right and surely so, and another wrong, is what there is to see.
        losses = np.stack([one.losses for one in found])
        right = np.stack([one.errors == 0 for one in found])
        parted = right.any(0) & ~right.all(0)
        apart = np.ptp(losses, 0) + 1e3 * parted
    else:
        apart = np.ptp(answers, 0).mean(1)
    apart = np.where(differs & np.isfinite(apart), apart, -np.inf)
    order = np.argsort(-apart, kind="stable")[:most]
    return [int(place) for place in order if apart[place] > -np.inf]


def num_disagreements(found: Sequence[Evidence]) -> int:
    """Samples that are not told alike by all."""
    answers = np.stack([one.predicted.reshape(len(one), -1) for one in found])
    return int((answers != answers[:1]).any((0, 2)).sum())


def _counts(first: Evidence, second: Evidence) -> tuple[int, int]:
    better, worse = first.errors < second.errors, first.errors > second.errors
    return int(better.sum()), int(worse.sum())


def _contest(
    found: Sequence[Evidence],
    pair: tuple[int, int],
    counts: tuple[int, int],
    chance: float | None,
) -> Contest:
    first, second = (found[place] for place in pair)
    gains: dict[str, Array] = {"gain": second.errors - first.errors}
    if first.is_classes and first.is_finite and second.is_finite:
        gains["loss"] = second.losses - first.losses
    means = {name: mean_of(one) for name, one in gains.items()}
    between = intervals(len(first), means, together=first.together)
    low, high = between["gain"] or (None, None)
    loss_low, loss_high = between.get("loss") or (None, None)
    gain = float(gains["gain"].mean())
    units = {*first.facts.target_units}
    return Contest(
        first=pair[0],
        second=pair[1],
        first_better=counts[0],
        second_better=counts[1],
        p=chance,
        gain=gain if math.isfinite(gain) else None,
        low=low,
        high=high,
        loss_gain=float(gains["loss"].mean()) if "loss" in gains else None,
        loss_low=loss_low,
        loss_high=loss_high,
        winner=_winner(counts, chance, low, high),
        unit=first.facts.target_units[0] if len(units) == 1 else "",
    )


def _winner(
    counts: tuple[int, int], chance: float | None, low: float | None, high: float | None
) -> Winner:
    if chance is not None:
        if chance >= 1 - CONFIDENCE:
            return "neither"
        return "first" if counts[0] > counts[1] else "second"
    if low is None or high is None or low <= 0 <= high:
        return "neither"
    return "first" if low > 0 else "second"
