"""Networks that read sequences: what they may see, and how far a gradient goes back."""

from __future__ import annotations

import math

from engine.doctor.case import Case
from engine.doctor.rule import Changes, Remark, Remarks, plural, rule
from engine.parts.layers import Layer
from engine.parts.layers.address import place, walk
from engine.parts.shapes import Steps

USUAL_CLIP = 1.0
LEAST_STEPS = 8
"""Positions from which a gradient goes back through enough products to grow beyond all bounds."""
MOST_KNOWN = 0.1
"""Share of the text to validate on that may stand in the text to learn from as well: phrases recur.
"""


@rule("looks-ahead")
def looks_ahead(case: Case) -> Remarks:
    """What is asked for stands in the input, one place further on: it is copied, not predicted
    (Radford et al. 2018 mask it; minGPT's `bias` of ones below the diagonal)."""
    if not case.experiment.objective.asks_ahead:
        return
    layers = case.experiment.layers
    ahead = [(at, layer) for at, layer in walk(layers) if layer.looks_ahead]
    if not ahead:
        return
    at, layer = ahead[0]
    yield Remark(
        "error",
        place(at),
        f"{layer} looks ahead: the next token, which is asked for, is among what it sees, so the "
        "loss falls to nothing and what it writes is nonsense",
        f"use {_looking_back(layer)}",
        {"layers": tuple(_looking_back(one) for one in layers)},
    )


def _looking_back(layer: Layer) -> Layer:
    """The layer, and those inside of it, with nothing ahead of a place in sight."""
    if layer.inside:
        return layer.with_values(layers=tuple(_looking_back(one) for one in layer.inside))
    return layer.with_values(causal=True) if layer.looks_ahead else layer


@rule("exploding-recurrence")
def exploding_recurrence(case: Case) -> Remarks:
    """A state without bounds is a product over all steps, and so is its gradient: where it grows, a
    step that follows it throws away what was learned (Pascanu et al. 2013, On the difficulty of
    training recurrent neural networks)."""
    experiment = case.experiment
    if experiment.clip_norm is not None or not experiment.optimizer.follows_gradient:
        return
    for link in case.every_link:
        steps = link.input_shape[0] if isinstance(link.input_shape, Steps) else 0
        is_bounded = math.isfinite(link.layer.output_range[1])
        if not link.layer.recurs or is_bounded or steps < LEAST_STEPS:
            continue
        changes: Changes = {"clip_norm": USUAL_CLIP}
        yield Remark(
            "warning",
            "clip_norm",
            f"nothing bounds the state of {link.layer}, and its gradient goes back through "
            f"{plural(steps, 'step')}, multiplied by the same weights at each: now and then it is "
            f"very large, and a step of {experiment.optimizer.name} is as large then",
            f"use clip_norm = {USUAL_CLIP:g}",
            changes,
        )
        return


@rule("text-in-training")
def text_in_training(case: Case) -> Remarks:
    """Windows that overlap share most of what they hold: drawn at random, those that are held back
    were learned from, but for a character; so was a text that is there twice (Lee et al. 2022,
    Deduplicating Training Data Makes Language Models Better)."""
    experiment = case.experiment
    data = experiment.data
    fractions = {
        "test": experiment.test_fraction,
        "validation": experiment.validation_fraction,
    }
    held = next((name for name, fraction in fractions.items() if fraction), None)
    if data.overlaps and held is not None:
        changes: Changes = dict.fromkeys((f"{name}_fraction" for name in fractions), 0.0)
        yield Remark(
            "warning",
            f"{held}_fraction",
            f"windows of the text overlap, and a share of them, drawn, is held back: nearly all of "
            f"each {held} window is learned from, too, so its figures say how well it remembers",
            "hold back the text's end: validation=0.1 in the data",
            {**changes, "data": data.with_values(validation=0.1)},
        )
    known = data.known_share()
    if known > MOST_KNOWN:
        yield Remark(
            "warning",
            "data",
            f"{known:.0%} of the text that is validated on stands in the text to learn from, word "
            "by word: its figures say how well it remembers; take what is there twice out of the "
            "file",
        )


RULES = (looks_ahead, exploding_recurrence)
LEAKS = (text_in_training,)
