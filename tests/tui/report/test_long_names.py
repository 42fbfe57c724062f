"""What runs are called has room, however they are called."""

from __future__ import annotations

import pytest

from tests.tui.conftest import Trained
from tui.report.document import Line, Lines, Prose, Table
from tui.report.of_runs import LONGEST, page_of_runs
from tui.report.plots import curves

pytest.importorskip("matplotlib", reason="needs the extra report")


@pytest.mark.parametrize(
    ("names", "is_below"),
    [
        (["one", "two"], False),
        (["one", f"two, {'which differs ' * 4}"], True),
        (list("abcd"), True),
    ],
)
def test_a_legend_covers_no_line(names: list[str], is_below: bool) -> None:
    """Long names, and many of them, stand below the drawing."""
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    lines = [Line(name, [0, 1], [1.0, 0.5]) for name in names]
    curves.draw_lines(Lines(lines, "epoch", "Loss"), axes)
    figure.draw_without_rendering()
    legend, drawing = axes.get_legend(), axes.get_window_extent()
    assert legend is not None
    assert bool(legend.get_window_extent().y1 < drawing.y0) == is_below


def test_columns_have_short_names(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole name stands above the command line that trains the run again."""
    from engine.runs.run import Run

    long = "A title that somebody has thought about for long, and then for longer"
    monkeypatch.setattr(Run, "title", lambda _: long)
    run = Run(trained.run)
    page = page_of_runs([run, run])
    tables = [block for one in page.sections for block in one.blocks if isinstance(block, Table)]
    assert tables
    for table in tables:
        assert all(len(name) <= LONGEST for name in table.titles)
    told = [block.text for block in page.sections[-1].blocks if isinstance(block, Prose)]
    assert [long in text for text in told] == [True, True]
