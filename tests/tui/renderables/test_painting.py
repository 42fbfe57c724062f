"""A picture that a network learns, beside the one that it is of, wherever it is shown."""

from __future__ import annotations

import pytest

from engine.runs.pictures import Comparison, Painting, Pictures
from tui.film.frame import _picture
from tui.renderables.look import Look
from tui.renderables.painting import painting_rows
from tui.report.document import Chart
from tui.report.of_run import _pictures
from tui.report.plots import drawn

PICTURE = Painting(
    height=2,
    width=20,
    channels=1,
    original=bytes([255] * 20 + [0] * 20),
    painted=bytes([0] * 40),
    psnr=3.01,
)
PICTURES = Pictures(
    losses=[],
    comparison=Comparison(
        actual=[], predicted=[], probabilities=[], classes=(), split="train", num_samples=40
    ),
    painting=PICTURE,
)
PLAIN = Look(color="none")


@pytest.mark.parametrize(("width", "told"), [(60, 1), (40, 2)])
def test_they_stand_where_they_are_larger(width: int, told: int) -> None:
    """Side by side where there is room for both, else one below the other."""
    texts = [row.plain for row in painting_rows(PICTURE, width, 20, PLAIN)]
    captions = [text for text in texts if "dB" in text or "original" in text]
    assert len(captions) == told
    assert captions[0].startswith("painted by the network: 3.0 dB")
    assert "the original" in captions[-1]


def test_films_and_reports_show_it() -> None:
    """A frame has the rows of the app, a page has both as images of one chart."""
    rows = [row.plain for row in _picture(PICTURES, [], 50, 20, PLAIN)]
    assert rows == [row.plain for row in painting_rows(PICTURE, 50, 20, PLAIN)]
    (chart,) = _pictures(PICTURES, "", ())
    assert isinstance(chart, Chart)
    assert drawn(chart, 1).count("<image") == 2
