"""Where a network fails: groups of samples, and the worst of its mistakes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.evaluation.judgement import Judgement, Mistake, Slice
from tui.drawings import mistakes_rows
from tui.language import tr
from tui.renderables.judgement.section import Section
from tui.renderables.numbers import count, fraction, metric
from tui.renderables.table import Column
from tui.report.document import Gallery

MOST_SLICES = 12
SURE = 0.05


def failures(judgement: Judgement) -> Iterator[Section]:
    """Slices and mistakes, as far as there are any."""
    if judgement.slices:
        yield _slices(judgement)
    if judgement.mistakes:
        yield _mistakes(judgement)


def _slices(judgement: Judgement) -> Section:
    found = judgement.slices
    shown = found[:MOST_SLICES]
    sure = [one for one in found if one.chance * len(found) < SURE]
    said = [
        tr(
            f"Surely worse than the other samples: {len(sure)} of {len(found)} slices. Chance "
            "would hardly make any of all slices so."
        )
        if sure
        else tr(f"None of {len(found)} slices is surely worse than the other samples.")
    ]
    columns = (
        Column("Column", least=6),
        Column("Value", least=6),
        Column("Samples", right=True),
        Column("Score" if judgement.headline == "accuracy" else "Error", right=True),
        Column("Others", right=True, drop=1),
        Column("p", right=True),
        Column("", drop=2),
    )
    told = fraction if judgement.headline == "accuracy" else metric
    body = [
        (
            one.column,
            one.value,
            count(one.samples),
            told(one.score),
            told(one.rest),
            _chance(one),
            tr("few samples") if one.is_small else "",
        )
        for one in shown
    ]
    more = len(found) - len(shown)
    after = [tr(f"{more} more are less surely worse, or better.")] if more else []
    return Section("Where it fails", said, columns, body, after=after)


def _chance(one: Slice) -> str:
    return f"{one.chance:.2g}" if one.chance >= 0.001 else "< 0.001"


def _mistakes(judgement: Judgement) -> Section:
    found = judgement.mistakes
    said = []
    if judgement.num_mistakes:
        said = [tr(f"{judgement.num_mistakes:,} of {judgement.samples:,} samples are told wrong.")]
    after = [_twin(one) for one in found if one.twin is not None]
    columns = [
        Column("Sample", right=True),
        Column("Values", least=8, drop=1),
        Column("It is", least=6),
        Column("Taken for", least=6),
    ]
    body = [
        [count(one.sample.number), one.sample.told(), one.actual, one.predicted] for one in found
    ]
    if judgement.headline == "accuracy":
        columns.append(Column("Share", right=True, drop=2))
        body = [[*row, fraction(one.share)] for row, one in zip(body, found, strict=True)]
    pictures = [one.sample.picture for one in found if one.sample.picture]
    if not pictures:
        return Section("The worst mistakes", said, columns, body, after=after)
    return Section(
        "The worst mistakes",
        said,
        [columns[0], *columns[2:]],
        [[row[0], *row[2:]] for row in body],
        lambda width, look: mistakes_rows(pictures, width, look),
        [Gallery(pictures)],
        after,
    )


def _twin(one: Mistake) -> str:
    assert one.twin is not None, "it has one"
    number, twin = one.sample.number, one.twin
    if twin.actual == one.actual:
        return tr(f"Sample {number:,} is nearly sample {twin.number:,} of the training.")
    return tr(
        f"Sample {number:,} is nearly sample {twin.number:,} of the training, which is said to be "
        f"{twin.actual}: is one of them labeled wrong?"
    )
