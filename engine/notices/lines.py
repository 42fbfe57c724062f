"""What a trainer tells the process that watches it, a line of JSON each."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["end", "divergence", "stall", "death"]
MOST_TEXT = 1000
"""Characters of a line's text: a line is written to a pipe whole or not at all."""


class Beat(msgspec.Struct, frozen=True, tag="beat"):
    """How far a training is."""

    step: int
    usual_s: float
    """What a step takes, the mean over all so far; 0 before the first."""
    waits: bool
    """Whether it is paused."""


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """What became of it; no other line follows."""

    kind: Kind | Literal["quiet"]
    """`quiet`: as its person wanted it, who need not be told."""
    text: str


Line = Beat | Ended
