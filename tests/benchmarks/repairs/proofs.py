"""For each rule that can warn, the case in which following its repair helps.

One entry per rule, by its code, in the alphabet. To add a rule, add its entry: an experiment that
draws it (`sick`, what is unlike BASE), the figure that its repair is for, and, where the repair is
prose, what following it changes (`follow`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from engine.doctor.finding import Finding
from engine.parts.layers.dense import Linear
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from tests.benchmarks.repairs.tables import table
from tests.benchmarks.repairs.trial import Trial, found, tried

Raw = dict[str, Any]
Figure = Callable[[Experiment, int], float]
"""Of an experiment trained with a seed."""

BASE: Raw = {
    "data": "moons(samples=400)",
    "layers": ["Linear(16)", "ReLU()", "Linear(1)"],
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "Adam(lr=0.01)",
    "epochs": 60,
    "batch_size": 32,
    "test_fraction": 0.25,
}
FRESH_POINTS = 2000


def skill(experiment: Experiment, seed: int) -> float:
    """R², or balanced accuracy above chance; 1 is best, 0 for what could not train."""
    return tried(experiment, seed).skill()


def metric(name: str) -> Figure:
    """A metric at the end; infinite where there is none, as losses are that overflowed."""

    def figure(experiment: Experiment, seed: int) -> float:
        value = tried(experiment, seed).metrics.get(name)
        return float(value) if isinstance(value, float) and math.isfinite(value) else math.inf

    return figure


def num_epochs(experiment: Experiment, seed: int) -> float:
    """The epochs that it trains for."""
    trainer = tried(experiment, seed).trainer
    return math.inf if trainer is None else trainer.epoch


def misjudged(experiment: Experiment, seed: int) -> float:
    """How far the accuracy it tells is from that on fresh samples of its made data."""
    trial = tried(experiment, seed)
    fresh = _fresh_accuracy(trial, experiment, seed)
    told = trial.metrics.get("test_accuracy", trial.metrics.get("train_accuracy"))
    return abs(float(told or 0.0) - fresh)


def _fresh_accuracy(trial: Trial, experiment: Experiment, seed: int) -> float:
    from tests.benchmarks.repairs.trial import LOCATIONS

    assert trial.trainer is not None, "it trains"
    torch.manual_seed(1000 + seed)
    more = experiment.data.with_values(samples=FRESH_POINTS)
    inputs, targets = more.generator(LOCATIONS).run()
    evaluator = trial.trainer.evaluator
    outputs = evaluator.outputs(trial.trainer.splits.input_map.stored(inputs))
    right = evaluator.decoder.predicted_classes(outputs) == targets
    return right.double().mean().item()


def judged_in_pairs(experiment: Experiment, seed: int) -> float:
    """The accuracy on the test samples where they come two at a time, as a person's may."""
    trainer = tried(experiment, seed).trainer
    assert trainer is not None, "it trains"
    part = trainer.device_splits["test"]
    right = 0
    for first in range(0, len(part) - 1, 2):
        rows = torch.arange(first, first + 2)
        outputs = trainer.evaluator.outputs(part.rows(rows))
        named = trainer.evaluator.decoder.predicted_classes(outputs)
        right += int((named == part.targets[rows]).sum())
    return right / (len(part) // 2 * 2)


def unlike_itself(experiment: Experiment, seed: int) -> float:
    """How far the losses of two trainings of the same description are apart."""
    asked = experiment.seed
    own = [10 * seed, 10 * seed + 1] if asked == "random" else [int(asked)] * 2
    one, other = (metric("train_loss")(experiment, chosen) for chosen in own)
    return abs(one - other)


@dataclass(frozen=True)
class Proof:
    """A case in which following a rule's repair helps, and the figure that shows it."""

    sick: Raw
    figure: Figure = skill
    lower: bool = False
    """Whether less of the figure is better."""
    live: bool = False
    """Whether it is found while it trains."""
    follow: Raw | None = None
    """What following the repair changes, where it is prose; None: the finding's own."""
    cut: Callable[[Experiment], Experiment] | None = None
    """Makes of `sick` what the reader refuses."""
    what: str = "skill"
    """What the figure is called."""

    def experiment(self) -> Experiment:
        """As it is before the repair."""
        one = from_raw({**BASE, **self.sick})
        return one if self.cut is None else self.cut(one)

    def followed(self, code: str) -> Experiment | None:
        """As the repair leaves it; None where there is none to follow."""
        if self.follow is not None:
            return from_raw({**BASE, **self.sick, **self.follow})
        offered = self.findings(code)
        return next((one.repaired for one in offered if one.repaired), None)

    def findings(self, code: str) -> list[Finding]:
        """What the rule says before it trains, errors and warnings."""
        said = found(self.experiment())
        return [one for one in said if one.code == code and one.severity != "info"]


def _csv(name: str, target: str) -> str:
    return f"csv(path={table(name)!r}, target={target!r})"


def _layers(*calls: str) -> Raw:
    return {"layers": list(calls)}


TWO: Raw = {"loss": "CrossEntropyLoss()", "layers": ["Linear(16)", "ReLU()", "Linear(2)"]}
WAVE: Raw = {"data": "wave(samples=300)", "loss": "MSELoss()", "epochs": 100}
DIGITS: Raw = {"data": "digits()", "loss": "CrossEntropyLoss()", "batch_size": 64, "epochs": 10}
BY_HEART: Raw = {
    "data": _csv("noise", "yes"), "layers": ["Linear(64)", "ReLU()", "Linear(64)", "ReLU()",
                                             "Linear(1)"], "epochs": 60,
}  # fmt: skip
DEEP_SIGMOIDS = ["Linear(16)", "Sigmoid()"] * 6 + ["Linear(1)"]
LOSS: Raw = {"figure": metric("train_loss"), "lower": True, "what": "train loss"}
TEST_LOSS: Raw = {"figure": metric("test_loss"), "lower": True, "what": "test loss"}


def proofs() -> dict[str, Proof]:
    """By the code of the rule."""
    return {
        "adam-weight-decay": Proof({"optimizer": "Adam(lr=0.01, weight_decay=0.3)"}, **TEST_LOSS),
        "batchnorm-evaluation": Proof({**DIGITS, "batch_size": 16, "optimizer": "Adam(lr=0.01)",
            **_layers("Flatten()", "Linear(32)", "BatchNorm1d(momentum=0.0)", "ReLU()",
                      "Linear(10)")}, live=True,
            follow=_layers("Flatten()", "Linear(32)", "BatchNorm1d()", "ReLU()", "Linear(10)")),
        "batchnorm-momentum": Proof({**DIGITS, "batch_size": 16, **_layers(
            "Flatten()", "Linear(32)", "BatchNorm1d(momentum=0.9)", "ReLU()", "Linear(10)")}),
        "batchnorm-single": Proof({"batch_size": 23,
            **_layers("Linear(16, bias=False)", "BatchNorm1d()", "ReLU()", "Linear(1)")}),
        "batchnorm-untracked": Proof(
            _layers("Linear(16, bias=False)", "BatchNorm1d(track_running_stats=False)", "ReLU()",
                    "Linear(1)"), judged_in_pairs, what="accuracy of samples two at a time"),
        "bounded-output": Proof({**WAVE,
            **_layers("Linear(16)", "Tanh()", "Linear(1)", "Sigmoid()")}),
        "class-imbalance": Proof({"data": _csv("rare", "bought"), "epochs": 20}),
        "constant-output": Proof({"loss": "BCELoss()",
            **_layers("Linear(16)", "ReLU()", "Linear(1)", "Softmax()")}),
        "constant-rate": Proof({**DIGITS, "batch_size": 4, "epochs": 4,
            "optimizer": "SGD(lr=0.2)", **_layers("Flatten()", "Linear(32)", "ReLU()",
                                                  "Linear(10)")}),
        "dead-units": Proof({**DIGITS, "optimizer": "Adam(lr=0.3)", **_layers(
            "Flatten()", *["Linear(24)", "ReLU()"] * 4, "Linear(10)")}, live=True,
            follow={"optimizer": "Adam(lr=0.01)"}),
        "double-sigmoid": Proof(_layers("Linear(16)", "ReLU()", "Linear(1)", "Sigmoid()")),
        "double-softmax": Proof({**TWO, **_layers(*TWO["layers"], "Softmax()")}, **TEST_LOSS),
        "dropout-leaves-few": Proof(
            {**WAVE, **_layers("Linear(6)", "Tanh()", "Dropout(0.5)", "Linear(1)")}),
        "dropout-output": Proof(_layers("Linear(16)", "ReLU()", "Linear(1)", "Dropout(0.5)"),
                                **TEST_LOSS),
        "dropout-rate": Proof(
            _layers("Linear(16)", "ReLU()", "Dropout(0.9)", "Linear(1)"), **TEST_LOSS),
        "hidden-softmax": Proof({**DIGITS, "layers": ["Flatten()", "Linear(32)", "Softmax()",
                                                      "Linear(10)"]}),
        "large-updates": Proof({"optimizer": "SGD(lr=30.0)",
            **_layers("Linear(16)", "Tanh()", "Linear(1)")}, live=True,
            follow={"optimizer": "SGD(lr=3.0)"}),
        "learning-rate-range": Proof({"optimizer": "Adam(lr=5.0)"}),
        "linear-collapse": Proof({"data": "circle(samples=400)",
                                  **_layers("Linear(16)", "Linear(1)")}),
        "loss-oscillates": Proof({"optimizer": "SGD(lr=20.0)", "batch_size": "full"}, live=True,
                                 follow={"optimizer": "SGD(lr=7.0)"}, **LOSS),
        "loss-plateau": Proof({"data": _csv("thousands", "price"), "loss": "MSELoss()",
            "batch_size": "full", "epochs": 100,
            **_layers("Linear(16)", "Tanh()", "Linear(1)")}, live=True,
            follow={"data": f"csv({table('thousands')!r}, 'price', standardize_target=True)"}),
        "input-channels-first": Proof({**DIGITS, "epochs": 10, "optimizer": "Adam(lr=0.003)",
            "layers": ["Conv2d(1, 8, 3)", "ReLU()", "Flatten()", "Linear(10)"]}),
        "many-parameters": Proof({**BY_HEART}, **TEST_LOSS),
        "missing-log-softmax": Proof({**TWO, "loss": "NLLLoss()"}),
        "missing-sigmoid": Proof({"loss": "BCELoss()"}),
        "narrow-layer": Proof({"data": "circle(samples=400)",
                               **_layers("Linear(3)", "ReLU()", "Linear(1)")}),
        "no-better-than-commonest": Proof(
            {"optimizer": "SGD(lr=0.0001)", "epochs": 60}, live=True,
            follow={"optimizer": "SGD(lr=0.1)"}),
        "no-test-split": Proof({"data": "moons(samples=60, noise=0.5)",
            **_layers("Linear(64)", "ReLU()", "Linear(64)", "ReLU()", "Linear(1)"),
            "test_fraction": 0.0, "epochs": 200},
            misjudged, lower=True, what="error of the accuracy that is told"),
        "off-center-pixels": Proof({"data": "MNIST(mean=0.5, std=0.5, train_samples=1000)",
            "loss": "CrossEntropyLoss()", **_layers("Flatten()", "Linear(10)"),
            "optimizer": "SGD(lr=0.01)", "epochs": 10, "test_fraction": 0.0}, **LOSS),
        "one-unit-bottleneck": Proof({**DIGITS, "layers": [
            "Flatten()", "Linear(1)", "ReLU()", "Linear(32)", "ReLU()", "Linear(10)"]}),
        "output-width": Proof(
            {**DIGITS, "layers": ["Flatten()", "Linear(32)", "ReLU()", "Linear(10)"]},
            cut=lambda one: dataclasses.replace(one, layers=(*one.layers[:-1], Linear(8)))),
        "overfitting": Proof({**BY_HEART, "validation_fraction": 0.25}, live=True,
                             follow={"patience": 5}, **TEST_LOSS),
        "overflow-ahead": Proof({**WAVE, "optimizer": "SGD(lr=1.5)", "batch_size": "full",
            "epochs": 40, **_layers("Linear(1)")}, live=True,
            follow={"optimizer": "SGD(lr=0.15)"}, **LOSS),
        "plain-sgd": Proof({"optimizer": "SGD(lr=0.1)", "epochs": 3000, "batch_size": "full",
            "report_every": 100}, num_epochs, lower=True, what="epochs"),
        "random-seed": Proof({"seed": "random", "epochs": 10}, unlike_itself, lower=True,
                             what="difference of two trainings"),
        "rate-for-depth": Proof({**DIGITS, "optimizer": "Adam(lr=0.1)", "epochs": 10, "layers": [
            "Flatten()", *["Linear(64)", "ReLU()"] * 4, "Linear(10)"]}),
        "rate-for-squared-error": Proof({**WAVE, "optimizer": "SGD(lr=0.5)"}),
        "regression-loss-for-classes": Proof({**DIGITS, "loss": "MSELoss()",
            "optimizer": "SGD(lr=0.1)", "layers": ["Flatten()", "Linear(32)", "ReLU()",
                                                   "Linear(10)", "Softmax()"]}),
        "relu-output": Proof({**WAVE, **_layers("Linear(16)", "Tanh()", "Linear(1)", "ReLU()")}),
        "saturated-units": Proof({"data": _csv("unlike", "kind"), "epochs": 60,
            **_layers("Linear(16)", "Tanh()", "Linear(1)")}, live=True,
            follow={"data": f"csv({table('unlike')!r}, 'kind', standardize=True)"}),
        "saturating-chain": Proof({**_layers(*DEEP_SIGMOIDS), "epochs": 40}),
        "selection-on-training": Proof({**BY_HEART, "patience": 5, "epochs": 80}, **TEST_LOSS),
        "short-patience": Proof({"data": "moons(samples=150, noise=0.2)", "patience": 2,
            "validation_fraction": 0.15, "epochs": 200}),
        "small-test-split": Proof({"data": "gaussians(samples=60, center=0.5)",
                                   "test_fraction": 0.1}, misjudged, lower=True,
                                  what="error of the accuracy that is told"),
        "small-updates": Proof({"optimizer": "SGD(lr=0.000001)"}, live=True,
                               follow={"optimizer": "SGD(lr=0.1)"}),
        "sorted-rows": Proof({"data": _csv("sorted", "kind"), "test_fraction": 0.0,
            "shuffle": False, "loss": "CrossEntropyLoss()", "batch_size": 25, "epochs": 20,
            **_layers("Linear(16)", "ReLU()", "Linear(4)")}, **LOSS),
        "squashed-logits": Proof({**TWO, **_layers(*TWO["layers"], "Tanh()")}, **TEST_LOSS),
        "strong-penalty": Proof({"l2": 0.1}),
        "too-few-steps": Proof({"optimizer": "SGD(lr=0.01)", "epochs": 20}),
        "unscaled-features": Proof({"data": _csv("unlike", "kind")}),
        "unscaled-pixels": Proof({
            "data": "MNIST(mean=0.0, std=0.00392157, train_samples=1000)",
            "loss": "CrossEntropyLoss()", **_layers("Flatten()", "Linear(32)", "ReLU()",
                                                    "Linear(10)"),
            "optimizer": "SGD(lr=0.01, momentum=0.9)", "epochs": 10, "test_fraction": 0.0}),
        "unscaled-targets": Proof({"data": _csv("thousands", "price"), "loss": "MSELoss()"}),
        "vanishing-gradient": Proof(_layers(*DEEP_SIGMOIDS), live=True,
            follow=_layers(*["Linear(16)", "ReLU()"] * 6, "Linear(1)")),
    }  # fmt: skip


UNTRIED = {
    "exploding-gradient": "in a chain it is over after a step or two (first weights of 1e-5 before "
    "BatchNorm were tried), and large-updates names what remains",
    "no-such-file": "there is nothing to train on before its repair",
    "too-little-memory": "what it speaks of cannot be run, and it offers no repair",
}
"""Rules that warn of what no training can show, and why not."""
