"""The scores of classes: values as scikit-learn has them, with intervals."""

from __future__ import annotations

import math

import numpy as np

from engine.evaluation.evidence import Array, Evidence
from engine.evaluation.judgement import OfClass, Score
from engine.evaluation.ranking import Ranking, average
from engine.evaluation.resampling import (
    Interval,
    Statistic,
    drawn,
    first,
    intervals,
    mean_of,
    num_resamples,
    percentiles,
    wilson,
)

TITLES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "precision": "Precision, mean of classes",
    "recall": "Recall, mean of classes",
    "f1": "F1, mean of classes",
    "roc_auc": "ROC AUC",
    "pr_auc": "PR AUC",
    "log_loss": "Log loss",
    "brier_score": "Brier score",
    "perplexity": "Perplexity",
    "bits_per_token": "Bits per token",
}
_RANKED = 2_000_000
"""Drawn samples of each class for areas under curves, which take longer than means."""


def class_scores(evidence: Evidence) -> tuple[list[Score], list[OfClass]]:
    """Those of all classes together, and of each."""
    from sklearn.metrics import accuracy_score, precision_recall_fscore_support

    targets, predicted = evidence.targets, evidence.predicted
    labels = list(range(len(evidence.facts.classes)))
    confusion = _Confusion(targets, predicted, len(labels), evidence.together)
    precision, recall, f1, support = precision_recall_fscore_support(
        targets, predicted, labels=labels, zero_division=np.nan
    )
    hits = int((targets == predicted).sum())
    values: dict[str, float] = {"accuracy": float(accuracy_score(targets, predicted))}
    found: dict[str, Interval | None] = {"accuracy": wilson(hits, len(evidence))}
    if evidence.together > 1:
        right = {"accuracy": mean_of(1 - evidence.errors)}
        found = intervals(len(evidence), right, together=evidence.together)
    for name, own in (
        ("balanced_accuracy", recall),
        ("precision", precision),
        ("recall", recall),
        ("f1", f1),
    ):
        # Undefined precision counts as none, a class without samples not at all.
        there = np.nan_to_num(own[support > 0])
        values[name] = float(there.mean())
        found[name] = confusion.mean_interval("recall" if name == "balanced_accuracy" else name)
    if evidence.is_finite:
        more, of_more = _by_shares(evidence)
        values |= more
        found |= of_more
    scores = [_score(name, TITLES[name], value, found[name]) for name, value in values.items()]
    classes = [
        OfClass(
            name=name,
            samples=int(support[label]),
            precision=_score("precision", "Precision", precision[label], confusion.share(label, 0)),
            recall=_score("recall", "Recall", recall[label], confusion.share(label, 1)),
            f1=_score("f1", "F1", f1[label], confusion.f1_interval(label)),
        )
        for label, name in enumerate(evidence.facts.classes)
    ]
    return scores, classes


def _by_shares(evidence: Evidence) -> tuple[dict[str, float], dict[str, Interval | None]]:
    """What the probabilities come to."""
    from sklearn.metrics import (
        average_precision_score,
        brier_score_loss,
        log_loss,
        roc_auc_score,
    )

    shares, targets = evidence.probabilities, evidence.targets
    assert shares is not None, "classes have probabilities"
    num_classes, samples = shares.shape[1], len(evidence)
    labels = list(range(num_classes))
    there = np.unique(targets)
    values: dict[str, float] = {}
    statistics: dict[str, Statistic] = {}
    if len(there) > 1:
        judged = [1] if num_classes == 2 else there.tolist()
        ranked = [(targets == label, shares[:, label]) for label in judged]
        values["roc_auc"] = float(np.mean([roc_auc_score(*one) for one in ranked]))
        values["pr_auc"] = float(np.mean([average_precision_score(*one) for one in ranked]))
        rankings = [Ranking(share, truth) for truth, share in ranked]
        areas = {
            "roc_auc": average([one.roc_auc for one in rankings]),
            "pr_auc": average([one.pr_auc for one in rankings]),
        }
        most = num_resamples(samples * len(judged), _RANKED)
        statistics |= {name: first(most, area) for name, area in areas.items()}
    values["log_loss"] = float(log_loss(targets, shares, labels=labels))
    statistics["log_loss"] = mean_of(evidence.losses)
    values["brier_score"] = float(brier_score_loss(targets, shares, labels=labels))
    statistics["brier_score"] = mean_of(brier_terms(shares, targets))
    found = intervals(samples, statistics, together=evidence.together)
    if evidence.facts.positions:
        for name, told in (("perplexity", math.exp), ("bits_per_token", _in_bits)):
            values[name] = told(values["log_loss"])
            own = found["log_loss"]
            found[name] = None if own is None else (told(own[0]), told(own[1]))
    return values, found


def _in_bits(nats: float) -> float:
    return nats / math.log(2)


def brier_terms(shares: Array, targets: Array) -> Array:
    """The squared distance of each sample's shares from what came true; half of it for two."""
    truth = np.zeros_like(shares)
    truth[np.arange(len(targets)), targets] = 1.0
    terms: Array = np.square(shares - truth).sum(1)
    return terms / 2 if shares.shape[1] == 2 else terms


class _Confusion:
    """Counts by (actual, predicted) class, and what they would be of other samples.

    To draw samples anew is to draw the counts of the cells anew: a multinomial distribution.
    """

    def __init__(
        self, targets: Array, predicted: Array, num_classes: int, together: int = 1
    ) -> None:
        samples = len(targets)
        cells, counts = np.unique(targets * num_classes + predicted, return_counts=True)
        self._actual, self._taken_for = cells // num_classes, cells % num_classes
        self._counts = counts[None, :].astype(np.float64)
        number = num_resamples(samples + num_classes**2)
        self._num_classes = num_classes
        self._sides = self._sums(self._counts)
        self._is_drawn_together = together > 1
        if together > 1:
            cell = np.searchsorted(cells, targets * num_classes + predicted)
            flags = np.zeros((samples // together, len(counts)))
            np.add.at(flags, (np.arange(samples) // together, cell), 1.0)
            parts = [weights @ flags for weights in drawn(len(flags), number)]
            self._drawn = self._sums(np.concatenate(parts))
            return
        generator = np.random.default_rng(0)
        others = generator.multinomial(samples, counts / samples, number)
        self._drawn = self._sums(others.astype(np.float64))

    def _sums(self, counts: Array) -> tuple[Array, Array, Array]:
        """(resamples, classes) each: hits, samples taken for the class, samples of the class."""
        rows = len(counts)
        hits, taken, actual = (np.zeros((rows, self._num_classes)) for _ in range(3))
        for place in range(counts.shape[1]):
            a, b = self._actual[place], self._taken_for[place]
            taken[:, b] += counts[:, place]
            actual[:, a] += counts[:, place]
            if a == b:
                hits[:, a] += counts[:, place]
        return hits, taken, actual

    def share(self, label: int, side: int) -> Interval | None:
        """The interval of a class's precision (side 0) or recall (side 1)."""
        hits, of = self._sides[0][0, label], self._sides[1 + side][0, label]
        if self._is_drawn_together and of:
            return percentiles([self._values(("precision", "recall")[side])[:, label]])
        return wilson(int(hits), int(of))

    def f1_interval(self, label: int) -> Interval | None:
        """The interval of a class's F1."""
        if not self._sides[2][0, label]:
            return None
        return percentiles([self._values("f1")[:, label]])

    def mean_interval(self, name: str) -> Interval | None:
        """The interval of the mean over the classes that have samples."""
        values, there = self._values(name), self._drawn[2] > 0
        means = np.where(there, np.nan_to_num(values), 0.0).sum(1) / there.sum(1)
        return percentiles([means])

    def _values(self, name: str) -> Array:
        hits, taken, actual = self._drawn
        above, below = {
            "precision": (hits, taken),
            "recall": (hits, actual),
            "f1": (2 * hits, taken + actual),
        }[name]
        values: Array = np.divide(above, below, out=np.full_like(hits, np.nan), where=below > 0)
        return values


def _score(name: str, title: str, value: float, interval: Interval | None) -> Score:
    low, high = interval if interval is not None else (None, None)
    return Score(
        name=name,
        title=title,
        value=float(value) if np.isfinite(value) else None,
        low=low,
        high=high,
    )
