"""The doctor's findings, and what a repair changes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from engine.doctor.finding import Finding, Severity
from engine.runs.events import LiveFinding
from engine.spec.difference import Change
from tui.language import tr
from tui.renderables.evidence import evidence_rows
from tui.renderables.look import Look
from tui.renderables.palette import ATTENTION, BROKEN, GOOD, SECONDARY, Hue
from tui.renderables.sanitize import fit
from tui.renderables.table import sentence

HUES: dict[Severity, Hue] = {"error": BROKEN, "warning": ATTENTION, "info": SECONDARY}
_INDENT = 2


def live_finding(event: LiveFinding) -> Finding:
    """What a training's record has of a finding, as one like those of an experiment."""
    return Finding(
        event.code,
        event.severity,
        event.place,
        event.message,
        event.repair,
        evidence=event.evidence,
    )


def findings(
    found: Sequence[Finding], width: int, look: Look, *, drawn: bool = False
) -> list[Text]:
    """Each finding with its severity, place and code, its sentence, and its repair.

    drawn: what it rests on stands below it, where there is something to draw.
    """
    rows: list[Text] = []
    for finding in found:
        head = Text.assemble(
            (tr(finding.severity), look.paint(HUES[finding.severity], bold=True)),
            " ",
            fit(
                f"{finding.place}: {finding.code}",
                width - cell_len(tr(finding.severity)) - 1,
                look.ascii,
            ),
        )
        rows.append(head)
        rows += _indented(finding.message, width, look)
        if finding.repair:
            rows += _indented(tr(f"Repair: {finding.repair}."), width, look)
        if drawn and finding.evidence is not None:
            below = evidence_rows(finding.evidence, width - _INDENT, look)
            rows += [Text.assemble(" " * _INDENT, row) for row in below]
    return rows


def _indented(text: str, width: int, look: Look) -> list[Text]:
    rows = sentence(text, width - _INDENT, look, dim=False)
    return [Text.assemble(" " * _INDENT, row) for row in rows]


def difference(edits: Sequence[Change], width: int, look: Look) -> list[Text]:
    """What a repair changes in the description: `-` is taken out, `+` is put in."""
    rows: list[Text] = []
    for edit in edits:
        for sign, value, hue in (("-", edit.before, BROKEN), ("+", edit.after, GOOD)):
            if value:
                line = fit(f"{sign} {edit.place} = {value}", width, look.ascii)
                rows.append(Text(line, look.paint(hue) if look.has_color else Style()))
    return rows
