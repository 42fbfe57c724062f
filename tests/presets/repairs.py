"""What the doctor's repairs promise for the tutorials: measured, told, read back from a text."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from engine.doctor.examination import repaired, wants_statistics
from engine.parts.data import DataLocations
from engine.spec.experiment import Experiment
from engine.training.trainer import Trainer
from tests.presets.measure import DATA_DIR, preset, trained

FRESH_POINTS = 2000
Range = tuple[float, float]
Figure = Callable[[Experiment, int], float]


@dataclass(frozen=True)
class Promise:
    """A figure that gets better, and over which seeds that was measured."""

    what: str
    figure: Figure
    """Of an experiment trained with a seed."""
    digits: int
    """Decimals that are told."""
    unit: str = ""
    seeds: range = range(5)
    mean: bool = False
    """Whether the mean over the seeds is told, instead of their range."""

    def told(self, cured: Range, taught: Range) -> str:
        """The sentence that belongs into the preset's `expect`."""
        return self._sentence(self._text(cured), self._text(taught))

    def read(self, text: str) -> tuple[Range, Range]:
        """The ranges of the sentence in a text, repaired and taught; raises ValueError."""
        before, middle, end = map(re.escape, self._sentence("\0", "\0").split("\0"))
        found = re.search(f"{before}{_SPAN}{middle}{_SPAN}{end}", text)
        if found is None:
            raise ValueError(f"nothing of {self.what} in: {text}")
        low, high, taught_low, taught_high = map(_number, found.groups())
        return (low, low if math.isnan(high) else high), (
            taught_low,
            taught_low if math.isnan(taught_high) else taught_high,
        )

    def span(self, values: Sequence[float]) -> Range:
        """Lowest and highest, or the mean, rounded outward."""
        if self.mean:
            values = [math.fsum(values) / len(values)]
        scale = 10**self.digits
        low, high = min(values) * scale, max(values) * scale
        return math.floor(low + 1e-6) / scale, math.ceil(high - 1e-6) / scale

    def _sentence(self, cured: str, taught: str) -> str:
        return (
            f"Repaired by the doctor, {self.what} is {cured}{self.unit} instead of {taught}, "
            f"measured over {len(self.seeds):,} seeds."
        )

    def _text(self, span: Range) -> str:
        low, high = (f"{value:,.{self.digits}f}" for value in span)
        return low if low == high else f"between {low} and {high}"


_SPAN = r"(?:between )?([\d.,]*\d)(?: and ([\d.,]*\d))?"


def _number(text: str | None) -> float:
    return math.nan if text is None else float(text.replace(",", ""))


def cured(name: str) -> Experiment:
    """A preset with all repairs of errors and warnings."""
    experiment = preset(name)
    if not wants_statistics(experiment):
        return repaired(experiment)
    from engine.service.worker.statistics import describe

    return repaired(experiment, describe(experiment, DataLocations(DATA_DIR)).statistics())


def _metric(name: str, factor: float = 1.0) -> Figure:
    def figure(experiment: Experiment, seed: int) -> float:
        value = trained(experiment, seed).metrics[name]
        return math.nan if value is None else factor * value

    return figure


def fresh_accuracy(experiment: Experiment, seed: int) -> float:
    """The percentage of fresh circle points on the right side."""
    trainer = trained(experiment, seed)
    points = torch.randn(FRESH_POINTS, 2, generator=torch.Generator().manual_seed(1000 + seed))
    inside = (points.square().sum(dim=1) < 1).long()
    outputs = trainer.evaluator.outputs(trainer.splits.input_map.stored(points))
    right = trainer.evaluator.decoder.predicted_classes(outputs) == inside
    return 100 * right.double().mean().item()


def num_epochs(experiment: Experiment, seed: int) -> float:
    """The epochs that it trains for."""
    return trained(experiment, seed).epoch


def is_dead(experiment: Experiment, seed: int) -> bool:
    """Whether the single step of an experiment leaves every parameter as it was."""
    one = dataclasses.replace(experiment, seed=seed, device="cpu", threads=1)
    trainer = Trainer(one, DataLocations(DATA_DIR))
    before = [parameter.detach().clone() for parameter in trainer.model.parameters()]
    trainer.step()
    return all(map(torch.equal, before, trainer.model.parameters()))


def dead_percent(experiment: Experiment, seed: int) -> float:
    """100 where the output is dead."""
    return 100.0 * is_dead(experiment, seed)


_PERCENT = " percent"
PROMISES = {
    "circle": Promise(
        what=f"the share of {FRESH_POINTS:,} fresh points on the right side",
        figure=fresh_accuracy,
        digits=1,
        unit=_PERCENT,
        seeds=range(10),
    ),
    "first-network": Promise("the accuracy", _metric("train_accuracy", 100), 0, _PERCENT),
    "mnist": Promise("the accuracy on the test images", _metric("test_accuracy", 100), 1, _PERCENT),
    "one-step": Promise(
        what="the share of dead outputs",
        figure=dead_percent,
        digits=0,
        unit=_PERCENT,
        seeds=range(1000),
        mean=True,
    ),
    "three-features": Promise("the loss", _metric("train_loss"), 3),
    "two-gaussians": Promise("the number of epochs until it ends", num_epochs, 0),
}
"""By tutorial, the figure that its repairs are for."""
