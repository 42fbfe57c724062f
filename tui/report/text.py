"""A page as plain text, its drawings as a terminal has them."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from engine.runs.pictures import (
    Boundary,
    Comparison,
    Curve,
    LatentPlane,
    Painting,
    Returned,
)
from tui.drawings import Rows, boundary_rows, comparison_rows, curve_rows, mistakes_rows
from tui.language import tr
from tui.renderables.chart import Axis, chart, legend
from tui.renderables.chart import Curve as Drawn
from tui.renderables.confusion import confusion
from tui.renderables.latent import decoded_rows, places_rows, returned_rows
from tui.renderables.look import Look
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.numbers import metric
from tui.renderables.painting import painting_rows
from tui.renderables.palette import class_hue
from tui.renderables.sanitize import plain
from tui.renderables.sweep import Line as Cell
from tui.renderables.sweep import heat_map
from tui.renderables.table import Column, heading, sentence, table, wrapped
from tui.report.document import (
    Block,
    Chart,
    Code,
    Confusion,
    Decoded,
    Document,
    Drawing,
    Gallery,
    HeatMap,
    Lines,
    Prose,
    Remark,
    Table,
)

CHART_HEIGHT = 14


def page(document: Document, width: int, look: Look) -> Rows:
    """The rows of the page, none wider than asked but for code, which is to be copied."""
    rows = [heading(document.title, width, look), _rule(document.title, width, look)]
    for block in document.lead:
        rows += [Text(), *_rows(block, width, look)]
    for section in document.sections:
        rows += [Text(), heading(section.title, width, look), _rule(section.title, width, look)]
        for block in section.blocks:
            gap = [] if isinstance(block, Prose) else [Text()]
            rows += [*gap, *_rows(block, width, look)]
    return rows


def drawing_rows(chart: Chart, width: int, look: Look) -> Rows:
    """A drawing without its title."""
    return _drawing(chart.drawing, min(width, 100), look)


def _rule(title: str, width: int, look: Look) -> Text:
    return Text(look.pick("─", "-") * min(width, cell_len(plain(tr(title), look.ascii))))


def _rows(block: Block, width: int, look: Look) -> Rows:
    match block:
        case Chart():
            return [heading(block.title, width, look), *drawing_rows(block, width, look)]
        case Table():
            return _table(block, width, look)
        case Prose():
            return sentence(block.text, width, look, dim=False)
        case Code():
            return [Text(plain(line, look.ascii)) for line in block.text.split("\n")]
        case Gallery():
            return mistakes_rows(block.pictures, width, look)
        case Remark():
            rows = [heading(f"{tr(block.severity)} {block.head}", width, look)]
            rows += sentence(block.message, width, look, dim=False)
            repair = tr(f"Repair: {block.repair}.") if block.repair else ""
            return [*rows, *(sentence(repair, width, look, dim=False) if repair else [])]


def _table(block: Table, width: int, look: Look) -> Rows:
    count = max([len(block.titles), *map(len, block.rows)], default=0)
    titles = [*block.titles, *[""] * (count - len(block.titles))]
    columns = [
        Column(title, right=block.numbers and n >= block.names, least=6, drop=max(0, n - 3))
        for n, title in enumerate(titles)
    ]
    if block.titles:
        return table(columns, block.rows, width, look)
    return table(columns, block.rows, width, look)[2:]  # a list of pairs has no heading


def _drawing(drawing: Drawing, width: int, look: Look) -> Rows:
    match drawing:
        case Lines():
            if not all(float(x).is_integer() for one in drawing.lines for x in one.x):
                return _over_numbers(drawing, width, look)
            series = [LossSeries(one.name, one.x, one.y) for one in drawing.lines]
            return loss_chart(series, width, CHART_HEIGHT, look, title="")
        case Confusion():
            return confusion(drawing.counts, drawing.classes, width, look)
        case HeatMap():
            return _heat(drawing, width, look)
        case Boundary():
            return boundary_rows(drawing, width, look)
        case Curve():
            return curve_rows(drawing, width, CHART_HEIGHT + 4, look)
        case Painting():
            return painting_rows(drawing, width, CHART_HEIGHT + 6, look)
        case LatentPlane():
            return places_rows(drawing, min(width, 72), CHART_HEIGHT + 12, look)
        case Decoded():
            return decoded_rows(drawing.plane, width, CHART_HEIGHT + 16, look)
        case Returned():
            return returned_rows(drawing, width, look)
        case Comparison():
            return comparison_rows(drawing, min(width, 72), CHART_HEIGHT + 6, look)


def _over_numbers(drawing: Lines, width: int, look: Look) -> Rows:
    """Curves over what is not counted in epochs."""
    lines = drawing.lines
    known = [y for one in lines for y in one.y if y is not None]
    if not known:
        return []
    curves = [
        Drawn(one.name, one.x, one.y, class_hue(number), look.glyph(number))
        for number, one in enumerate(lines)
    ]
    x, y = Axis.around([x for one in lines for x in one.x]), Axis.around(known)
    rows = chart(curves, x, y, width, CHART_HEIGHT, look)
    return [*rows, *wrapped(legend(curves, look), width, look)] if len(lines) > 1 else rows


def _heat(drawing: HeatMap, width: int, look: Look) -> Rows:
    down, across = drawing.values
    cells = {
        (one, other): Cell((one, other), value, None, "" if value is not None else metric(None))
        for one, values in zip(down, drawing.cells, strict=True)
        for other, value in zip(across, values, strict=True)
    }
    return heat_map(
        drawing.titles,
        drawing.values,
        cells,
        width,
        look,
        higher_is_better=drawing.higher_is_better,
    )
