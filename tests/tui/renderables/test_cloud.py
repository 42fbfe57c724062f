"""Two clouds of points in one frame."""

from __future__ import annotations

import pytest

from engine.runs.pictures import Cloud
from tui.renderables.cloud import cloud_rows
from tui.renderables.look import Look

_CLOUD = Cloud(
    x1=(0.0, 4.0),
    x2=(0.0, 4.0),
    data=[(0.5, 3.5), (3.5, 0.5)],
    made=[(3.5, 0.5), (9.0, 0.0)],
    distance=0.25,
    floor=0.125,
)


def test_what_is_made_hides_the_data_below_it() -> None:
    """Signs stand where the points are; one beyond the edge is counted."""
    rows = [row.plain for row in cloud_rows(_CLOUD, 40, 8, Look(ascii=True, color="none"))]
    assert rows[0].startswith("     4| .")
    drawn = [row.partition("|")[2] for row in rows if "|" in row]
    assert drawn[-1].rstrip().endswith("o")
    assert "." not in drawn[-1]
    told = " ".join(rows[-2:])
    assert "distance 0.25, of other data 0.125" in told
    assert "1 beyond the edge" in told


@pytest.mark.parametrize("width", [0, 1, 15, 80])
@pytest.mark.parametrize("height", [0, 1, 40])
def test_it_fits_any_room(width: int, height: int) -> None:
    """No row is wider than there is room."""
    assert all(row.cell_len <= max(width, 1) for row in cloud_rows(_CLOUD, width, height, Look()))
