"""Which classes are taken for which: actual classes as rows, predicted ones as columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.renderables.look import BLUE, NIGHT, ORANGE, Hue, Look, blend
from tui.renderables.numbers import count
from tui.renderables.sanitize import fit, plain
from tui.renderables.table import Column, heading, sentence, table

_LEAST_NAME = 3
_MOST_NAME = 18
_PAIRS = 10
_WHITE = Hue((240, 240, 240), "bright_white")


def confusion(
    counts: Sequence[Sequence[int]], classes: Sequence[str], width: int, look: Look
) -> list[Text]:
    """The matrix, shaded by each row's shares: right ones blue, wrong ones orange.

    `counts[actual][predicted]`. Names too long for a column are replaced by numbers, which
    stand before the names of the rows. Where the matrix does not fit, the most confused
    pairs are listed instead.
    """
    if width <= 0:
        return []
    if not classes or not any(any(row) for row in counts):
        return sentence("No predictions to compare yet.", width, look)
    names = [plain(name, look.ascii) for name in classes]
    figures = max(len(str(value)) for row in counts for value in row)
    longest = max(cell_len(name) for name in names)
    cell = max(figures, longest if longest <= max(figures, 5) else len(str(len(names) - 1)))
    numbered = longest > cell
    prefix = len(str(len(names) - 1)) + 1 if numbered else 0
    gap = 2 if width - (cell + 2) * len(names) - 1 - prefix >= longest else 1
    room = width - (cell + gap) * len(names) - 1 - prefix
    if room < min(longest, _LEAST_NAME):
        return _pairs(counts, names, width, look)
    label = prefix + min(longest, room, _MOST_NAME)
    heads = [str(index) for index in range(len(names))] if numbered else names
    title = look.pick("Actual ↓  predicted →", "Actual down, predicted across")
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
            figure = str(value) if value else look.pick("·", ".")
            line.append(
                figure.rjust(cell + 1) + " " * (gap - 1), _style(share, actual == predicted, look)
            )
        rows.append(line)
    return rows


def _style(share: float, right: bool, look: Look) -> Style:
    """Blue for what is right, orange for what is wrong; bold or dim where there is no color."""
    if look.color in {"none", "16"}:
        ink = (BLUE if right else ORANGE) if share else None
        return look.paint(ink, bold=right) if share else Style(dim=True)
    if not share:
        return Style(dim=True)
    hue = look.hue(BLUE if right else ORANGE)
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
