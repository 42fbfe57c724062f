"""Numbers as people read them in tables and status lines; always ASCII."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tui.language import tr


def metric(value: float | None) -> str:
    """A loss or an error with about four significant digits; `-` where there is none."""
    if value is None:
        return "-"
    if not math.isfinite(value):
        return _non_finite(value)
    size = abs(value)
    if size != 0 and (size < 1e-3 or size >= 1e5):
        return f"{value:.3e}"
    decimals = 4 if size < 10 else 3 if size < 100 else 2 if size < 1000 else 1
    return f"{value:.{decimals}f}"


def fraction(value: float | None, decimals: int = 3) -> str:
    """A share of one (accuracy, precision) with so many decimals."""
    if value is None:
        return "-"
    return f"{value:.{decimals}f}" if math.isfinite(value) else _non_finite(value)


def short(value: float | None) -> str:
    """A number in as few characters as tell it, for axes: `0.25`, `-3`, `1e+06`."""
    if value is None:
        return "-"
    if not math.isfinite(value):
        return _non_finite(value)
    return f"{value + 0.0:.4g}"  # + 0.0 turns -0.0 into 0.0


def tick_labels(values: Sequence[float]) -> list[str]:
    """The numbers of one axis, all with as many decimals as one of them needs."""
    labels = [short(value) for value in values]
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    for scale, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if 10 * scale <= largest < 10_000 * scale and all(
            value % (scale / 100) == 0 for value in values
        ):
            return [f"{value / scale:g}{letter}" if value else "0" for value in values]
    if any("e" in label for label in labels):
        return labels
    decimals = max((len(label.partition(".")[2]) for label in labels), default=0)
    return [f"{value + 0.0:.{decimals}f}" for value in values]


def count(value: int | None) -> str:
    """A whole number with commas between the thousands."""
    return "-" if value is None else f"{value:,}"


def counted(number: int, what: str) -> str:
    """A number of things: `1 epoch`, `2,000 epochs`."""
    return tr(f"{number:,} {what if number == 1 else what + 's'}")


def duration(seconds: float | None) -> str:
    """A time span in its two largest units: `0.35 s`, `12.4 s`, `1 m 05 s`, `2 h 03 m`."""
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return "-"
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02d} s"
    minutes = round(seconds / 60)
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02d} m"
    hours = round(seconds / 3600)
    return f"{hours // 24} d {hours % 24:02d} h"


def moment(seconds: float) -> str:
    """A short time span with its unit: `65 µs`, `1.2 ms`, `0.35 s`."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.3g} µs"
    return f"{seconds * 1e3:.3g} ms" if seconds < 0.1 else duration(seconds)


def ago(seconds: float) -> str:
    """How long something is past, in one unit: `now`, `5 min ago`, `2 h ago`, `3 days ago`."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return tr("now")
    if minutes < 60:
        return tr(f"{minutes} min ago")
    if minutes < 24 * 60:
        return tr(f"{minutes // 60} h ago")
    return tr(f"{counted(minutes // (24 * 60), 'day')} ago")


def rate(per_second: float | None, unit: str) -> str:
    """How many per second: `1,234 steps/s`, `3.2 steps/s`."""
    if per_second is None or not math.isfinite(per_second):
        return tr(f"- {unit}/s")
    figure = f"{per_second:,.0f}" if per_second >= 100 else f"{per_second:.1f}"
    return tr(f"{figure} {unit}/s")


def _non_finite(value: float) -> str:
    if math.isnan(value):
        return "nan"
    return "inf" if value > 0 else "-inf"


def how_far(done_bytes: int, total_bytes: int | None) -> str:
    """How much of some bytes is there: `25%, 2.0 of 8.0 MB`."""
    done = f"{done_bytes / 1e6:,.1f}"
    if not total_bytes:
        return f"{done} MB"
    return tr(f"{done_bytes / total_bytes:.0%}, {done} of {total_bytes / 1e6:,.1f} MB")
