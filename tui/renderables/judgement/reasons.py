"""What a network goes by, how much it bears, and how far other data lies from the training's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rich.text import Text

from engine.evaluation.judgement import Dependence, Judgement, Saliency, Strain
from tui.drawings import mistakes_rows
from tui.language import tr
from tui.renderables.chart import Axis, Curve, chart, legend
from tui.renderables.judgement.section import Section
from tui.renderables.look import Look
from tui.renderables.numbers import fraction, metric
from tui.renderables.palette import class_hue
from tui.renderables.table import Column, heading, table, wrapped
from tui.report.document import Block, Chart, Gallery, Line, Lines, Table

MOST = 12
SURE = 0.05
WIDTH, HEIGHT = 60, 10
_WHAT = {
    "noise": "Noise, in deviations",
    "missing": "Without a column",
    "symbols": "Other symbols, share of all",
    "shift": "Shifted, in pixels",
    "turn": "Turned, in degrees",
}


def reasons(judgement: Judgement) -> Iterator[Section]:
    """Each part that there is."""
    if judgement.drifts:
        yield _drifts(judgement)
    if judgement.importances:
        yield _importances(judgement)
    if judgement.saliencies:
        yield _saliencies(judgement.saliencies)
    if judgement.strains:
        yield _strains(judgement)


def _importances(judgement: Judgement) -> Section:
    what = tr("accuracy") if judgement.headline == "accuracy" else tr("mean error")
    said = tr(f"How much worse the {what} is where a column is shuffled among the samples.")
    columns = (
        Column("Column", least=8),
        Column("Worse by", right=True),
        Column("±", right=True),
    )
    told = fraction if judgement.headline == "accuracy" else metric
    body = [
        (one.column, told(one.loss), told(one.deviation)) for one in judgement.importances[:MOST]
    ]
    more = len(judgement.importances) - MOST
    after = [tr(f"{more} more columns count less.")] if more > 0 else []
    drawing = partial(_dependences, judgement.dependences) if judgement.dependences else None
    blocks = [_depends(one) for one in judgement.dependences]
    return Section("What it goes by", [said], columns, body, drawing, blocks, after)


def _depends(found: Dependence) -> Block:
    """A dependence on a page: a table of what is a category, else a curve."""
    of = found.of or tr("the prediction")
    if found.labels:
        pairs = zip(found.labels, found.means, strict=True)
        return Table([found.column, of], [[name, metric(mean)] for name, mean in pairs])
    title = tr(f"{of} over {found.column}, on average")
    return Chart(title, Lines([Line(of, found.values, found.means)], found.column, of), title)


def _dependences(found: list[Dependence], width: int, look: Look) -> list[Text]:
    rows: list[Text] = []
    for one in found:
        of = one.of or tr("the prediction")
        rows.append(heading(tr(f"{of} over {one.column}, on average"), width, look))
        if one.labels:
            columns = (Column(one.column, least=6), Column(of, right=True))
            pairs = zip(one.labels, one.means, strict=True)
            rows += table(columns, [(name, metric(mean)) for name, mean in pairs], width, look)
            continue
        known = [value for value in one.means if value is not None]
        curve = Curve(of, one.values, one.means, class_hue(0), look.glyph(0))
        x, y = Axis.around(one.values), Axis.around(known)
        rows += chart([curve], x, y, min(width, WIDTH), HEIGHT, look)
    return rows


def _saliencies(found: list[Saliency]) -> Section:
    """Each picture with the map of what it is told by beside it."""
    said = tr(
        "Beside each picture: how much each pixel sways what is said of it, the lighter the more "
        "(the size of the gradient)."
    )
    pairs = [one for each in found for one in (each.picture, each.where)]
    return Section(
        "What it goes by",
        [said],
        drawing=lambda width, look: mistakes_rows(pairs, width, look),
        blocks=[Gallery(pairs)],
    )


def _strains(judgement: Judgement) -> Section:
    what = tr("Accuracy") if judgement.headline == "accuracy" else tr("Mean error")
    curves = [one for one in judgement.strains if one.what != "missing"]
    columns = (Column(what, least=6), Column("", least=6), Column("", right=True))
    told = fraction if judgement.headline == "accuracy" else metric
    body = [
        (tr(_WHAT[one.what]) if not place else "", amount, told(value))
        for one in judgement.strains
        for place, (amount, value) in enumerate(zip(one.amounts, one.values, strict=True))
    ]
    lines = [Line(name, places, values) for name, places, values in map(_places, curves)]
    title = tr(f"{what} as it is made harder")
    drawn = Chart(title, Lines(lines, tr("share of the most"), what), title)
    return Section("How robust it is", (), columns, body, partial(_curves, curves), [drawn])


def _places(one: Strain) -> tuple[str, list[float], list[float | None]]:
    """Its name, how much is done as a share of the most, and the headline there."""
    amounts = [float(amount) for amount in one.amounts]
    places = [amount / max(amounts) for amount in amounts]
    return tr(_WHAT[one.what]).partition(",")[0], places, one.values


def _curves(found: list[Strain], width: int, look: Look) -> list[Text]:
    """The headline over how much is done, each from nothing to the most."""
    curves = []
    for number, (name, places, values) in enumerate(map(_places, found)):
        curves.append(Curve(name, places, values, class_hue(number), look.glyph(number)))
    known = [value for one in found for value in one.values if value is not None]
    if not known:
        return []
    drawn = chart(curves, Axis(0, 1), Axis.around(known), min(width, WIDTH), HEIGHT, look)
    return [*drawn, *wrapped(legend(curves, look), width, look)] if drawn else []


def _drifts(judgement: Judgement) -> Section:
    found = judgement.drifts
    far = [one for one in found if one.chance * len(found) < SURE]
    said = (
        tr(f"Of {len(found)} columns {len(far)} do not come from where the training's did.")
        if far
        else tr("Nothing says that they come from elsewhere than the training's.")
    )
    columns = (
        Column("Column", least=8),
        Column("Distance", right=True),
        Column("Test"),
        Column("p", right=True),
        Column("Mean before", right=True, drop=2),
        Column("Now", right=True, drop=1),
    )
    body = [
        (
            one.column,
            fraction(one.distance),
            one.test,
            f"{one.chance:.2g}" if one.chance >= 0.001 else "< 0.001",
            metric(one.before),
            metric(one.now),
        )
        for one in found[:MOST]
    ]
    return Section("Where the inputs come from", [said], columns, body)
