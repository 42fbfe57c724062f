"""Where the network stands on the workbench, decided before anything of it is known."""

from __future__ import annotations

import pytest

from tui.network_plan import room_for_network
from tui.renderables.network import Shape

SMALL = [Shape(2, label=2), Shape(6), Shape(1, label=6)]
LARGE = [Shape(2, label=2), Shape(32), Shape(32), Shape(1, label=10)]


@pytest.mark.parametrize(
    ("size", "small", "large"),
    [
        ((54, 32), "above", None),
        ((102, 56), "beside", "above"),
        ((139, 56), "beside", "beside"),
        ((30, 12), None, None),
    ],
    ids=["120x36", "200x60", "240x60", "small"],
)
def test_picture_and_tiles_are_as_large_as_can_be(
    size: tuple[int, int], small: str | None, large: str | None
) -> None:
    """Beside the picture on a wide screen, unless many units are larger above it."""
    assert room_for_network(SMALL, *size) == small
    assert room_for_network(LARGE, *size) == large


def test_the_other_side_is_taken_where_only_that_has_room() -> None:
    """A network that is broad stands above, one that is high beside; else it has no room."""
    broad = [Shape(2, label=2), *[Shape(2)] * 9, Shape(1)]
    assert room_for_network(broad, 110, 59) == "above"
    high = [Shape(12, label=9), Shape(8), Shape(1)]
    assert room_for_network(high, 90, 42) == "beside"
    assert room_for_network(broad, 40, 20) is None
    assert room_for_network([Shape(13), Shape(1)], 140, 59) is None
