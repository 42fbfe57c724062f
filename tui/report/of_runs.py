"""Several runs side by side as a page: what differs, what came out, which is best."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import PerceptuiError
from engine.runs.run import Run
from engine.service.protocol import RunsCompared
from tui.editing.share import command_line
from tui.language import tr
from tui.past.comparison import Comparison, compare, told
from tui.past.fields import Row
from tui.past.run_names import began
from tui.renderables.judgement.comparison import disagreements, scores, sentences
from tui.renderables.sanitize import fit
from tui.report.document import Block, Chart, Code, Document, Line, Lines, Prose, Section, Table
from tui.report.judged import as_sections

LONGEST = 40
"""Characters of a run's name over a column or beside a line; whole it stands above its command."""


def page_of_runs(
    runs: Sequence[Run], compared: RunsCompared | None = None, why_not: str = ""
) -> Document:
    """The page of a comparison; raises PerceptuiError where a record can't be read.

    compared: how they do on the same samples; why_not: why that can't be said, as a sentence.
    """
    found = compare(runs, when=began)
    names = _names(found)
    short = [fit(name, LONGEST) for name in names]
    sections = [
        Section("Loss", [*_curves(found, short)]),
        Section("What differs", [_table(found.differences, short)] if found.differences else []),
        Section("What came out", [_table(found.outcomes, short, found.best)]),
        *(
            as_sections([scores(compared, short), disagreements(compared, short)])
            if compared
            else []
        ),
        Section("The same again", [*_again(found, names)]),
    ]
    contests = (
        [said for one in compared.contests for said in sentences(one, short)] if compared else []
    )
    told_of = [*contests, *([why_not] if why_not else [])]
    titles = list(dict.fromkeys(run.title() for run in found.runs))
    return Document(
        tr(f"{titles[0]}: {len(runs)} runs") if len(titles) == 1 else tr(f"{len(runs)} runs"),
        [
            *(Prose(told(one, names), strong=True) for one in found.verdicts),
            *(Prose(tr(said)) for said in told_of),
        ],
        [section for section in sections if section.blocks],
    )


def _names(found: Comparison) -> list[str]:
    """What each is called, a number before it: two may be called alike."""
    return [f"{number}. {name}" for number, name in enumerate(found.names, 1)]


def _curves(found: Comparison, names: Sequence[str]) -> list[Block]:
    lines = [
        Line(name, [epoch for epoch, _ in curve], [value for _, value in curve])
        for name, curve in zip(names, found.curves, strict=True)
        if len(curve) > 1
    ]
    if not lines:
        return []
    said = tr("The training loss of each over the epochs.")
    return [Chart("Training loss", Lines(lines, tr("epoch"), tr("Loss")), said)]


def _table(
    rows: Sequence[Row], names: Sequence[str], best: dict[str, list[int]] | None = None
) -> Table:
    cells = [[tr(name), *values] for name, values in rows]
    marked = frozenset(
        (number, place + 1)
        for number, (name, _) in enumerate(rows)
        for place in (best or {}).get(name, [])
    )
    return Table(["", *names], cells, marked)


def _again(found: Comparison, names: Sequence[str]) -> list[Block]:
    blocks: list[Block] = []
    for run, name in zip(found.runs, names, strict=True):
        try:
            line = command_line(run.experiment())
        except PerceptuiError:  # another version's: its figures are told all the same
            continue
        blocks += [Prose(name), Code(line, "sh")]
    return blocks
