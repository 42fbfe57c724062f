"""How the threads of one operation wait for each other."""

from __future__ import annotations

import os
from collections.abc import MutableMapping

SPINS = 1000
"""Looks that a thread takes before it goes to sleep: what GNU's OpenMP itself takes where it knows
of more threads than processors. By itself it takes 300,000, milliseconds in which a thread that it
waits for may want this very processor: with others at work on two processors `mnist-cnn` did 18
steps a second so, and 75 with this."""
TOLD_BY = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
"""Variables by which a person says it otherwise."""


def sleep_soon(environment: MutableMapping[str, str] = os.environ) -> None:
    """Have waiting threads give their processor away soon; before torch is loaded, which reads it.

    It changes no number.
    """
    if not any(name in environment for name in TOLD_BY):
        environment["GOMP_SPINCOUNT"] = str(SPINS)
