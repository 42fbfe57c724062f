"""How many random examples a claim is tried on."""

from __future__ import annotations

import os

IS_THOROUGH = "PERCEPTUI_TEST_ALL" in os.environ
"""Set by `make test-all`."""


def examples(most: int) -> int:
    """So many in `make test-all`, a quarter of them in `make test`."""
    return most if IS_THOROUGH else most // 4
