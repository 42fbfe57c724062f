"""Sweeps of seeds held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.parts.metrics import Metric
from engine.sweeps.seeds import MeanGain, Seeds
from tui.language import tr
from tui.measured import named, shown
from tui.renderables.judgement.section import Section
from tui.renderables.numbers import count
from tui.renderables.table import Column


def sections(
    found: Sequence[Seeds], gains: Sequence[MeanGain], metric: Metric, letters: Sequence[str]
) -> Iterator[Section]:
    """Which is better on average, and what each came to."""
    said = [_sentence(one, metric, letters) for one in gains]
    yield Section("Verdict", said)
    columns = (
        Column(""),
        Column("Sweep", least=12),
        Column(found[0].objective.replace("_", " "), right=True),
        Column("±", right=True),
        Column("Trainings", right=True),
    )
    body = [
        (letter, one.name, shown(metric, one.mean), shown(metric, one.deviation), count(number))
        for letter, one in zip(letters, found, strict=True)
        for number in [len(one.values)]
    ]
    yield Section("Means over seeds", columns=columns, rows=body)


def _sentence(gain: MeanGain, metric: Metric, letters: Sequence[str]) -> str:
    a, b = letters[gain.first], letters[gain.second]
    if gain.low is None or gain.high is None:
        return tr(f"{a} and {b} can't be told apart: that takes two seeds or more of each.")
    if not gain.is_clear:
        low, high = (shown(metric, one) for one in (gain.low, gain.high))
        return tr(
            f"{a} and {b} can't be told apart: their means differ by {low} to {high} in "
            f"{named(metric)}, over {gain.num_seeds} seeds."
        )
    first = a if gain.mean > 0 else b
    sizes = (abs(gain.mean), *sorted((abs(gain.low), abs(gain.high))))
    mean, least, most = (shown(metric, one) for one in sizes)
    pairs = tr("seed by seed") if gain.is_paired else tr("of different seeds")
    return tr(
        f"{first} is better: by {mean} in {named(metric)} on average ({least} to {most}), over "
        f"{gain.num_seeds} seeds, {pairs}."
    )
