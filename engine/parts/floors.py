"""The lowest value that a loss can take when its logits are held in bounds."""

from __future__ import annotations

import math


def softmax_floor(classes: int, span: float, smoothing: float = 0.0) -> float:
    """The least cross-entropy of a softmax whose logits differ by at most span.

    Without smoothing log(1 + (classes - 1)·exp(-span)); with it the logits need not
    differ by more than the smoothed target's own do.
    """
    wrong = smoothing / classes
    right = 1 - smoothing + wrong
    gap = min(span, math.log(right / wrong)) if wrong else span
    log_sum = math.log1p((classes - 1) * math.exp(-gap))
    return right * log_sum + (classes - 1) * wrong * (log_sum + gap)


def logistic_floors(lowest: float, highest: float) -> tuple[float, float]:
    """The least binary cross-entropy of a sample of class 0 and of class 1.

    Its logit lies between lowest and highest.
    """
    return _softplus(lowest), _softplus(-highest)


def _softplus(x: float) -> float:
    """log(1 + exp(x)), for any x that is not nan."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))
