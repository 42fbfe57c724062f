"""From which share on the second of two classes is said, where mistakes cost differently."""

from __future__ import annotations

import numpy as np

from engine.evaluation.evidence import Array, Evidence
from engine.evaluation.judgement import Cost, Threshold, ThresholdPoint

POINTS = 41


def threshold(evidence: Evidence, fitted_to: Evidence | None, cost: Cost) -> Threshold:
    """Precision and recall over the threshold, and the one that costs least.

    fitted_to: samples that it is chosen by; None: by the evidence itself.
    """
    assert evidence.probabilities is not None, "classes have probabilities"
    chosen_by = fitted_to if fitted_to is not None else evidence
    assert chosen_by.probabilities is not None, "both are of the same network"
    chosen = cheapest(chosen_by.probabilities[:, 1], chosen_by.targets == 1, cost)
    shares, truth = evidence.probabilities[:, 1], evidence.targets == 1
    return Threshold(
        of=evidence.facts.classes[1],
        points=[at(shares, truth, one) for one in np.linspace(0, 1, POINTS).tolist()],
        cost=cost,
        usual=at(shares, truth, 0.5),
        usual_cost=costs(shares, truth, 0.5, cost),
        chosen=at(shares, truth, chosen),
        chosen_cost=costs(shares, truth, chosen, cost),
        fitted_to=fitted_to.split if fitted_to is not None else "",
    )


def cheapest(shares: Array, truth: Array, cost: Cost) -> float:
    """The threshold that costs least on these samples, in the middle between two shares.

    Of several that cost the same, the one that is nearest to one half.
    """
    order = np.argsort(shares)
    ordered, positive = shares[order], truth[order]
    # Behind `below` samples the second class is said: those below it that are of it are missed.
    missed = np.concatenate([[0], np.cumsum(positive)])
    alarms = (~positive).sum() - np.concatenate([[0], np.cumsum(~positive)])
    edges = np.concatenate([[0.0], (ordered[1:] + ordered[:-1]) / 2, [1.0]])
    is_edge = np.concatenate([[True], ordered[1:] > ordered[:-1], [True]])
    spent = cost.miss * missed + cost.alarm * alarms
    is_edge[0] &= not len(ordered) or ordered[0] > 0  # a share of 0 is never above it
    places = np.flatnonzero(is_edge)
    least = spent[places].min()
    best = places[spent[places] == least]
    return float(edges[best[np.abs(edges[best] - 0.5).argmin()]])


def at(shares: Array, truth: Array, threshold: float) -> ThresholdPoint:
    """Precision and recall at a threshold: said is the second class above it."""
    said = shares > threshold
    hits, named, there = int((said & truth).sum()), int(said.sum()), int(truth.sum())
    return ThresholdPoint(
        threshold=threshold,
        precision=hits / named if named else None,
        recall=hits / there if there else None,
    )


def costs(shares: Array, truth: Array, threshold: float, cost: Cost) -> float:
    """What mistakes at a threshold cost, a sample."""
    said = shares > threshold
    spent = cost.alarm * int((said & ~truth).sum()) + cost.miss * int((~said & truth).sum())
    return spent / len(truth)
