"""Axes that are worth a look, out of an experiment: its rate, its width, and what else it has."""

from __future__ import annotations

from collections.abc import Iterator

from engine.parts.layers import Layer
from engine.parts.optimizers import Adam, Optimizer
from engine.spec.experiment import Experiment

RATES = 5
"""Learning rates, a decade to each side."""
PENALTIES = "l2=0,0.0001,0.001,0.01"
WIDTHS = ("out_features", "out_channels")


def proposed(experiment: Experiment) -> list[str]:
    """Axes as `--over` takes them, what decides most first."""
    return [*_rate(experiment), *_width(experiment), *_others(experiment)]


def _rate(experiment: Experiment) -> Iterator[str]:
    schedule, optimizer = experiment.schedule, experiment.optimizer
    own = schedule.rate_parameter
    rate = float(schedule.values()[own]) if own else optimizer.lr
    if rate > 0:
        field = f"schedule.{own}" if own else "optimizer.lr"
        yield f"{field}=log({rate / 10:.3g},{rate * 10:.3g},{RATES})"


def _width(experiment: Experiment) -> Iterator[str]:
    """The width of the first layer that is not the last with weights."""
    weighted = [index for index, layer in enumerate(experiment.layers) if _named_width(layer)]
    for index in weighted[:-1][:1]:
        name = _named_width(experiment.layers[index])
        width = int(experiment.layers[index].values()[name])
        widths = dict.fromkeys((max(1, width // 2), width, width * 2, width * 4))
        yield f"layers.{index}.{name}={','.join(map(str, widths))}"


def _named_width(layer: Layer) -> str:
    return next((name for name in WIDTHS if name in layer.parameters()), "")


def _others(experiment: Experiment) -> Iterator[str]:
    size = experiment.batch_size
    if isinstance(size, int):
        yield f"batch_size={max(1, size // 2)},{size},{size * 2}"
    if isinstance(experiment.optimizer, Adam):
        yield f"optimizer={experiment.optimizer}|SGD(lr={_usual('SGD'):g}, momentum=0.9)"
    else:
        yield f"optimizer={experiment.optimizer}|Adam(lr={_usual('Adam'):g})"
    for index, layer in enumerate(experiment.layers):
        if layer.drops is not None and "p" in layer.parameters():
            yield f"layers.{index}.p=0.1,0.3,0.5"
            break
    yield PENALTIES


def _usual(name: str) -> float:
    rates = Optimizer.members()[name].rates  # type: ignore[attr-defined]  # members are optimizers
    return float(rates.usual) if rates else 0.01
