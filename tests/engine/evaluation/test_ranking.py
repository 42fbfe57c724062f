"""Areas under curves of resamples are scikit-learn's of samples weighted as often as drawn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from engine.evaluation.ranking import Ranking, average
from engine.evaluation.resampling import drawn


def test_areas_are_scikit_learns() -> None:
    """Also where shares tie."""
    generator = np.random.default_rng(0)
    truth = generator.random(60) < 0.4
    shares = (generator.random(60) + truth).round(1)
    ranking = Ranking(shares, truth)
    (weights,) = drawn(60, 5)
    areas = roc_auc_score, average_precision_score
    expected = [[area(truth, shares, sample_weight=w) for area in areas] for w in weights]
    found = list(zip(ranking.roc_auc(weights), ranking.pr_auc(weights), strict=True))
    assert np.array(found) == pytest.approx(np.array(expected), abs=1e-12)


def test_a_resample_of_one_side_has_no_area() -> None:
    """It is left out of a mean; where all are, so is the mean."""
    one, other = (Ranking(np.array([0.9, 0.1]), np.array(truth)) for truth in ([1, 0], [0, 1]))
    weights = np.array([[2.0, 0.0], [1.0, 1.0]])
    assert np.isnan(one.roc_auc(weights)).tolist() == [True, False]
    assert one.roc_auc(weights)[1] == 1
    assert other.roc_auc(weights)[1] == 0
    assert average([one.pr_auc, other.pr_auc])(weights).tolist() == [1.0, 0.75]
