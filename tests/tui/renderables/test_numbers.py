"""Numbers are written with a steady precision and never fail."""

from __future__ import annotations

import math

import pytest

from tui.renderables.numbers import count, duration, fraction, metric, rate, short, tick_labels


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.23514, "0.2351"),
        (12.3456, "12.346"),
        (123.456, "123.46"),
        (1234.56, "1234.6"),
        (0.0, "0.0000"),
        (0.00012, "1.200e-04"),
        (-3e9, "-3.000e+09"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (None, "-"),
    ],
)
def test_metric(value: float | None, text: str) -> None:
    """About four significant digits, and a word for what is not finite."""
    assert metric(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.349, "0.35 s"),
        (12.44, "12.4 s"),
        (59.96, "1 m 00 s"),
        (65, "1 m 05 s"),
        (3600, "1 h 00 m"),
        (7380, "2 h 03 m"),
        (90000, "1 d 01 h"),
        (None, "-"),
        (math.inf, "-"),
    ],
)
def test_duration(seconds: float | None, text: str) -> None:
    """The two largest units, rounded without a 60 in the smaller."""
    assert duration(seconds) == text


def test_the_others() -> None:
    """Counts have thousands, rates a unit, fractions three decimals."""
    assert count(1234567) == "1,234,567"
    assert count(None) == "-"
    assert rate(1234.4, "steps") == "1,234 steps/s"
    assert rate(3.21, "steps") == "3.2 steps/s"
    assert rate(math.nan, "steps") == "- steps/s"
    assert fraction(0.9524) == "0.952"
    assert fraction(None) == "-"
    assert short(-0.0) == "0"
    assert tick_labels([0.0, 0.5, 1.0]) == ["0.0", "0.5", "1.0"]
    assert tick_labels([0.0, 5e12]) == ["0", "5000G"]
    assert tick_labels([0.0, 1.5e22]) == ["0", "1.5e+22"]
