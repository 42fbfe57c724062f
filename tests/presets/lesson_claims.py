"""Every figure that a lesson's fixed texts claim, and how it is had.

`python -m tests.presets.lesson_claims` prints each as it is measured or computed now. Figures of a
person's own training are no claims: lessons tell them from that training.
"""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.lessons.lesson import Start
from engine.lessons.lesson_reader import read_lesson
from engine.spec.chain import links
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.overrides import set_value
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml
from tests.presets.measure import preset, trained

FOLDER = Path(__file__).parents[2] / "presets" / "lessons"
Claim = Callable[[], float]


def started(lesson: str, step: int = 0) -> Experiment:
    """What a lesson starts from, or one of its steps."""
    read = read_lesson(FOLDER / f"{lesson}.toml")
    start: Start | None = read.steps[step - 1].start if step else read.start
    assert start is not None
    return start.experiment


def changed(experiment: Experiment, *assignments: str) -> Experiment:
    """An experiment with values set."""
    raw: dict[str, object] = parse_toml(to_toml(experiment))
    for assignment in assignments:
        raw = set_value(raw, assignment)
    return from_raw(raw)


def parameters(experiment: Experiment) -> float:
    """Numbers that its network learns."""
    facts = experiment.data.facts()
    assert facts is not None
    return sum(link.num_parameters for link in links(experiment.layers, facts.shape, []))


def _samples(experiment: Experiment) -> float:
    facts = experiment.data.facts()
    assert facts is not None
    return facts.num_samples


def _characters(experiment: Experiment) -> int:
    """Different ones that its data has."""
    facts = experiment.data.facts()
    assert facts is not None
    return facts.num_tokens


def layers(text: str, of: Experiment) -> Claim:
    """The parameters of other layers on the same data."""
    return lambda: parameters(changed(of, f"layers={text}"))


@cache
def _one_step(seed: int) -> dict[str, float]:
    """The tutorial's single step, in plain PyTorch."""
    torch.manual_seed(seed)
    x, y = torch.randn(1, 5), torch.randn(1, 1)
    first, last = nn.Linear(5, 3), nn.Linear(3, 1)
    hidden: Tensor = torch.relu(first(x))
    before: Tensor = last(hidden)
    return {
        "target": y.item(),
        "unit": hidden.max().item(),
        "before": before.item(),
        "loss": (torch.relu(before) - y).square().item(),
        "dead": float(before.item() <= 0),
    }


def _measured(name: str, metric: str, end: int) -> Claim:
    """Of a preset, in percent, as its table has it."""

    def bound() -> float:
        measured = preset(name).measured
        assert measured is not None
        return 100 * measured[metric][end]

    return bound


def _column(lesson_file: str, name: str) -> list[float]:
    with (FOLDER / lesson_file).open(encoding="utf-8") as file:
        return [float(row[name]) for row in csv.DictReader(file)]


def _guessing() -> float:
    """How many cups somebody is off who always says the mean."""
    cups = _column("coffee.csv", "cups")
    mean = statistics.fmean(cups)
    return statistics.fmean(abs(one - mean) for one in cups)


def _largest(column: int) -> Claim:
    """Of the ten rows of three features."""

    def largest() -> float:
        from engine.parts.data.tutorials import three_features

        inputs, _ = three_features()
        return inputs[:, column].max().item()

    return largest


def _final(lesson: str, seed: int) -> Claim:
    """The training loss at the end of what a lesson starts from, with a seed."""
    return lambda: trained(started(lesson), seed).metrics["train_loss"] or math.nan


E = math.e
COIN = math.log(2)
CLAIMS: dict[tuple[str, str], Claim] = {
    ("first-network", "61"): lambda: parameters(started("first-network")),
    ("one-step", "1.399"): lambda: abs(_one_step(0)["target"]),
    ("one-step", "1.956"): lambda: _one_step(0)["loss"],
    ("one-step", "0.33"): lambda: _one_step(0)["unit"],
    ("one-step", "0.1"): lambda: abs(_one_step(0)["before"]),
    ("one-step", "540"): lambda: sum(_one_step(seed)["dead"] for seed in range(1000)),
    ("two-gaussians", "200"): lambda: _samples(started("two-gaussians")),
    ("two-gaussians", "0.73"): lambda: E / (E + 1),
    ("two-gaussians", "0.731"): lambda: E / (E + 1),
    ("two-gaussians", "0.27"): lambda: 1 / (E + 1),
    ("two-gaussians", "0.313"): lambda: -math.log(E / (E + 1)),
    ("two-gaussians", "0.693"): lambda: COIN,
    ("two-gaussians", "0.25"): lambda: 0.5 * (1 - 0.5),
    ("mnist", "1.461"): lambda: -math.log(E / (E + 9)),
    ("mnist", "2.303"): lambda: math.log(10),
    ("mnist", "10 %"): lambda: 100 / 10,
    ("three-features", "102"): _largest(2),
    ("three-features", "11"): _largest(1),
    ("deeper-and-wider", "0.693"): lambda: COIN,
    ("deeper-and-wider", "337"): layers(
        "Linear(16), Tanh(), Linear(16), Tanh(), Linear(1)", preset("spiral")
    ),
    ("initial-luck", "0.693"): lambda: COIN,
    ("names-gpt", "4.03"): lambda: math.log(_characters(started("names-gpt"))),
    ("filters", "80"): lambda: (3 * 3 + 1) * 8,
    ("filters", "512"): lambda: 8 * 8 * 8,
    ("filters", "5,120"): lambda: (3 * 3 + 1) * 8 * 64,
    ("filters", "4,810"): lambda: parameters(started("filters")),
    ("filters", "109,386"): lambda: parameters(preset("mnist-repaired")),
    ("filters", "20,522"): lambda: parameters(preset("mnist-cnn")),
    ("filters", "98.6 %"): _measured("mnist-cnn", "test_accuracy", 0),
    ("filters", "98.2 %"): _measured("mnist-repaired", "test_accuracy", 1),
    ("own-table", "250"): lambda: len(_column("coffee.csv", "cups")),
    ("own-table", "21"): _guessing,
    ("own-table", "199"): lambda: max(_column("coffee.csv", "cups")),
}
"""By lesson, and as the text writes it: rounded to the digits that it has."""

LIMITS: dict[str, tuple[Claim, float, float]] = {
    "initial-luck, seed 3": (_final("initial-luck", 3), 0.25, math.inf),
    "initial-luck, seed 6": (_final("initial-luck", 6), 0.25, math.inf),
    "one-step, seed 2 is alive": (lambda: _one_step(2)["dead"], 0, 0),
}
"""Claims of texts without a figure: what is between which limits."""


def rounded(value: float, like: str) -> str:
    """A value as a text writes it."""
    number, percent = like.removesuffix(" %"), " %" * like.endswith(" %")
    decimals = len(number.partition(".")[2])
    return f"{value:,.{decimals}f}{percent}"


def main() -> None:
    for (lesson, text), claim in CLAIMS.items():
        print(f"{lesson}: {text} is {rounded(claim(), text)}")
    for what, (claim, low, high) in LIMITS.items():
        print(f"{what}: {claim():.4g} ({low} to {high})")


if __name__ == "__main__":
    main()
