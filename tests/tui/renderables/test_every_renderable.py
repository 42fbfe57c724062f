"""What holds for every renderable: width, alphabet, colors, and no exception for any data."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.style import Style
from rich.text import Text

from engine.runs.pictures import (
    Boundary,
    Comparison,
    Painting,
    Pictures,
    Point,
    SequenceMap,
    TokenPlane,
)
from engine.runs.tile import Tile
from tests.thoroughness import IS_THOROUGH
from tui.renderables.accuracy_table import (
    ClassScore,
    Score,
    SplitScore,
    class_table,
    split_table,
)
from tui.renderables.actual_predicted import (
    Outcome,
    class_outcomes,
    fitted_curve,
    over_samples,
    predicted_labels,
    scatter,
    value_outcomes,
)
from tui.renderables.boundary import boundary, grid_size
from tui.renderables.compared_pictures import compared_pictures
from tui.renderables.confusion import confusion
from tui.renderables.images import Image, gallery
from tui.renderables.layer_table import LayerRow, layer_table
from tui.renderables.look import Look
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.painting import painting_rows
from tui.renderables.predictions import class_prediction, value_prediction
from tui.renderables.progress_bar import progress_bar
from tui.renderables.sample import sample_rows
from tui.renderables.sequence import following_rows, sequence_rows
from tui.renderables.small_multiples import Small, small_multiples
from tui.renderables.sparkline import sparkline
from tui.renderables.sweep import Line, heat_map, sheet

Values = Sequence[float | None]
Draw = Callable[[Values, Sequence[str], int, Look], list[Text]]


def _numbers(values: Values) -> list[float]:
    return [0.0 if value is None else value for value in values]


def _losses(values: Values, names: Sequence[str], width: int, look: Look, log: bool) -> list[Text]:
    series = [LossSeries(name, range(1, len(values) + 1), values) for name in names]
    return loss_chart(series, width, 12, look, log=log)


def _sweep_lines(values: Values, names: Sequence[str]) -> list[Line]:
    return [
        Line((name, str(index)), value, value, name, is_best=not index)
        for index, value in enumerate(values[:6])
        for name in names
    ]


def _heat_map(values: Values, names: Sequence[str], width: int, look: Look) -> list[Text]:
    lines = _sweep_lines(values, names)
    cells = {(line.values[0], line.values[1]): line for line in lines}
    across = list(map(str, range(6)))
    return heat_map(("a", "b"), (list(dict.fromkeys(names)), across), cells, width, look)


def _sweep_table(values: Values, names: Sequence[str], width: int, look: Look) -> list[Text]:
    lines = _sweep_lines(values, names)
    found = sheet(("a", "b"), "loss", lines, look)
    return [found.heading(width), *(found.row(index, width) for index in range(len(lines)))]


def _small_multiples(values: Values, names: Sequence[str], width: int, look: Look) -> list[Text]:
    cells = bytes(index % 12 for index in range(64))
    field = Boundary(
        columns=8, rows=8, cells=cells, levels=6, classes=("a", "b"), x1=(0, 1), x2=(0, 1),
        points=[],
    )  # fmt: skip
    pictures = [Small(name, field if index % 2 else None) for index, name in enumerate(names)]
    return small_multiples(pictures, width, 12, look)


def _boundary(values: Values, names: Sequence[str], width: int, look: Look) -> list[Text]:
    columns, rows = grid_size(width, 12, look)
    top = max(3 * len(names), 3)
    numbers, count = _numbers(values), max(len(names), 1)
    picture = Boundary(
        columns=columns,
        rows=rows,
        cells=bytes((c * r) % top % 256 for r in range(rows) for c in range(columns)),
        levels=3,
        classes=tuple(names),
        x1=(-1.0, 1.0),
        x2=(-2e9, 2.0),
        points=[Point(v, -v, n % count, 0, n % 2 == 0) for n, v in enumerate(numbers)],
    )
    return boundary(picture, width, look)


def _confusion(values: Values, names: Sequence[str], width: int, look: Look) -> list[Text]:
    counts = [
        [(7 * a * p + len(values)) % 900 for p in range(len(names))] for a in range(len(names))
    ]
    return confusion(counts, names, width, look)


def _sequence(values: Values, names: Sequence[str], width: int, look: Look) -> list[Text]:
    count, numbers = len(names), _numbers(values)[: len(names)]
    head = Tile("saliency", count, count, bytes(50 * n % 256 for n in range(count**2)), 0.0, 1.0)
    wide = 30
    states = Tile("map", wide, 3, bytes(n % 13 for n in range(3 * wide)), -1.0, 1.0)
    maps = [
        SequenceMap(layer="layers[0]", kind="attention", edge=list(names), tiles=[head] * 9),
        SequenceMap(layer="layers[1]", kind="states", edge=[], tiles=[states]),
    ]
    known = [value if math.isfinite(value) else 0.0 for value in numbers]
    plane = TokenPlane(names=list(names)[: len(known)], x=known, y=known[::-1], share=0.5)
    return sequence_rows(maps, plane, width, look)


def _painting(values: Values, names: Sequence[str], width: int, look: Look) -> list[Text]:
    close = values[0] if values else None
    pixels = bytes(range(45))
    size = {"height": 3, "width": 5, "channels": 3}
    picture = Painting(**size, original=pixels, painted=pixels[::-1], psnr=close)
    return painting_rows(picture, width, 12, look)


def _compared(values: Values, names: Sequence[str], width: int, look: Look) -> list[Text]:
    pixels = bytes(range(45))
    size = {"height": 3, "width": 5, "channels": 3}
    picture = Painting(**size, original=pixels, painted=pixels[::-1], psnr=None)
    field = Boundary(
        columns=3, rows=2, cells=bytes(6), levels=6, classes=("a", "b"), x1=(0, 1), x2=(0, 1),
        points=[],
    )  # fmt: skip
    compared = Comparison(
        actual=[], predicted=[], probabilities=[], classes=(), split="train", num_samples=4
    )
    drawn = Pictures(losses=[], comparison=compared, boundary=field, painting=picture)
    return compared_pictures([(name, drawn) for name in names], width, 12, look)


def _curve(values: Values, names: Sequence[str], width: int, look: Look) -> list[Text]:
    numbers = _numbers(values)
    pairs = list(zip(numbers, numbers[::-1], strict=True))
    return fitted_curve((numbers, values), pairs, pairs[:3], width, 12, look)


def _scores(values: Values, names: Sequence[str]) -> list[ClassScore]:
    first = values[0] if values else None
    return [ClassScore(name, first, None, first, 5) for name in names]


EVERYTHING: dict[str, Draw] = {
    "loss": lambda v, n, w, k: _losses(v, n, w, k, False),
    "log loss": lambda v, n, w, k: _losses(v, n, w, k, True),
    "sparkline": lambda v, n, w, k: sparkline(v, w, k),
    "layers": lambda v, n, w, k: layer_table([LayerRow(x, x, len(v)) for x in n], w, k),
    "splits": lambda v, n, w, k: split_table(
        [Score(x, place) for place, x in enumerate(n)],
        [SplitScore(x, 9, [str(y)] * len(n)) for x, y in zip(n, v, strict=False)],
        w,
        k,
    ),
    "classes": lambda v, n, w, k: class_table(_scores(v, n), w, k, limit=4),
    "confusion": _confusion,
    "boundary": _boundary,
    "heat map": _heat_map,
    "sweep table": _sweep_table,
    "small multiples": _small_multiples,
    "outcomes": lambda v, n, w, k: class_outcomes(
        [Outcome(i, -i) for i in range(len(v))], n, w, k, limit=5
    ),
    "values": lambda v, n, w, k: value_outcomes(v, v[::-1], w, k, limit=5),
    "lines": lambda v, n, w, k: over_samples(v, v[::-1], w, 12, k),
    "labels": lambda v, n, w, k: predicted_labels(
        [Outcome(0, i % 2) for i in range(len(v))], n, w, k
    ),
    "scatter": lambda v, n, w, k: scatter(v, v[::-1], w, 12, k),
    "curve": _curve,
    "class prediction": lambda v, n, w, k: class_prediction(
        _numbers(v), n[0] if n else "", v, n, w, k
    ),
    "value prediction": lambda v, n, w, k: value_prediction(_numbers(v), v, w, k),
    "sequence": _sequence,
    "painting": _painting,
    "compared pictures": _compared,
    "what is next": lambda v, n, w, k: following_rows(
        [(name, value) for name, value in zip(n, _numbers(v), strict=False)], w, k
    ),
    "sample": lambda v, n, w, k: sample_rows(w, 20, k),
    "progress bar": lambda v, n, w, k: [progress_bar(v[0] or 0.0 if v else 0.0, w, k)],
    "gallery": lambda v, n, w, k: gallery(
        [Image(5, 3, 3, bytes(range(45)), name) for name in n], w, k
    ),
}
LOOKS = [
    Look(ascii=ascii, color=color)
    for ascii in (False, True)
    for color in ("none", "16", "256", "truecolor")
]
WIDTHS = (0, 1, 2, 7, 20, 80, 200) if IS_THOROUGH else (0, 1, 7, 80)
NAMES = ["\x1b[31mred", "[bold]loud[/]", "漢字漢字漢字漢字", "e\u0301t\u202e\n", ""]
DATA: dict[str, Values] = {
    "empty": [],
    "one": [0.5],
    "constant": [3.0] * 40,
    "gaps": [1.0, float("nan"), None, float("inf"), -float("inf"), 0.25],
    "nothing finite": [float("nan"), None],
    "huge": [1.7e308, -1.7e308, 5e-324, 1.0, 0.0],
    "negative": [-1.0, -2.0, -3.0],
    "long": [1 / (n + 1) for n in range(3000)],
}


def _check(rows: Sequence[Text], width: int, look: Look) -> None:
    for row in rows:
        assert row.cell_len <= width, row.plain
        assert not any(ord(character) < 32 for character in row.plain)
        assert row.plain.isascii() or not look.ascii
        for style in (row.style, *(span.style for span in row.spans)):
            assert isinstance(style, Style) or style == ""
            if isinstance(style, Style) and not look.has_color:
                assert style.color is None
                assert style.bgcolor is None


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("data", DATA)
def test_fits_and_stays_in_its_alphabet(name: str, data: str) -> None:
    """At every width and look: not wider, no controls, ASCII and colors as the look allows."""
    for width in WIDTHS:
        for look in (LOOKS[0], LOOKS[3], LOOKS[4], LOOKS[5]):
            _check(EVERYTHING[name](DATA[data], NAMES, width, look), width, look)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(EVERYTHING)),
    st.lists(st.none() | st.floats(), max_size=12),
    st.lists(st.text(max_size=12), max_size=4),
    st.integers(0, 90),
    st.sampled_from(LOOKS),
)
def test_no_data_breaks_it(
    name: str, values: list[float | None], names: list[str], width: int, look: Look
) -> None:
    """Any numbers and any names, at any width."""
    _check(EVERYTHING[name](values, names, width, look), width, look)


def test_nothing_heavy_is_imported_before_a_chart_is_drawn() -> None:
    """The modules load neither plotext nor torch; the first chart loads plotext."""
    program = """
import sys
from tui.renderables import (accuracy_table, actual_predicted, boundary, chart, confusion, images,
    layer_table, look, loss_chart, numbers, predictions, sanitize, sparkline)
assert not {"plotext", "torch", "numpy", "msgspec", "engine.spec", "engine.runs"} & set(sys.modules)
series = loss_chart.LossSeries("train", [1, 2], [1.0, 0.5])
assert len(loss_chart.loss_chart([series], 80, 12, look.Look())) == 12
assert "plotext" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
