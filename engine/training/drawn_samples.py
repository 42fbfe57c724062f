"""What a network makes that was asked for it: for the screen, and for files."""

from __future__ import annotations

import math

import torch

from engine.errors import UsageError
from engine.limits import DRAWN
from engine.parts.data import Facts
from engine.parts.metrics.formulas import energy_distance
from engine.runs.pictures import Cloud
from engine.training.inputs import InputMap
from engine.training.making import MEASURED
from engine.training.metrics import Evaluator
from engine.training.returned import unscaled
from engine.training.splits import Splits

MARGIN = 0.25
"""Free border around the data, as a share of its range: what is made lies beside it at first."""
MOST_POINTS = 400


def cloud(evaluator: Evaluator, splits: Splits) -> Cloud | None:
    """Points of the data and as many that the network makes; None where it makes none."""
    maker, origin = evaluator.maker, splits.train.origin
    if maker is None or origin is None or evaluator.facts.made != (2,):
        return None
    stored = origin[0][:MEASURED]
    made = maker.samples(evaluator.model, len(stored)).cpu()
    distance = energy_distance(stored, made)
    half = len(stored) // 2
    data, made = (splits.input_map.own(one) for one in (stored, made))
    low, high = data.amin(0), data.amax(0)
    border = ((high - low) * MARGIN).clamp_min(1e-6)
    (x1, x2), (end1, end2) = (low - border).tolist(), (high + border).tolist()
    return Cloud(
        x1=(x1, end1),
        x2=(x2, end2),
        data=_pairs(data),
        made=_pairs(made[made.isfinite().all(1)]),
        distance=distance if math.isfinite(distance) else None,
        # Of half as many twice as much is chance.
        floor=energy_distance(stored[:half], stored[half:]) / 2 if half else 0.0,
    )


def _pairs(points: torch.Tensor) -> list[tuple[float, float]]:
    rounded = (points[:MOST_POINTS].double() * 1e4).round() / 1e4
    return [(x1, x2) for x1, x2 in rounded.tolist()]


def check_draws(facts: Facts) -> None:
    """Raise UsageError for a network that makes nothing."""
    if not facts.made:
        raise UsageError(
            "this network was not asked to make anything, so it can draw nothing: train one with "
            'objective = "flow()", like the preset moons-flow, or with "variational(…)", like '
            "digits-vae"
        )


def drawn_rows(
    evaluator: Evaluator, input_map: InputMap, count: int, seed: int
) -> list[list[float]]:
    """So many samples that a network makes, in the unit of the data, pixels from 0 to 1.

    Raises UsageError.
    """
    check_draws(evaluator.facts)
    if count > DRAWN.most:
        raise UsageError(f"to be drawn are {DRAWN.refusal(count)}")
    if not 0 <= seed < 2**63:
        raise UsageError("a seed is a whole number from 0 on")
    assert evaluator.maker is not None, "it makes something"
    made = evaluator.maker.samples(evaluator.model, count, seed).cpu()
    if evaluator.facts.returned:
        made = evaluator.decoder.numbers(made)
    if evaluator.facts.made and input_map.pixels is not None:
        made = unscaled(made, input_map, evaluator.facts.made)
    rows: list[list[float]] = input_map.own(made).tolist()
    return rows
