"""A picture that a network learns, beside the one that it is of, wherever it is shown."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.runs.events import RunFinished
from engine.runs.pictures import Comparison, Painting, Pictures
from tui.film.frame import _picture
from tui.live.snapshot import Snapshot
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


def test_what_the_network_before_had_stands_between_them() -> None:
    """Of the same picture only; a training is judged by one that ended, whose picture is kept."""
    rows = painting_rows(PICTURE, 70, 20, PLAIN, before=replace(PICTURE, psnr=21.5))
    (captions,) = [row.plain for row in rows if "dB" in row.plain]
    assert captions.split("  ")[0].startswith("painted by the ne")
    ended = RunFinished(
        reason="completed", run="", epochs=1, steps=1, elapsed_s=1.0, metrics={"train_loss": 0.5}
    )
    before = Snapshot("finished", pictures=PICTURES, finished=ended).judge
    assert before is not None
    other = replace(PICTURES, painting=replace(PICTURE, original=bytes(40)))
    assert Snapshot("running", pictures=PICTURES, before=before).painted_before == PICTURE
    assert Snapshot("running", pictures=other, before=before).painted_before is None
    assert Snapshot("running", before=before).painted_before is None
    assert Snapshot("running", pictures=PICTURES).painted_before is None
