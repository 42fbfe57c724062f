"""What two trainings that were tried side by side came to."""

from __future__ import annotations

import msgspec


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A training that was tried for a moment."""

    epochs: int
    """Begun, the last maybe not ended."""
    steps: int
    losses: list[float | None]
    """Of the steps, in order; None for one that is not finite."""
    metrics: dict[str, float | None]
    """Measured at its end, by names like `test_accuracy`."""
    num_parameters: int
    is_over: bool
    """Whether it came to its end, and was not cut short."""


class SideBySide(msgspec.Struct, frozen=True, kw_only=True):
    """Two trainings, both as long as the shorter one."""

    first: Tried
    second: Tried
