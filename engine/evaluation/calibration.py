"""Whether probabilities come true: reliability, expected calibration error, a temperature."""

from __future__ import annotations

import math

import numpy as np

from engine.evaluation.evidence import Array, Evidence
from engine.evaluation.judgement import Calibration, ReliabilityBin
from engine.evaluation.resampling import share_interval, wilson

BINS = 10
_LEAST, _MOST = -3.0, 3.0
"""Natural logarithms of temperatures between which one is looked for."""
_SMALLEST = 1e-300


def calibration(evidence: Evidence, fitted_to: Evidence | None) -> Calibration:
    """How probabilities come true on the evidence, and what one temperature makes of them.

    fitted_to: samples that the temperature is fitted to; None: to halves of the evidence, each
    measured with the other's.
    """
    shares, targets = evidence.probabilities, evidence.targets
    assert shares is not None, "classes have probabilities"
    if fitted_to is not None and fitted_to.probabilities is not None:
        temperature = best_temperature(fitted_to.probabilities, fitted_to.targets)
        scaled = at_temperature(shares, temperature)
    else:
        temperature = best_temperature(shares, targets)
        scaled = shares.copy()
        for half in (0, 1):
            other = best_temperature(shares[1 - half :: 2], targets[1 - half :: 2])
            scaled[half::2] = at_temperature(shares[half::2], other)
    return Calibration(
        bins=reliability(shares, targets, evidence.together),
        error=calibration_error(shares, targets),
        temperature=temperature,
        error_after=calibration_error(scaled, targets),
        log_loss=_log_loss(shares, targets),
        log_loss_after=_log_loss(scaled, targets),
        fitted_to=fitted_to.split if fitted_to is not None else "",
    )


def reliability(shares: Array, targets: Array, together: int = 1) -> list[ReliabilityBin]:
    """How often the likeliest class is right, by the share that it was given, in equal steps.

    together: so many samples in a row go together, and are drawn so for the intervals.
    """
    found = []
    is_right = shares.argmax(1) == targets
    for low, inside in _binned(shares):
        if not inside.any():
            continue
        right = is_right[inside]
        between = (
            wilson(int(right.sum()), len(right))
            if together == 1
            else share_interval(is_right & inside, inside, together)
        )
        low_right, high_right = between or (None, None)
        found.append(
            ReliabilityBin(
                low=low,
                high=low + 1 / BINS,
                samples=len(right),
                share=float(shares[inside].max(1).mean()),
                right=float(right.mean()),
                low_right=low_right,
                high_right=high_right,
            )
        )
    return found


def calibration_error(shares: Array, targets: Array) -> float:
    """The expected calibration error, in equal steps of the likeliest class's share (Guo 2017)."""
    if not len(targets):
        return math.nan
    right = shares.argmax(1) == targets
    likeliest = shares.max(1)
    off = 0.0
    for _, inside in _binned(shares):
        if inside.any():
            off += abs(float((right[inside] - likeliest[inside]).sum()))
    return off / len(targets)


def best_temperature(shares: Array, targets: Array) -> float:
    """The one number that probabilities' logarithms are divided by for the least log loss."""
    from scipy.optimize import minimize_scalar

    if not len(targets):
        return 1.0
    logs = np.log(np.maximum(shares, _SMALLEST))
    places = np.arange(len(targets))

    def log_loss(log_temperature: float) -> float:
        scaled = logs / math.exp(log_temperature)
        top = scaled.max(1)
        whole = top + np.log(np.exp(scaled - top[:, None]).sum(1))
        return float((whole - scaled[places, targets]).mean())

    found = minimize_scalar(log_loss, bounds=(_LEAST, _MOST), method="bounded")
    return math.exp(float(found.x))


def at_temperature(shares: Array, temperature: float) -> Array:
    """Probabilities as a temperature makes them: softer above 1, sharper below."""
    logs = np.log(np.maximum(shares, _SMALLEST)) / temperature
    powers = np.exp(logs - logs.max(1, keepdims=True))
    scaled: Array = powers / powers.sum(1, keepdims=True)
    return scaled


def _binned(shares: Array) -> list[tuple[float, Array]]:
    place = np.minimum((shares.max(1) * BINS).astype(int), BINS - 1)
    return [(n / BINS, place == n) for n in range(BINS)]


def _log_loss(shares: Array, targets: Array) -> float:
    of_true = shares[np.arange(len(targets)), targets]
    return float(-np.log(np.clip(of_true, np.finfo(np.float64).eps, 1.0)).mean())
