"""Two trainings that were tried: their losses, what they came to, and what is different."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from engine.parts.metrics import declared
from engine.spec.difference import changes
from tui.language import tr
from tui.measured import shown, shown_title
from tui.renderables.look import Look
from tui.renderables.numbers import count, counted
from tui.renderables.sanitize import crop, fit, padded
from tui.renderables.sparkline import sparkline
from tui.renderables.table import Column, sentence, table

if TYPE_CHECKING:
    from engine.explanation.explanation import Trial
    from engine.runs.side_by_side import SideBySide

_NAME = 24
"""Columns of a name before its curve."""
_MOST_CURVE = 40
"""Columns of a curve."""


def side_by_side(trial: Trial, both: SideBySide, width: int, look: Look) -> list[Text]:
    """What differs, a column for each of the two, and how far they went."""
    columns = [
        Column("", least=8),
        Column(trial.first_name, right=True, least=8),
        Column(trial.second_name, right=True, least=8),
    ]
    rows = [*sentence(_difference(trial), width, look), Text()]
    rows += table(columns, list(_figures(both, look)), width, look)
    rows += [Text(), *sentence("The loss over the steps:", width, look)]
    for name, tried in ((trial.first_name, both.first), (trial.second_name, both.second)):
        room = min(max(width - _NAME - 2, 0), _MOST_CURVE)
        label = padded(fit(tr(name), _NAME, look.ascii), _NAME + 2)
        rows += [
            crop(Text.assemble(label, row), width, look.ascii)
            for row in sparkline(tried.losses, room, look)
        ]
    return [*rows, Text(), *sentence(_caution(both), width, look)]


def _difference(trial: Trial) -> str:
    told = [
        tr(f"{one.place}: {one.before or 'nothing'} becomes {one.after or 'nothing'}")
        for one in changes(trial.first, trial.second)
        if one.place not in ("expect", "measured", "healthy")
    ]
    return tr(f"What differs: {'; '.join(told)}.")


def _figures(both: SideBySide, look: Look) -> Iterator[list[str]]:
    first, second = both.first, both.second
    yield [tr("learned numbers"), count(first.num_parameters), count(second.num_parameters)]
    yield ["steps", count(first.steps), count(second.steps)]
    for name in first.metrics:
        found = declared(name)
        if found is not None and name in second.metrics:
            split, metric = found
            title = f"{split} {shown_title(metric, look).lower()}"
            yield [title, *(shown(metric, one.metrics[name]) for one in (first, second))]


def _caution(both: SideBySide) -> str:
    """How far each went: the second has as many samples as the first, which may be other epochs."""
    first, second = (counted(one.epochs, "epoch") for one in (both.first, both.second))
    far = (
        tr(f"Both saw {first}")
        if first == second
        else tr(f"The first saw {first}, the second {second}")
    )
    if both.first.is_over and both.second.is_over:
        return tr(f"{far}, as many as the training has.")
    return tr(f"{far}, for a moment only: a whole training may end otherwise.")
