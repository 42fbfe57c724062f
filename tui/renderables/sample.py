"""What is drawn with the colors and signs that were chosen, for whoever chooses them."""

from __future__ import annotations

import math

from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.palette import (
    ATTENTION,
    BROKEN,
    GOOD,
    NEGATIVE,
    NIGHT,
    POSITIVE,
    SPLITS,
    Hue,
    blend,
    class_hue,
)
from tui.renderables.table import sentence, wrapped

_CLASSES = 10
_STEPS = 12
_EPOCHS = 40
_CHART = (60, 9)
_STATES = (
    ("▶", ">", "running", GOOD),
    ("▲", "!", "warning", ATTENTION),
    ("✗", "!", "error", BROKEN),
)


def sample_rows(width: int, height: int, look: Look) -> list[Text]:
    """Classes, signs of values, splits and states in about `height` rows."""
    if width <= 0:
        return []
    classes = [
        Text.assemble((look.glyph(n), look.paint(class_hue(n), bold=True)), tr(f" class {n}"))
        for n in range(_CLASSES)
    ]
    states = [
        Text(f"{look.pick(sign, plain)} {tr(name)}", look.paint(hue, bold=True))
        for sign, plain, name, hue in _STATES
    ]
    rows = [*wrapped(classes, width, look), *wrapped(states, width, look)]
    rows += [Text(), _values(look)] if width > 2 * _STEPS + 20 else []
    room = min(height - len(rows) - 1, _CHART[1])
    chart = loss_chart(_curves(), min(width, _CHART[0]), room, look, title="")
    whole = [*rows, Text(), *chart] if room > 0 else rows
    return whole or sentence("Too narrow.", width, look)


def _values(look: Look) -> Text:
    """From negative to positive, as neurons and weights are drawn."""
    row = Text(tr("negative") + " ")
    for step in range(-_STEPS, _STEPS + 1):
        share, end = abs(step) / _STEPS, NEGATIVE if step < 0 else POSITIVE
        hue = look.hue(end)
        if look.half_blocks:
            row.append(" ", look.paint(paper=Hue(blend(NIGHT, hue.rgb, share), hue.name)))
        else:
            row.append(look.shade(share), Style())
    return row.append(" " + tr("positive"))


def _curves() -> list[LossSeries]:
    """Losses that fall at first; that of the test split rises in the end."""
    epochs = [float(n) for n in range(1, _EPOCHS + 1)]
    falls = [0.1 + 0.9 * math.exp(-n / 8) for n in epochs]
    rises = [value + 0.15 + 0.004 * max(n - 15, 0) for n, value in zip(epochs, falls, strict=True)]
    losses = {"train": falls, "test": rises, "validation": [value + 0.05 for value in rises]}
    return [LossSeries(name, epochs, losses[name]) for name in SPLITS]
