"""What is said of networks that were judged, as sections of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.evaluation.judgement import Judgement
from tui.language import tr
from tui.renderables.judgement import section as told
from tui.renderables.judgement.sections import sections
from tui.report.document import Block, Prose, Section, Table


def of_judgement(judgement: Judgement) -> list[Section]:
    """Each part of a judgement but the verdict, which comes first."""
    _, *parts = sections(judgement)
    return as_sections(parts)


def as_sections(parts: Iterable[told.Section]) -> list[Section]:
    """Parts of a judgement or a comparison as a page has them."""
    return [Section(tr(one.title), [*_blocks(one)]) for one in parts]


def _blocks(part: told.Section) -> Iterator[Block]:
    yield from (Prose(tr(said)) for said in part.sentences)
    if part.rows:
        sides = [column.right for column in part.columns]
        names = sides.index(True) if True in sides else len(sides)
        yield Table([tr(column.title) for column in part.columns], part.rows, names=names)
    yield from part.blocks
    yield from (Prose(tr(said)) for said in part.after)
