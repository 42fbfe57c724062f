"""Which classes are taken for which: actual classes as rows, predicted ones as columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.numbers import count
from tui.renderables.palette import BROKEN, NIGHT, PLAIN, Hue, blend
from tui.renderables.sanitize import fit, plain
from tui.renderables.table import Column, heading, sentence, table

_LEAST_NAME = 3
_MOST_NAME = 18
_PAIRS = 10
_WHITE = Hue((240, 240, 240), "bright_white")


def confusion(
    counts: Sequence[Sequence[int]], classes: Sequence[str], width: int, look: Look
) -> list[Text]:
    """The matrix, shaded by each row's shares: right ones light, wrong ones red.

    `counts[actual][predicted]`. Names too long for a column are replaced by numbers, which
    stand before the names of the rows. Where counts do not fit, percentages of the row do; where
    those don't, the most confused pairs are listed instead.
    """
    if width <= 0:
        return []
    if not classes or not any(any(row) for row in counts):
        return sentence("No predictions to compare yet.", width, look)
    names = [plain(name, look.ascii) for name in classes]
    matrix = _matrix(counts, names, width, look, percent=False)
    matrix = matrix or _matrix(counts, names, width, look, percent=True)
    return matrix or _pairs(counts, names, width, look)


def _matrix(
    counts: Sequence[Sequence[int]], names: Sequence[str], width: int, look: Look, *, percent: bool
) -> list[Text]:
    """The matrix of counts, or of percentages of each row; nothing where it does not fit."""
    cells = [
        [_percent(value, sum(row)) if percent else str(value) for value in row] for row in counts
    ]
    figures = max(len(value) for row in cells for value in row)
    longest = max(cell_len(name) for name in names)
    cell = max(figures, longest if longest <= max(figures, 5) else len(str(len(names) - 1)))
    numbered = longest > cell
    prefix = len(str(len(names) - 1)) + 1 if numbered else 0
    gap = 2 if width - (cell + 2) * len(names) - 1 - prefix >= longest else 1
    room = width - (cell + gap) * len(names) - 1 - prefix
    if room < min(longest, _LEAST_NAME):
        return []
    label = prefix + min(longest, room, _MOST_NAME)
    heads = [str(index) for index in range(len(names))] if numbered else names
    title = look.pick(tr("Actual ↓  predicted →"), tr("Actual down, predicted across"))
    title += tr(", % of the actual") if percent else ""
    top = Text(" " * (label + 1))
    for head in heads:
        blank = " " * (cell + 1 - cell_len(head))
        top.append(f"{blank}{head}{' ' * (gap - 1)}", Style(bold=True))
    rows = [heading(title, width, look), top]
    for actual, row in enumerate(counts):
        shown = f"{actual:>{prefix - 1}} {names[actual]}" if numbered else names[actual]
        name = _padded(fit(shown, label, look.ascii), label) + " "
        line = Text.assemble((name, Style(bold=True)))
        total = sum(row)
        for predicted, value in enumerate(row):
            share = value / total if total else 0.0
            figure = cells[actual][predicted] if value else look.pick("·", ".")
            line.append(
                figure.rjust(cell + 1) + " " * (gap - 1), _style(share, actual == predicted, look)
            )
        rows.append(line)
    return rows


def _percent(value: int, total: int) -> str:
    """A share in whole percent; what is not all is not 100, and what is not nothing not 0."""
    share = round(100 * value / total) if total else 0
    if value and not share:
        return "<1"
    return str(min(share, 100 if value == total else 99))


def _style(share: float, right: bool, look: Look) -> Style:
    """Light for what is right, red for what is wrong; bold or dim where there is no color."""
    if look.color in {"none", "16"}:
        ink = (PLAIN if right else BROKEN) if share else None
        return look.paint(ink, bold=right) if share else Style(dim=True)
    if not share:
        return Style(dim=True)
    hue = PLAIN if right else BROKEN
    # Few wrong ones should still be seen: their share is raised by its root.
    strength = 0.2 + 0.8 * (share if right else share**0.5)
    paper = Hue(blend(NIGHT, hue.rgb, round(strength * 6) / 6 * 0.8), hue.name)
    return look.paint(_WHITE, paper, bold=right)


def _pairs(
    counts: Sequence[Sequence[int]], names: Sequence[str], width: int, look: Look
) -> list[Text]:
    """The pairs confused most often, for when the matrix is too wide."""
    pairs = sorted(
        (
            (-value, actual, predicted, value / sum(row))
            for actual, row in enumerate(counts)
            for predicted, value in enumerate(row)
            if actual != predicted and value
        ),
    )
    rows = sentence(
        f"The matrix of {len(names)} classes needs more columns; the most confused pairs:",
        width,
        look,
    )
    if not pairs:
        return [*rows, Text(fit("none", width))]
    columns = (
        Column("Actual", least=5),
        Column("Predicted", least=5),
        Column("Samples", right=True, drop=1),
        Column("Share", right=True, drop=2),
    )
    body = [
        (names[actual], names[predicted], count(-negative), f"{share:.1%}")
        for negative, actual, predicted, share in pairs[:_PAIRS]
    ]
    return rows + table(columns, body, width, look)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
