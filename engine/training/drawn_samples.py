"""What a network makes that was asked for it: for the screen, and for files."""

from __future__ import annotations

import math

import torch

from engine.errors import UsageError
from engine.limits import DRAWN
from engine.parts.data import Facts
from engine.parts.metrics import METRICS
from engine.parts.metrics.formulas import energy_distance
from engine.runs.pictures import PLACES, Boundary, Cloud
from engine.training.inputs import InputMap
from engine.training.making import MEASURED
from engine.training.metrics import Evaluator, Scored
from engine.training.returned import unscaled
from engine.training.rivalry import RivalLoss
from engine.training.splits import Splits

MARGIN = 0.25
"""Free border around the data, as a share of its range: what is made lies beside it at first."""
MOST_POINTS = 400
MOST_STAGES = 10
"""Of the way from noise to points."""
ARROWS = (20, 10)
"""Columns and rows of places of which is told where a network sends them."""


LEVELS = 6
"""Steps of confidence in what a second network says: few, so that little changes from one frame to
the next."""


def cloud(evaluator: Evaluator, splits: Splits, size: tuple[int, int] = (0, 0)) -> Cloud | None:
    """Points of the data and as many that the network makes; None where it makes none.

    size: (columns, rows) of what a second network says behind them.
    """
    maker, origin = evaluator.maker, splits.train.origin
    if maker is None or origin is None or evaluator.facts.made != (2,):
        return None
    stored = origin[0][:MEASURED]
    way = [one.cpu() for one in maker.way(evaluator.model, len(stored))]
    made = way[-1]
    distance = energy_distance(stored, made)
    half = len(stored) // 2
    data, made = (splits.input_map.own(one) for one in (stored, made))
    low, high = data.amin(0), data.amax(0)
    border = ((high - low) * MARGIN).clamp_min(1e-6)
    (x1, x2), (end1, end2) = (low - border).tolist(), (high + border).tolist()
    edges = (x1, end1), (x2, end2)
    judged = _judged(evaluator, splits, edges, size)
    stages = _stages(len(way) - 1)
    on_the_way = [splits.input_map.own(way[number][:MOST_POINTS]) for number in stages]
    return Cloud(
        x1=edges[0],
        x2=edges[1],
        arrows=_arrows(evaluator, splits, edges),
        judged=judged,
        told_apart=_told_apart(evaluator, splits) if judged is not None else None,
        steps=len(way) - 1,
        stages=stages,
        way=b"".join(_coded(points, edges) for points in on_the_way),
        data=_pairs(data),
        made=_pairs(made[made.isfinite().all(1)]),
        distance=distance if math.isfinite(distance) else None,
        # Of half as many twice as much is chance.
        floor=energy_distance(stored[:half], stored[half:]) / 2 if half else 0.0,
    )


def _stages(steps: int) -> list[int]:
    """After which of so many steps points are looked at on their way, at most MOST_STAGES."""
    count = min(steps, MOST_STAGES)
    return [number * steps // count for number in range(count)]


def _coded(points: torch.Tensor, edges: tuple[tuple[float, float], tuple[float, float]]) -> bytes:
    """Points as Cloud.way has them."""
    low, high = torch.tensor(edges).T
    share = (points - low) / (high - low)
    inside = ((share >= 0) & (share < 1)).all(1, keepdim=True)
    codes = torch.where(inside, 1 + (share * PLACES).floor(), 0)
    return bytes(codes.long().flatten().tolist())


def _arrows(
    evaluator: Evaluator, splits: Splits, edges: tuple[tuple[float, float], tuple[float, float]]
) -> list[tuple[float, float, float, float]]:
    """Where a network sends points of a grid in the middle of their way; empty for others."""
    assert evaluator.maker is not None, "it makes something"
    drift = type(evaluator.maker.objective).drift
    if drift is None:
        return []
    raw = _grid(edges, ARROWS)
    device = next(evaluator.model.parameters()).device
    was_training = evaluator.model.training
    evaluator.model.eval()
    try:
        with torch.no_grad():
            points = splits.input_map.stored(raw).to(device)
            ends = splits.input_map.own((points + drift(evaluator.model, points, 0.5)).cpu())
    finally:
        evaluator.model.train(was_training)
    rows = torch.cat([raw, ends - raw], 1)
    rounded = (rows[rows.isfinite().all(1)].double() * 1e4).round() / 1e4
    return [(x1, x2, d1, d2) for x1, x2, d1, d2 in rounded.tolist()]


def _grid(
    edges: tuple[tuple[float, float], tuple[float, float]], size: tuple[int, int]
) -> torch.Tensor:
    """The centers of a grid's cells, row by row from the top: (columns · rows, 2)."""
    (x1, end1), (x2, end2) = edges
    columns, rows = size
    across = x1 + (end1 - x1) * (torch.arange(columns) + 0.5) / columns
    down = end2 - (end2 - x2) * (torch.arange(rows) + 0.5) / rows
    return torch.stack([across.repeat(rows), down.repeat_interleave(columns)], 1)


def _judged(
    evaluator: Evaluator,
    splits: Splits,
    edges: tuple[tuple[float, float], tuple[float, float]],
    size: tuple[int, int],
) -> Boundary | None:
    """What a rival says over the plane; None without one, or without room."""
    rivals, (columns, rows) = evaluator.criterion, size
    if not isinstance(rivals, RivalLoss) or min(size) < 1:
        return None
    raw = _grid(edges, size)
    device = next(rivals.parameters()).device
    with torch.no_grad():
        said = rivals.said(splits.input_map.stored(raw).to(device)).cpu()[:, 0].double()
    share = (said.sigmoid() if rivals.limit == 0 else said.clamp(0, 1)).nan_to_num(0.5)
    sure = ((share - 0.5).abs() * 2 * LEVELS).floor().clamp(0, LEVELS - 1).long()
    codes = (share < 0.5).long() * LEVELS + sure
    return Boundary(
        columns=columns,
        rows=rows,
        cells=bytes(codes.tolist()),
        levels=LEVELS,
        classes=("data", "made"),
        x1=edges[0],
        x2=edges[1],
        points=[],
    )


def _told_apart(evaluator: Evaluator, splits: Splits) -> float | None:
    """How often a rival tells points from made ones; None where that is no number."""
    scored = Scored(evaluator, splits.train, torch.empty(0, 1))
    value = scored.value(METRICS["told_apart"])
    return value if value is not None and math.isfinite(value) else None


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
