"""What is said of a preset that can't learn; tests/presets/test_measured.py has the others."""

from __future__ import annotations

from tests.presets.watched import watched


def test_the_dead_tutorial_is_found() -> None:
    """The tutorial whose last ReLU kills its only output is found to be just that."""
    assert ("error", "dead-units", "layers[3]") in watched("one-step").appeared
