"""Two clouds of points in one frame."""

from __future__ import annotations

import msgspec
import pytest

from engine.runs.pictures import Boundary, Cloud
from tui.renderables.cloud import cloud_rows, leading
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


_JUDGED = msgspec.structs.replace(
    _CLOUD,
    judged=Boundary(
        columns=2,
        rows=1,
        cells=bytes([5, 11]),
        levels=6,
        classes=("data", "made"),
        x1=(0.0, 4.0),
        x2=(0.0, 4.0),
        points=[],
    ),
    told_apart=0.75,
)


def test_what_the_discriminator_takes_them_for_lies_behind() -> None:
    """Data at the left, made points at the right; the line below says who leads."""
    rows = [row.plain for row in cloud_rows(_JUDGED, 40, 10, Look(color="none"))]
    area = [row.partition("│")[2] for row in rows if "│" in row]
    half = len(area[1]) // 2
    assert set(area[1][:half]) == {"▒"}
    assert set(area[1][half:]) == {":"}
    assert " ".join(rows[-2:]) == "The discriminator leads: it tells 75% right, guessing has 50%."


def test_points_keep_the_area_that_they_lie_on() -> None:
    """A sign has the color of its area as its paper."""
    drawn = cloud_rows(_JUDGED, 40, 10, Look())
    papers = {str(span.style) for row in drawn for span in row.spans if "on " in str(span.style)}
    assert len(papers) >= 2


@pytest.mark.parametrize(
    ("d1", "d2", "unicode", "plain"),
    [(1, 0, "→", ">"), (0, 1, "↑", "^"), (-1, -1, "↙", "/"), (1, -1, "↘", "\\"), (-1, 0, "←", "<")],
)
def test_arrows_point_where_noise_is_sent(d1: float, d2: float, unicode: str, plain: str) -> None:
    """Each as it looks on the screen; where points are, and where nothing moves, none is seen."""
    arrows = [(1.5, 1.5, d1, d2), (2.5, 2.5, 0.01, 0.0), (3.5, 0.5, d1, d2)]
    picture = msgspec.structs.replace(_CLOUD, arrows=arrows)
    for look, sign in ((Look(), unicode), (Look(ascii=True, color="none"), plain)):
        rows = [row.plain[7:] for row in cloud_rows(picture, 40, 12, look)]
        drawn = "".join(row for row in rows[:-4] if "+--" not in row and "└" not in row)
        assert [one for one in drawn if one in "→↗↑↖←↙↓↘>/^\\<v"] == [sign]
    assert "where noise is sent halfway" in " ".join(
        row.plain for row in cloud_rows(picture, 72, 12, Look())
    )


@pytest.mark.parametrize(
    ("told_apart", "leader"),
    [(None, ""), (0.52, "Neither leads"), (0.9, "The discriminator"), (0.3, "The network leads")],
)
def test_who_leads_is_whoever_is_not_guessing(told_apart: float | None, leader: str) -> None:
    """Near a half neither does."""
    assert leading(told_apart).startswith(leader)


@pytest.mark.parametrize("picture", [_CLOUD, _JUDGED])
@pytest.mark.parametrize("width", [0, 1, 15, 80])
@pytest.mark.parametrize("height", [0, 1, 40])
def test_it_fits_any_room(picture: Cloud, width: int, height: int) -> None:
    """No row is wider than there is room."""
    assert all(row.cell_len <= max(width, 1) for row in cloud_rows(picture, width, height, Look()))


def test_points_are_seen_on_their_way_from_noise() -> None:
    """After a stage they stand where they were then, without arrows and distance of the end."""
    way = bytes([1, 254, 254, 1, 0, 0, 254, 254])
    picture = msgspec.structs.replace(
        _CLOUD, steps=4, stages=[0, 2], way=way, arrows=[(1.5, 1.5, 1.0, 0.0)]
    )
    assert picture.points_after(0)[0] == pytest.approx((0.0, 4.0), abs=0.01)
    look = Look(ascii=True, color="none")
    rows = [row.plain for row in cloud_rows(picture, 60, 8, look, stage=0)]
    drawn = [row.partition("|")[2] for row in rows if "|" in row]
    assert drawn[0].startswith("o")
    assert drawn[-1].rstrip().endswith("o")
    assert "noise, before the first of 4 steps" in " ".join(rows[-2:])
    assert not any(word in " ".join(rows) for word in (">", "distance", "beyond"))
    rows = [row.plain for row in cloud_rows(picture, 60, 8, look, stage=1)]
    assert "after 2 of 4 steps" in " ".join(rows[-2:])
    assert "1 beyond the edge" in " ".join(rows[-2:])
