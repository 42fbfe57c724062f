"""What the section `making` of `make bench` measures, and by what it judges."""

from __future__ import annotations

import math

import pytest

from tests.benchmarks.making import SCORES, on_modes
from tests.presets.measure import NAMES, preset


def test_every_healthy_preset_of_its_groups_is_measured() -> None:
    """One that is added is raced, too; those that show what goes wrong are not."""
    found = {
        name
        for name in NAMES
        if preset(name).group in ("Sequences", "Making")
        and preset(name).healthy
        and not name.endswith("-repaired")
    }
    assert found == {*SCORES}


def test_points_count_where_they_are_near_a_center() -> None:
    """Three deviations from one of the eight are as far as a point may lie."""
    slant = math.sqrt(2)
    points = [(2.0, 0.0), (slant, slant), (-2.0, 0.29), (0.0, 2.31), (0.0, 0.0)]
    assert on_modes(points) == pytest.approx(3 / 5)
