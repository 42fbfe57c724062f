"""Formulas: with their names and words, and spelled out with their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from engine.parts.arithmetic import Value, spelled
from engine.runs.dissected_step import Line
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.microscope.figures import hanging, several
from tui.renderables.sanitize import fit, padded
from tui.renderables.table import sentence

_INDENT = 4


def lines_rows(
    lines: Sequence[Line], settings: Mapping[str, float], width: int, look: Look
) -> list[Text]:
    """The arithmetic as it is declared, each line with what it is, and the settings in it."""
    texts = [signs(f"{line.name} = {line.formula}", look) for line in lines]
    column = max(map(cell_len, texts), default=0) + 3
    rows: list[Text] = []
    for text, line in zip(texts, lines, strict=True):
        words = tr(line.words)
        if column + cell_len(words) <= width:
            row = Text(padded(text, column))
            row.append(fit(words, width - column, look.ascii), Style(dim=True))
            rows.append(row)
        else:
            rows += hanging(text, width, look, _INDENT)
            if line.words:
                rows += indented(sentence(line.words, width - _INDENT, look))
    if settings:
        told = ", ".join(f"{name} = {value:g}" for name, value in settings.items())
        rows += sentence(f"with {told}", width, look)
    return rows


def spelled_rows(
    lines: Sequence[Line],
    known: Mapping[str, Value],
    values: Mapping[str, Value],
    width: int,
    look: Look,
) -> list[Text]:
    """The arithmetic with numbers in place of names; values: what each line comes to."""
    have = dict(known)
    rows: list[Text] = []
    for line in lines:
        formula = spelled(line.formula, have, several)
        have[line.name] = values[line.name]
        result = several(values[line.name])
        text = f"{line.name} = {formula}"
        if formula != result:
            text += f" = {result}"
        rows += hanging(signs(text, look), width, look, _INDENT)
    return rows


def signs(formula: str, look: Look) -> str:
    """A formula with the signs that people write, where there are such."""
    times, minus = look.pick("·", "*"), look.pick("−", "-")
    text = formula.replace(" * ", f" {times} ").replace(" - ", f" {minus} ")
    return text if look.ascii else text.replace(" ** 2", "²")


def indented(rows: Sequence[Text], by: int = _INDENT) -> list[Text]:
    """The rows, moved to the right."""
    return [Text.assemble(" " * by, row) for row in rows]
