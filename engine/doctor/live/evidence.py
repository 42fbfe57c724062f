"""What a live finding rests on: the curves, a layer's values, what is measured of each layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from engine.doctor.evidence import MOST_POINTS, Bars, Curves, Evidence, Histogram, Line
from engine.doctor.live.observation import LayerFigures, Observation

_OF_LAYERS: dict[str, tuple[str, Callable[[LayerFigures], float | None]]] = {
    "vanishing-gradient": ("gradient of the weights", lambda layer: layer.gradient),
    "exploding-gradient": ("gradient of the weights", lambda layer: layer.gradient),
    "large-updates": ("change of the weights in a step", lambda layer: layer.update),
    "small-updates": ("change of the weights in a step", lambda layer: layer.update),
}
"""By the rule's code: what is told of each layer, and how it is had."""
EVALUATION = "batchnorm-evaluation"
"""The rule about the two modes of a network."""
_MOST_LAYERS = 24


def evidence_of(code: str, place: str, observation: Observation) -> Evidence | None:
    """What speaks for a finding at a place; None where nothing was measured.

    What is about a layer has the layer's values, what is about a rate or a loss the curves.
    """
    if code == EVALUATION:
        return _evaluated(observation)
    if code in _OF_LAYERS:
        return _by_layer(code, place, observation.layers)
    for layer in observation.layers:
        if layer.place == place and layer.values is not None:
            return _histogram(layer)
    return _curves(observation, place)


def _by_layer(code: str, place: str, layers: Sequence[LayerFigures]) -> Bars | None:
    of, had = _OF_LAYERS[code]
    known = [(layer, value) for layer in layers if (value := had(layer)) is not None]
    known = [(layer, value) for layer, value in known if math.isfinite(value) and value >= 0]
    if not known:
        return None
    if len(known) > _MOST_LAYERS:
        half = _MOST_LAYERS // 2
        known = [*known[:half], *known[-half:]]
    values = [value for _, value in known]
    if place == "optimizer.lr":
        marked = [values.index(max(values))]
    else:
        marked = [n for n, (layer, _) in enumerate(known) if layer.place == place]
    return Bars(
        of=of,
        names=[f"{layer.place} {layer.text}" for layer, _ in known],
        values=[_rounded(value) for value in values],
        marked=marked,
        log=True,
    )


def _histogram(layer: LayerFigures) -> Histogram:
    assert layer.values is not None, "asked only where there are some"
    values = layer.values
    return Histogram(
        of=f"outputs of {layer.place} {layer.text}",
        low=_rounded(values.low),
        high=_rounded(values.high),
        counts=list(values.counts),
    )


def _curves(observation: Observation, place: str) -> Curves | None:
    """The losses that were reported, or those of every epoch where nothing is held out."""
    reports = [r for r in observation.reports if math.isfinite(r.train_loss)]
    held = [(r.epoch, r.held_out_loss) for r in reports if r.held_out_loss is not None]
    held = [(epoch, value) for epoch, value in held if math.isfinite(value)]
    losses = observation.losses
    train = [(r.epoch, r.train_loss) for r in reports]
    if len(losses) == observation.epoch and len(losses) > len(train):
        train = [(n, loss) for n, loss in enumerate(losses, start=1) if math.isfinite(loss)]
    if len(train) < 2:
        return None
    best = min(held, key=lambda pair: pair[1])[0] if len(held) > 1 else None
    is_about_it = place == f"{observation.held_out}_loss"
    lines = [_line("train", train, None)]
    if len(held) > 1:
        lines.append(_line(observation.held_out, held, best))
    return Curves(lines=lines, marked=best if is_about_it else None)


def _evaluated(observation: Observation) -> Curves | None:
    """The training loss as the steps saw it, and as the same samples are judged."""
    reports = [(r.epoch, r.train_loss, r.evaluated_loss) for r in observation.reports]
    known = [(epoch, a, b) for epoch, a, b in reports if b is not None and math.isfinite(a + b)]
    if len(known) < 2:
        return None
    running = _line("train", [(epoch, a) for epoch, a, _ in known], None)
    judged = _line("train, evaluated", [(epoch, b) for epoch, _, b in known], None)
    return Curves(lines=[running, judged])


def _line(name: str, points: Sequence[tuple[int, float]], kept: int | None) -> Line:
    """A curve of as many points as are drawn; the one that is kept is among them."""
    step = max(1, math.ceil(len(points) / MOST_POINTS))
    last = len(points) - 1
    chosen = [
        point for n, point in enumerate(points) if n % step == 0 or n == last or point[0] == kept
    ]
    epochs = [epoch for epoch, _ in chosen]
    return Line(name=name, epochs=epochs, values=[_rounded(value) for _, value in chosen])


def _rounded(value: float) -> float:
    """Four digits that count: more are not seen in a drawing."""
    return float(f"{value:.4g}")
