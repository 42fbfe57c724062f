"""How good a network is in one sentence, beside what needs no network."""

from __future__ import annotations

from collections.abc import Mapping

from engine.decoding import converted
from engine.parts.data import Facts
from engine.parts.metrics import headlines_named
from engine.runs.events import Figure, RunStarted
from tui.language import tr
from tui.renderables.numbers import metric

SPLITS = ("test", "validation", "train")
"""The one that tells most first."""


def baseline_sentence(started: RunStarted, measured: Mapping[str, Figure]) -> str:
    """`98% of the test points are right; the commonest class alone would give 50%.`

    measured: by names like `test_accuracy`. Empty where that was not measured, or the run is from
    before baselines were kept.
    """
    facts = converted(started.facts, Facts)
    name = "accuracy" if facts.classes else "mae"
    for split in SPLITS:
        value, guessed = measured.get(f"{split}_{name}"), started.baselines.get(f"{split}_{name}")
        if value is None or guessed is None:
            continue
        what = f"{'training' if split == 'train' else split} {_noun(facts)}"
        if facts.classes:
            told = tr(
                f"{percent(value)} of the {what} are right; the commonest class alone would give "
                f"{percent(guessed)}."
            )
            return told + _evenly(started, measured, split)
        unit = f" {facts.target_units[0]}" if len({*facts.target_units}) == 1 else ""
        return tr(
            f"The {what} are {metric(value)}{unit} off on average; the mean alone would be "
            f"{metric(guessed)}{unit} off."
        )
    return ""


def _evenly(started: RunStarted, measured: Mapping[str, Figure], split: str) -> str:
    """The same with every class counting the same, where that stands for the training."""
    told = ""
    for one in headlines_named(started.headlines):
        value = measured.get(f"{split}_{one.name}")
        guessed = started.baselines.get(f"{split}_{one.name}")
        if one.is_even and value is not None and guessed is not None:
            told += tr(
                f" Every class counting the same, it is {percent(value)}, and the commonest class "
                f"alone would give {percent(guessed)}."
            )
    return told


def percent(share: float) -> str:
    """Three digits that count; all and nothing only where it is that."""
    text = f"{100 * share:.3g}"
    if share < 1 and float(text) >= 100:
        text = "99.9"
    return f"{text}%"


def _noun(facts: Facts) -> str:
    """What a sample is called."""
    if facts.planar:
        return "points"
    if facts.positions:
        return "characters" if facts.tokens else "places"
    return "images" if len(facts.shape) == 3 else "samples"
