"""For each finding an experiment that provokes it and a near twin that does not."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

from engine.doctor.finding import Severity
from engine.doctor.statistics import Spread, Statistics
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw

HEALTHY: dict[str, Any] = {
    "data": "moons(samples=400)",
    "layers": ["Linear(16)", "ReLU()", "Linear(1)"],
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "Adam(lr=0.01)",
    "epochs": 200,
    "test_fraction": 0.25,
}
"""Two classes in the plane; nothing is to be said of it."""

TWO = ["Linear(16)", "ReLU()", "Linear(2)"]
CLASSES = {"loss": "CrossEntropyLoss()", "layers": TWO}
WAVE = {
    "data": "wave(samples=400)",
    "loss": "MSELoss()",
    "layers": ["Linear(16)", "ReLU()", "Linear(1)"],
}
DIABETES = {
    "data": "diabetes()",
    "layers": ["Linear(8)", "ReLU()", "Linear(1)"],
    "loss": "MSELoss()",
    "optimizer": "Adam(lr=0.1)",
}
DIGITS = {"data": "digits()", "loss": "CrossEntropyLoss()"}
DEEP = {"layers": ["Flatten", "Linear(64)", "ReLU", "Linear(64)", "ReLU", "Linear(10)"]}
CIFAR = {"data": "CIFAR10()", "loss": "CrossEntropyLoss()", "test_fraction": 0.0, "epochs": 5}

MNIST = {
    "data": "MNIST(mean=0.1307, std=0.3081)",
    "loss": "CrossEntropyLoss()",
    "layers": ["Flatten", "Linear(10)"],
    "test_fraction": 0.0,
}


SHORT = MNIST | {
    "data": "MNIST(mean=0.1307, std=0.3081, train_samples=5000)",
    "layers": ["Conv2d(8, 3)", "ReLU", "MaxPool2d(2)", "Flatten", "Linear(64)", "ReLU",
               "Linear(10)"],
    "optimizer": "SGD(lr=0.01, momentum=0.9)",
    "batch_size": 128,
    "schedule": "CosineAnnealingLR()",
}  # fmt: skip
"""Convolutions that are trained for a few epochs of 40 steps."""


def experiment(*changes: dict[str, Any]) -> Experiment:
    """The healthy experiment with fields changed, checked."""
    raw = dict(HEALTHY)
    for change in changes:
        raw |= change
    return from_raw(raw)


def layers(*calls: str) -> dict[str, Any]:
    return {"layers": list(calls)}


def normed(norm: str) -> dict[str, Any]:
    """Layers with this batch normalization."""
    return layers("Linear(16, bias=False)", norm, "ReLU", "Linear(1)")


def filtered(convolution: str, momentum: float) -> dict[str, Any]:
    """Filters and batch normalization behind them."""
    norm = f"BatchNorm2d(momentum={momentum})"
    return layers(convolution, norm, "ReLU", "Flatten", "Linear(10)")


def untracked(
    first: str = "Linear(8, bias=False)", norm: str = "BatchNorm1d", last: str = "Linear(1)"
) -> dict[str, Any]:
    """Layers whose batch normalization keeps no running statistics."""
    flat = () if norm == "BatchNorm1d" else ("Flatten",)
    return layers(first, f"{norm}(track_running_stats=False)", "ReLU", *flat, last)


def planar(*counts: int, scale: float = 1.0, mean: float = 0.0) -> Statistics:
    """Statistics of points, the second feature `scale` times the first."""
    return Statistics(
        (mean - 2.0, mean - 2.0 * scale),
        (mean + 2.0, mean + 2.0 * scale),
        (mean, mean),
        (1.0, scale),
        counts or (200, 200),
    )


def rows(low: float, high: float, deviation: float, count: int = 10) -> Statistics:
    """Statistics of features alike but for the last one's lowest, highest and deviation."""
    same = count - 1
    return Statistics(
        (*[0.5] * same, low),
        (*[9.0] * same, high),
        (*[1.0] * same, (low + high) / 2),
        (*[1.0] * same, deviation),
    )


ORDERED = {"shuffle": False, "batch_size": 25, "test_fraction": 0.0}


def in_runs(length: float, *counts: int) -> Statistics:
    """Statistics of points that follow one another by class."""
    return dataclasses.replace(planar(*counts), class_run=length)


def flagged(share: float) -> Statistics:
    """Statistics of a feature of size 1, and of a flag that is 1 for a share of the samples."""
    spread = math.sqrt(share * (1 - share))
    return Statistics((-2.0, 0.0), (2.0, 1.0), (0.0, share), (1.0, spread), (200, 200))


def predicting(low: float, high: float, deviation: float) -> Statistics:
    """Statistics of one plain feature and one number to predict."""
    target = Spread(low, high, (low + high) / 2, deviation)
    return Statistics((-2.0,), (2.0,), (0.0,), (1.0,), targets=(target,))


@dataclass(frozen=True)
class Pair:
    """What provokes a finding, and what is nearly the same and does not."""

    code: str
    severity: Severity
    place: str
    figure: str
    """A part of the message: the number that follows from this experiment."""
    sick: Experiment
    twin: Experiment
    sick_statistics: Statistics | None = None
    twin_statistics: Statistics | None = None
    repaired: dict[str, str] = field(default_factory=dict)
    """Fields of the repaired experiment, as text; empty where a person must decide."""

    def __str__(self) -> str:
        return f"{self.code}-{self.place}"


PAIRS = [
    Pair(
        "linear-collapse", "warning", "layers[1][1]", "(144 parameters do the work of 72)",
        experiment(layers("Linear(8)", "Residual([Linear(8), Linear(8)])", "ReLU", "Linear(1)")),
        experiment(
            layers("Linear(8)", "Residual([Linear(8), ReLU(), Linear(8)])", "ReLU", "Linear(1)")
        ),
        repaired={
            "layers": "Linear(8) Residual([Linear(8), ReLU(), Linear(8)]) ReLU() Linear(1)"
        },
    ),
    Pair(
        "linear-collapse", "warning", "layers[1]", "between Linear(8) and Residual([…])",
        experiment(layers("Linear(8)", "Residual([Linear(8)])", "ReLU", "Linear(1)")),
        experiment(layers("Linear(8)", "Residual([Linear(8), ReLU()])", "ReLU", "Linear(1)")),
        repaired={"layers": "Linear(8) ReLU() Residual([Linear(8)]) ReLU() Linear(1)"},
    ),
    Pair(
        "saturating-chain", "warning", "layers[1][0]", "3 saturating activations (Sigmoid)",
        experiment(
            layers("Linear(8)", "Residual([Sigmoid(), Sigmoid(), Sigmoid(), Tanh()])", "Linear(1)")
        ),
        experiment(
            layers("Linear(8)", *["Residual([Sigmoid()])"] * 4, "Linear(1)")
        ),
        repaired={"layers": "Linear(8) Residual([ReLU(), ReLU(), ReLU(), ReLU()]) Linear(1)"},
    ),
    Pair(
        "dropout-rate", "info", "layers[1][0][1]", "Dropout(p=0.0) drops nothing",
        experiment(
            layers("Linear(8)", "Residual([Residual([ReLU(), Dropout(0.0)])])", "Linear(1)")
        ),
        experiment(layers("Linear(8)", "Residual([Residual([ReLU()])])", "Linear(1)")),
        repaired={"layers": "Linear(8) Residual([Residual([ReLU()])]) Linear(1)"},
    ),
    Pair(
        "bias-before-batchnorm", "info", "layers[1][0]", "8 biases of Linear(8)",
        experiment(
            layers("Linear(8)", "Residual([Linear(8), BatchNorm1d(), ReLU()])", "Linear(1)")
        ),
        experiment(
            layers(
                "Linear(8)", "Residual([Linear(8, bias=False), BatchNorm1d(), ReLU()])", "Linear(1)"
            )
        ),
        repaired={
            "layers": "Linear(8) Residual([Linear(8, bias=False), BatchNorm1d(), ReLU()]) Linear(1)"
        },
    ),
    Pair(
        "batchnorm-untracked", "warning", "layers[1][0]", "depends on the others",
        experiment(
            layers(
                "Linear(8)", "Residual([BatchNorm1d(track_running_stats=False), ReLU()])",
                "Linear(1)",
            )
        ),
        experiment(layers("Linear(8)", "Residual([BatchNorm1d(), ReLU()])", "Linear(1)")),
        repaired={"layers": "Linear(8) Residual([BatchNorm1d(), ReLU()]) Linear(1)"},
    ),
    Pair(
        "double-softmax", "error", "layers[3]", "below 1.461",
        experiment(DIGITS, layers("Flatten", "ReLU", "Linear(10)", "Softmax")),
        experiment(DIGITS, layers("Flatten", "ReLU", "Linear(10)")),
        repaired={"layers": "Flatten() ReLU() Linear(10)"},
    ),
    Pair(
        "double-softmax", "error", "layers[3]", "2 classes the loss cannot fall below 0.313",
        experiment(CLASSES, layers(*TWO, "Softmax")),
        experiment({"loss": "NLLLoss"}, layers(*TWO, "LogSoftmax")),
        repaired={"layers": "Linear(16) ReLU() Linear(2)"},
    ),
    Pair(
        "double-softmax", "info", "layers[3]", "changes nothing",
        experiment(CLASSES, layers(*TWO, "LogSoftmax")),
        experiment(CLASSES),
        repaired={"layers": "Linear(16) ReLU() Linear(2)"},
    ),
    Pair(
        "squashed-logits", "error", "layers[3]", "below 0.313",
        experiment(CLASSES, layers(*TWO, "Sigmoid")),
        experiment(CLASSES),
        repaired={"layers": "Linear(16) ReLU() Linear(2)"},
    ),
    Pair(
        "squashed-logits", "error", "layers[3]", "below 0.127",
        experiment(CLASSES, layers(*TWO, "Tanh")),
        experiment(CLASSES, layers("Linear(16)", "Tanh", "Linear(2)")),
        repaired={"layers": "Linear(16) ReLU() Linear(2)"},
    ),
    Pair(
        "squashed-logits", "error", "layers[3]", "about half",
        experiment(layers("Linear(16)", "ReLU", "Linear(1)", "ReLU")),
        experiment(),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "squashed-logits", "error", "layers[3]", "0.313 for class 0 and 0.127 for class 1",
        experiment(layers("Linear(16)", "ReLU", "Linear(1)", "Hardtanh(-1.0, 2.0)")),
        experiment(layers("Linear(16)", "ReLU", "Linear(1)", "Hardtanh(-9.0, 9.0)")),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "squashed-logits", "error", "layers[3]", "get no gradient at all",
        experiment(CLASSES, layers(*TWO, "ReLU6")),
        experiment(CLASSES, layers(*TWO, "PReLU")),
        repaired={"layers": "Linear(16) ReLU() Linear(2)"},
    ),
    Pair(
        "double-softmax", "error", "layers[3]", "FocalLoss applies a softmax itself",
        experiment(CLASSES, {"loss": "FocalLoss"}, layers(*TWO, "Softmax")),
        experiment(CLASSES, {"loss": "MultiMarginLoss"}, layers(*TWO, "Softmax")),
        repaired={"layers": "Linear(16) ReLU() Linear(2)"},
    ),
    Pair(
        "double-sigmoid", "error", "layers[3]", "0.313 for class 1 and 0.693",
        experiment(layers("Linear(16)", "ReLU", "Linear(1)", "Sigmoid")),
        experiment({"loss": "BCELoss"}, layers("Linear(16)", "ReLU", "Linear(1)", "Sigmoid")),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "missing-log-softmax", "error", "layers[2]", "falls below 0",
        experiment(CLASSES, {"loss": "NLLLoss"}),
        experiment({"loss": "NLLLoss"}, layers(*TWO, "LogSoftmax")),
        repaired={"layers": "Linear(16) ReLU() Linear(2) LogSoftmax(dim=1)"},
    ),
    Pair(
        "missing-log-softmax", "error", "layers[3]", "between -1 and 0",
        experiment({"loss": "NLLLoss"}, layers(*TWO, "Softmax")),
        experiment({"loss": "NLLLoss"}, layers(*TWO, "LogSoftmax")),
        repaired={"layers": "Linear(16) ReLU() Linear(2) LogSoftmax(dim=1)"},
    ),
    Pair(
        "missing-sigmoid", "error", "layers[2]", "outside 0 to 1",
        experiment({"loss": "BCELoss"}),
        experiment({"loss": "BCELoss"}, layers("Linear(16)", "ReLU", "Linear(1)", "Sigmoid")),
        repaired={"loss": "BCEWithLogitsLoss()"},
    ),
    Pair(
        "missing-sigmoid", "error", "layers[3]", "Hardtanh() gives values outside 0 to 1",
        experiment({"loss": "BCELoss"}, layers("Linear(16)", "ReLU", "Linear(1)", "Hardtanh")),
        experiment(
            {"loss": "BCELoss"}, layers("Linear(16)", "ReLU", "Linear(1)", "Hardtanh(0.0, 1.0)")
        ),
        repaired={"layers": "Linear(16) ReLU() Linear(1) Sigmoid()", "loss": "BCELoss()"},
    ),
    Pair(
        "output-width", "info", "layers[2]", "two outputs for two classes",
        experiment(layers(*TWO)),
        experiment(),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "constant-output", "error", "layers[3]", "always 1",
        experiment({"loss": "BCELoss"}, layers("Linear(16)", "ReLU", "Linear(1)", "Softmax")),
        experiment({"loss": "BCELoss"}, layers("Linear(16)", "ReLU", "Linear(2)", "Softmax")),
        repaired={"layers": "Linear(16) ReLU() Linear(1) Sigmoid()"},
    ),
    Pair(
        "relu-output", "error", "layers[3]", "about half of the outputs",
        experiment(WAVE, layers("Linear(16)", "Tanh", "Linear(1)", "ReLU")),
        experiment(WAVE, layers("Linear(16)", "Tanh", "Linear(1)", "LeakyReLU")),
        repaired={"layers": "Linear(16) Tanh() Linear(1)"},
    ),
    Pair(
        "bounded-output", "warning", "layers[3]", "between 0 and 1",
        experiment(WAVE, layers("Linear(16)", "ReLU", "Linear(1)", "Sigmoid")),
        experiment(WAVE, layers("Linear(16)", "ReLU", "Linear(1)", "Sigmoid")),
        predicting(-1.2, 1.3, 0.7), predicting(0.0, 1.0, 0.3),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "bounded-output", "warning", "layers[3]", "between -1 and 1, but the number to predict "
        "goes from -1.2 to 1.3",
        experiment(WAVE, layers("Linear(16)", "ReLU", "Linear(1)", "Tanh")),
        experiment(WAVE, layers("Linear(16)", "Tanh", "Linear(1)")),
        predicting(-1.2, 1.3, 0.7), predicting(-1.2, 1.3, 0.7),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "bounded-output", "warning", "layers[3]",
        "Hardtanh() at the end of a regression keeps every prediction between -1 and 1",
        experiment(WAVE, layers("Linear(16)", "ReLU", "Linear(1)", "Hardtanh")),
        experiment(WAVE, layers("Linear(16)", "ReLU", "Linear(1)", "Hardtanh(-1.0, 2.0)")),
        predicting(-1.0, 2.0, 0.7), predicting(-1.0, 2.0, 0.7),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "regression-loss-for-classes", "warning", "loss", "0.020, with cross-entropy 0.99, 51",
        experiment({"loss": "MSELoss"}, layers("Linear(16)", "ReLU", "Linear(1)", "Sigmoid")),
        experiment(WAVE, {"loss": "MSELoss"}),
        repaired={"loss": "BCELoss()", "layers": "Linear(16) ReLU() Linear(1) Sigmoid()"},
    ),
    Pair(
        "regression-loss-for-classes", "warning", "loss", "measures distances",
        experiment({"loss": "L1Loss"}, layers("Linear(16)", "ReLU", "Linear(2)", "Softmax")),
        experiment(CLASSES),
        repaired={"loss": "CrossEntropyLoss()", "layers": "Linear(16) ReLU() Linear(2)"},
    ),
    Pair(
        "linear-collapse", "warning", "layers[1]", "65 parameters do the work of 3",
        experiment(layers("Linear(16)", "Linear(1)")),
        experiment(layers("Linear(16)", "ReLU", "Linear(1)")),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "linear-collapse", "warning", "layers[3]", "no more than one layer",
        experiment(layers("Linear(16, bias=False)", "BatchNorm1d", "Dropout(0.2)", "Linear(1)")),
        experiment(layers("Linear(16, bias=False)", "LayerNorm", "Dropout(0.2)", "Linear(1)")),
        repaired={
            "layers": "Linear(16, bias=False) BatchNorm1d() ReLU() Dropout(p=0.2) Linear(1)"
        },
    ),
    Pair(
        "saturating-chain", "warning", "layers[1]", "3 saturating activations (Sigmoid) in a row "
        "leave about 0.016",
        experiment(layers(*["Linear(9)", "Sigmoid"] * 3, "Linear(1)")),
        experiment(layers(*["Linear(9)", "Sigmoid"] * 2, "Linear(1)")),
        repaired={"layers": "Linear(9) ReLU() " * 3 + "Linear(1)"},
    ),
    Pair(
        "saturating-chain", "warning", "layers[1]", "7 saturating activations (Tanh)",
        experiment(layers(*["Linear(9)", "Tanh"] * 7, "Linear(1)")),
        experiment(layers(*["Linear(9)", "Tanh"] * 6, "LayerNorm", "Tanh", "Linear(1)")),
        repaired={"layers": "Linear(9) ReLU() " * 7 + "Linear(1)"},
    ),
    Pair(
        "saturating-chain", "warning", "layers[1]", "4 saturating activations (Softsign)",
        experiment(layers(*["Linear(9)", "Softsign"] * 4, "Linear(1)")),
        experiment(layers(*["Linear(9)", "Softsign"] * 3, "GroupNorm(3)", "Softsign", "Linear(1)")),
        repaired={"layers": "Linear(9) ReLU() " * 4 + "Linear(1)"},
    ),
    Pair(
        "narrow-layer", "warning", "layers[0]", "4 ReLU units",
        experiment(layers("Linear(4)", "ReLU", "Linear(1)")),
        experiment(layers("Linear(8)", "ReLU", "Linear(1)")),
        repaired={"layers": "Linear(8) ReLU() Linear(1)"},
    ),
    Pair(
        "hidden-softmax", "warning", "layers[1]", "share a sum of 1",
        experiment(layers("Linear(16)", "Softmax", "Linear(1)")),
        experiment({"loss": "NLLLoss"}, layers(*TWO, "LogSoftmax")),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(  # of few numbers another is made as well as by any other bend
        "hidden-softmax", "info", "layers[1]", "share a sum of 1",
        experiment(WAVE, layers("Linear(16)", "Softmax", "Linear(1)")),
        experiment(WAVE, layers("Linear(16)", "Tanh", "Linear(1)")),
        repaired={"layers": "Linear(16) Tanh() Linear(1)"},
    ),
    Pair(
        "hidden-softmax", "warning", "layers[1]", "share a sum of 1",
        experiment(DIABETES, layers("Linear(16)", "Softmax", "Linear(1)")),
        experiment(DIABETES, layers("Linear(16)", "Tanh", "Linear(1)")),
        repaired={"layers": "Linear(16) Tanh() Linear(1)"},
    ),
    Pair(
        "hidden-softmax", "warning", "layers[2]", "before layers with weights",
        experiment(layers("Linear(16)", "ReLU", "Softmax", "Linear(1)")),
        experiment(layers("Linear(16)", "ReLU", "Linear(1)")),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "hidden-softmax", "warning", "layers[0]", "makes what it passes on share",
        experiment(layers("Softmax", *TWO[:2], "Linear(1)")),
        experiment({"loss": "BCELoss"}, layers(*TWO, "Softmax")),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "hidden-softmax", "warning", "layers[1][1]", "little more than a linear layer",
        experiment(layers("Linear(8)", "Residual([Linear(8), LogSoftmax(), Linear(8)])",
                          "ReLU", "Linear(1)")),
        experiment(layers("Linear(8)", "Residual([Linear(8), Tanh(), Linear(8)])",
                          "ReLU", "Linear(1)")),
        repaired={
            "layers": "Linear(8) Residual([Linear(8), ReLU(), Linear(8)]) ReLU() Linear(1)"
        },
    ),
    Pair(
        "one-unit-bottleneck", "warning", "layers[0]", "16 units of Linear(16) behind it",
        experiment(layers("Linear(1)", "Tanh", "Linear(16)", "ReLU", "Linear(1)")),
        experiment(layers("Linear(8)", "Tanh", "Linear(16)", "ReLU", "Linear(1)")),
        repaired={"layers": "Linear(16) Tanh() Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "one-unit-bottleneck", "warning", "layers[3]", "10 units of Linear(10) behind it",
        experiment(DIGITS, layers("Flatten", "Linear(64)", "ReLU", "Linear(1)", "ReLU",
                                  "Linear(10)")),
        experiment(layers("Linear(16)", "ReLU", "Linear(1)")),
        repaired={"layers": "Flatten() Linear(64) ReLU() Linear(10) ReLU() Linear(10)"},
    ),
    Pair(
        "dropout-leaves-few", "warning", "layers[2]", "leaves 3 of 6 values on the mean, and none "
        "at all in 2% of cases",
        experiment(layers("Linear(6)", "Tanh", "Dropout", "Linear(1)")),
        experiment(layers("Linear(8)", "Tanh", "Dropout", "Linear(1)")),
        repaired={"layers": "Linear(6) Tanh() Linear(1)"},
    ),
    Pair(
        "dropout-leaves-few", "warning", "layers[0]", "leaves 1 of 2 values",
        experiment(layers("Dropout", *TWO[:2], "Linear(1)")),
        experiment(layers("Dropout(0.2)", *TWO[:2], "Linear(1)")),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "narrow-layer", "warning", "layers[0]", "3 Tanh units can bend the boundary along 3 lines",
        experiment(layers("Linear(3)", "Tanh", "Linear(1)")),
        experiment(layers("Linear(4)", "Tanh", "Linear(1)")),
        repaired={"layers": "Linear(8) Tanh() Linear(1)"},
    ),
    Pair(
        "narrow-layer", "warning", "layers[0]", "2 Sigmoid units",
        experiment(layers("Linear(2)", "Sigmoid", "Linear(1)")),
        experiment(WAVE, layers("Linear(2)", "Sigmoid", "Linear(1)")),
        repaired={"layers": "Linear(8) Sigmoid() Linear(1)"},
    ),
    Pair(
        "batchnorm-momentum", "warning", "layers[1]", "last batch of 30, of what was known before "
        "10% stays",
        experiment({"batch_size": 30}, normed("BatchNorm1d(momentum=0.9)")),
        experiment({"batch_size": 30}, normed("BatchNorm1d(momentum=0.4)")),
        repaired={"layers": "Linear(16, bias=False) BatchNorm1d() ReLU() Linear(1)"},
    ),
    Pair(
        "batchnorm-momentum", "info", "layers[1]", "last batch of 150",
        experiment({"batch_size": 150}, normed("BatchNorm1d(momentum=0.9)")),
        experiment(normed("BatchNorm1d(momentum=0.9)")),
        repaired={"layers": "Linear(16, bias=False) BatchNorm1d() ReLU() Linear(1)"},
    ),
    Pair(  # each place of a picture is a value of its channel
        "batchnorm-momentum", "warning", "layers[1]", "last batch of 2",
        experiment(DIGITS, {"batch_size": 2}, filtered("Conv2d(4, 8)", 0.9)),
        experiment(DIGITS, {"batch_size": 8}, filtered("Conv2d(4, 3)", 0.9)),
        repaired={"layers": "Conv2d(4, 8) BatchNorm2d() ReLU() Flatten() Linear(10)"},
    ),
    Pair(
        "batchnorm-momentum", "warning", "layers[1]", "stays the mean 0 and the deviation 1",
        experiment(normed("BatchNorm1d(momentum=0.0)")),
        experiment(normed("BatchNorm1d(momentum=None)")),
        repaired={"layers": "Linear(16, bias=False) BatchNorm1d() ReLU() Linear(1)"},
    ),
    Pair(
        "unscaled-pixels", "warning", "data", "pixels of 0 to 255 with a deviation of about 79",
        experiment(MNIST, {"data": "MNIST(mean=0.0, std=0.00392157)"}),
        experiment(MNIST, {"data": "MNIST()"}),
        repaired={"data": "MNIST(mean=0.1307, std=0.3081)"},
    ),
    Pair(
        "unscaled-pixels", "warning", "data", "a deviation of about 0.00095",
        experiment(MNIST, {"data": "CIFAR10(mean=0.0, std=255.0)"}),
        experiment(MNIST, {"data": "CIFAR10(mean=0.5, std=0.5)"}),
        repaired={"data": "CIFAR10(mean=[0.4914, 0.4822, 0.4465], std=[0.247, 0.2435, 0.2616])"},
    ),
    Pair(
        "strong-penalty", "error", "l2", "l2 = 10 at a learning rate of 0.3 takes 6 times each "
        "weight off it in one step: all weights jump past zero to the other sign, further",
        experiment({"optimizer": "SGD(lr=0.3)", "l2": 10.0}),
        experiment({"optimizer": "SGD(lr=0.3)", "l2": 0.09}),
        repaired={"l2": "0.0001"},
    ),
    Pair(
        "strong-penalty", "warning", "l2", "l2 = 0.1 pulls most weights harder towards zero",
        experiment({"l2": 0.1}), experiment({"l2": 0.01}),
        repaired={"l2": "0.0001"},
    ),
    Pair(
        "strong-penalty", "warning", "l2", "l2 = 1 pulls",
        experiment(WAVE, {"l2": 1.0}, layers("Linear(1)")),
        experiment(WAVE, {"l2": 0.3}, layers("Linear(1)")),
        repaired={"l2": "0.0001"},
    ),
    Pair(
        "strong-penalty", "warning", "l1", "l1 = 0.1 pulls",
        experiment({"l1": 0.1}), experiment({"l1": 0.01}),
        repaired={"l1": "0.0001"},
    ),
    Pair(
        "strong-penalty", "warning", "optimizer.weight_decay", "weight_decay = 0.2 pulls",
        experiment({"optimizer": "SGD(lr=0.1, weight_decay=0.2)"}),
        experiment({"optimizer": "AdamW(lr=0.1, weight_decay=0.2)"}),
        repaired={"optimizer": "SGD(lr=0.1, weight_decay=0.0001)"},
    ),
    Pair(
        "strong-penalty", "warning", "optimizer.weight_decay", "holds weights below 0.33",
        experiment({"optimizer": "AdamW(lr=0.01, weight_decay=3)"}),
        experiment({"optimizer": "AdamW(lr=0.01, weight_decay=0.1)"}),
        repaired={"optimizer": "AdamW(lr=0.01)"},
    ),
    Pair(
        "rate-for-squared-error", "warning", "optimizer.lr", "steps from 0.5 on",
        experiment(WAVE, {"optimizer": "SGD(lr=0.5)"}),
        experiment(WAVE, {"optimizer": "SGD(lr=0.3)"}),
        repaired={"optimizer": "SGD(lr=0.02)"},
    ),
    Pair(
        "rate-for-squared-error", "warning", "optimizer.lr", "its bias alone curve the loss",
        experiment(WAVE, {"optimizer": "SGD(lr=1.0)"}, layers("Linear(1)")),
        experiment(WAVE, {"optimizer": "SGD(lr=0.5)"}, layers("Linear(1)")),
        repaired={"optimizer": "SGD(lr=0.1)"},
    ),
    Pair(
        "rate-for-squared-error", "warning", "optimizer.lr", "steps from 0.5 on",
        experiment(WAVE, {"optimizer": "SGD(lr=0.5)"}, layers("Linear(16)", "Tanh", "Linear(1)")),
        experiment(WAVE, {"optimizer": "SGD(lr=0.5)"}, layers("Linear(15)", "Tanh", "Linear(1)")),
        repaired={"optimizer": "SGD(lr=0.02)"},
    ),
    Pair(
        "rate-for-squared-error", "warning", "schedule.max_lr", "SGD at 0.6 under MSELoss",
        experiment(WAVE, {"optimizer": "SGD(lr=0.1)", "schedule": "OneCycleLR(0.6)"}),
        experiment(WAVE, {"optimizer": "SGD(lr=0.1)", "schedule": "OneCycleLR(0.6)"},
                   {"loss": "HuberLoss"}),
        repaired={"schedule": "OneCycleLR(0.02)"},
    ),
    Pair(
        "input-channels-first", "warning", "layers[0]", "is 1 filter of size 8 in steps of 3",
        experiment(DIGITS, layers("Conv2d(1, 8, 3)", "ReLU", "Flatten", "Linear(10)")),
        experiment(DIGITS, layers("Conv2d(1, 8, 2)", "ReLU", "Flatten", "Linear(10)")),
        repaired={"layers": "Conv2d(8, 3) ReLU() Flatten() Linear(10)"},
    ),
    Pair(
        "input-channels-first", "warning", "layers[0]", "is 3 filters of size 6 in steps of 5",
        experiment(CIFAR, layers("Conv2d(3, 6, 5)", "ReLU", "Flatten", "Linear(10)")),
        experiment(CIFAR, layers("Conv2d(6, 6, 5)", "ReLU", "Flatten", "Linear(10)")),
        repaired={"layers": "Conv2d(6, 5) ReLU() Flatten() Linear(10)"},
    ),
    Pair(
        "rate-for-depth", "warning", "optimizer.lr", "over 64 inputs and 2 hidden layers",
        experiment(DIGITS, {"optimizer": "Adam(lr=0.05)"}, DEEP),
        experiment(DIGITS, {"optimizer": "Adam(lr=0.04)"}, DEEP),
        repaired={"optimizer": "Adam(lr=0.001)"},
    ),
    Pair(
        "rate-for-depth", "warning", "optimizer.lr", "NAdam moves each weight by about 0.1 a step",
        experiment(DIGITS, {"optimizer": "NAdam(lr=0.1)"}, DEEP),
        experiment(DIGITS, {"optimizer": "NAdam(lr=0.1)"},
                   layers("Flatten", "Linear(64)", "ReLU", "Linear(10)")),
        repaired={"optimizer": "NAdam(lr=0.002)"},
    ),
    Pair(
        "batchnorm-single", "error", "layers[1]", "300 training samples make batches of one",
        experiment(
            {"batch_size": 1},
            layers("Linear(16, bias=False)", "BatchNorm1d", "ReLU", "Linear(1)"),
        ),
        experiment(
            {"batch_size": 2},
            layers("Linear(16, bias=False)", "BatchNorm1d", "ReLU", "Linear(1)"),
        ),
        repaired={"batch_size": "32"},
    ),
    Pair(
        "batchnorm-single", "error", "layers[1]", "300 training samples make a last batch of one",
        experiment(
            {"batch_size": 23},
            layers("Linear(16, bias=False)", "BatchNorm1d", "ReLU", "Linear(1)"),
        ),
        experiment(
            {"batch_size": 24},
            layers("Linear(16, bias=False)", "BatchNorm1d", "ReLU", "Linear(1)"),
        ),
        repaired={"batch_size": "22"},
    ),
    Pair(
        "batchnorm-single", "warning", "layers[1]", "each image is normalized by itself",
        experiment(
            DIGITS, {"batch_size": 1, "optimizer": "Adam"},
            layers("Conv2d(4, 3, bias=False)", "BatchNorm2d", "ReLU", "Flatten", "Linear(10)"),
        ),
        experiment(
            DIGITS, {"batch_size": 1, "optimizer": "Adam"},
            layers("Conv2d(4, 3, bias=False)", "LayerNorm", "ReLU", "Flatten", "Linear(10)"),
        ),
        repaired={"batch_size": "32"},
    ),
    Pair(
        "batchnorm-untracked", "warning", "layers[1]", "one alone can't be predicted",
        experiment(untracked()), experiment(layers("Linear(8, bias=False)", "BatchNorm1d",
                                                   "ReLU", "Linear(1)")),
        repaired={"layers": "Linear(8, bias=False) BatchNorm1d() ReLU() Linear(1)"},
    ),
    Pair(
        "batchnorm-untracked", "error", "layers[1]", "the sample to predict is judged alone",
        experiment(untracked(), {"predict": [[1, 2]]}),
        experiment(untracked(), {"predict": [[1, 2], [2, 1]]}),
        repaired={"layers": "Linear(8, bias=False) BatchNorm1d() ReLU() Linear(1)"},
    ),
    Pair(
        "batchnorm-untracked", "error", "layers[1]", "the last of 1,001 training samples",
        experiment(untracked(), {"data": "moons(samples=1335)", "batch_size": 77}),
        experiment(untracked(), {"data": "moons(samples=1335)"}),
        repaired={"layers": "Linear(8, bias=False) BatchNorm1d() ReLU() Linear(1)"},
    ),
    Pair(
        "batchnorm-untracked", "error", "layers[1]", "the test sample is judged alone",
        experiment(untracked(), {"data": "moons(samples=10)", "test_fraction": 0.1}),
        experiment(untracked(), {"data": "moons(samples=10)", "test_fraction": 0.2}),
        repaired={"layers": "Linear(8, bias=False) BatchNorm1d() ReLU() Linear(1)"},
    ),
    Pair(
        "batchnorm-untracked", "warning", "layers[1]", "depends on the others",
        experiment(DIGITS, untracked("Conv2d(4, 3, bias=False)", "BatchNorm2d", "Linear(10)")),
        experiment(DIGITS, layers("Conv2d(4, 3, bias=False)", "LayerNorm", "ReLU", "Flatten",
                                  "Linear(10)")),
        repaired={
            "layers": "Conv2d(4, 3, bias=False) BatchNorm2d() ReLU() Flatten() Linear(10)"
        },
    ),
    Pair(
        "bias-before-batchnorm", "info", "layers[0]", "16 biases",
        experiment(layers("Linear(16)", "BatchNorm1d", "ReLU", "Linear(1)")),
        experiment(layers("Linear(16, bias=False)", "BatchNorm1d", "ReLU", "Linear(1)")),
        repaired={"layers": "Linear(16, bias=False) BatchNorm1d() ReLU() Linear(1)"},
    ),
    Pair(
        "dropout-output", "warning", "layers[3]", "20% of the outputs",
        experiment(layers("Linear(16)", "ReLU", "Linear(1)", "Dropout(0.2)")),
        experiment(layers("Linear(16)", "ReLU", "Dropout(0.2)", "Linear(1)")),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "dropout-rate", "info", "layers[2]", "drops nothing",
        experiment(layers("Linear(16)", "ReLU", "Dropout(0.0)", "Linear(1)")),
        experiment(layers("Linear(16)", "ReLU", "Dropout(0.1)", "Linear(1)")),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "dropout-rate", "warning", "layers[2]", "keeps 10% of the values and multiplies them by 10",
        experiment(layers("Linear(16)", "ReLU", "Dropout(0.9)", "Linear(1)")),
        experiment(layers("Linear(16)", "ReLU", "Dropout(0.8)", "Linear(1)")),
        repaired={"layers": "Linear(16) ReLU() Dropout() Linear(1)"},
    ),
    Pair(
        "unscaled-features", "warning", "data", "s6 (from 0 to 100) varies 25 times as much as age",
        experiment(DIABETES),
        experiment(DIABETES, {"data": "diabetes(standardize=True)"}),
        rows(0, 100, 25.0), rows(0, 100, 25.0),
        repaired={"data": "diabetes(standardize=True)"},
    ),
    Pair(
        "unscaled-features", "warning", "data", "learned about 110 times more slowly",
        experiment({"data": "three_features()", "test_fraction": 0.0}, CLASSES),
        experiment({"data": "three_features()", "test_fraction": 0.0}, CLASSES),
        rows(0.1, 102.0, 10.4, count=3), rows(0.1, 10.0, 5.0, count=3),
        repaired={"layers": "LayerNorm(elementwise_affine=False) Linear(16) ReLU() Linear(2)"},
    ),
    Pair(
        "unscaled-features", "warning", "data", "varies 20 times",
        experiment(), experiment(), planar(scale=20.0), planar(scale=5.0),
        repaired={"layers": "BatchNorm1d(affine=False) Linear(16) ReLU() Linear(1)"},
    ),
    Pair(  # a feature of 0 to 1 that moves little, and a flag as rare as that
        "unscaled-features", "warning", "data", "varies 18 times",
        experiment(), experiment(), dataclasses.replace(flagged(0.003), means=(0.0, 0.5)),
        flagged(0.003),
        repaired={"layers": "BatchNorm1d(affine=False) Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "unscaled-features", "warning", "data", "is of size 300",
        experiment(), experiment(layers("LayerNorm", "Linear(16)", "ReLU", "Linear(1)")),
        planar(mean=300.0), planar(mean=300.0),
        repaired={"layers": "BatchNorm1d(affine=False) Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "unscaled-targets", "warning", "data", "the number to predict is of size 430, from -250 to "
        "950, but a network begins with outputs near 1: they must grow about 430 times, and 200 "
        "steps of Adam carry a weight 2 at most",
        experiment(WAVE), experiment(WAVE), predicting(-250, 950, 250.0), predicting(-2, 9.5, 2.5),
    ),
    Pair(
        "unscaled-targets", "warning", "data", "the steps of SGD, are about 28 times as large",
        experiment(WAVE, {"optimizer": "SGD(lr=0.1)"}),
        experiment(WAVE, {"optimizer": "SGD(lr=0.1)"}, layers("Linear(1)")),
        predicting(0, 50, 12.0), predicting(0, 50, 12.0),
    ),
    Pair(
        "unscaled-targets", "warning", "data", "about 500 times as large as what is to be learned",
        experiment(WAVE), experiment(WAVE),
        predicting(-0.004, 0.004, 0.002), predicting(-0.04, 0.04, 0.02),
    ),
    Pair(
        "unscaled-targets", "warning", "data", "170 times, and 200 steps of Adam carry a weight 20",
        experiment(DIABETES, layers("Linear(1)"), {"data": "diabetes(standardize=True)"}),
        experiment(DIABETES, layers("Linear(1)"), {"data": "diabetes(standardize=True)",
                   "optimizer": "Adam(lr=5)"}),
        predicting(25, 275, 77.0), predicting(25, 275, 77.0),
        repaired={"data": "diabetes(standardize=True, standardize_target=True)"},
    ),
    Pair(  # two layers without an activation have no single valley, and diverge
        "unscaled-targets", "warning", "data", "about 58 times as large",
        experiment(WAVE, {"optimizer": "SGD(lr=0.1)"}, layers("Linear(1)", "Linear(1)")),
        experiment(WAVE, {"optimizer": "SGD(lr=0.1)"}, layers("Linear(1)")),
        predicting(0, 100, 30.0), predicting(0, 100, 30.0),
    ),
    Pair(  # 600 units' weights together carry it there
        "unscaled-targets", "warning", "data", "is of size 23.8",
        experiment(WAVE), experiment(WAVE, {"optimizer": "Adam(lr=0.1)"}),
        predicting(10, 36, 6.0), predicting(10, 36, 6.0),
    ),
    Pair(
        "off-center-pixels", "warning", "data", "a mean of -0.74 and a deviation of 0.62",
        experiment(MNIST, {"data": "MNIST(mean=0.5, std=0.5)"}),
        experiment(MNIST, {"data": "MNIST()"}),
        repaired={"data": "MNIST(mean=0.1307, std=0.3081)"},
    ),
    Pair(
        "off-center-pixels", "warning", "data", "mean=0 and std=0.5",
        experiment(MNIST, {"data": "CIFAR10(mean=0.0, std=0.5)"}),
        experiment(MNIST, {"data": "CIFAR10(mean=0.5, std=0.5)"}),
        repaired={"data": "CIFAR10(mean=[0.4914, 0.4822, 0.4465], std=[0.247, 0.2435, 0.2616])"},
    ),
    Pair(
        "constant-rate", "warning", "schedule", "in 5 epochs of 938 steps each",
        experiment(MNIST, {"batch_size": 64, "epochs": 5}),
        experiment(MNIST, {"batch_size": 64, "epochs": 10}),
        repaired={"schedule": "CosineAnnealingLR()"},
    ),
    Pair(
        "constant-rate", "warning", "schedule", "in 5 epochs of 469 steps each",
        experiment(MNIST, {"batch_size": 128, "epochs": 5, "optimizer": "Adam"}),
        experiment(MNIST, {"batch_size": 256, "epochs": 5, "optimizer": "Adam"}),
        repaired={"schedule": "CosineAnnealingLR()"},
    ),
    Pair(
        "class-imbalance", "warning", "data", "right for 90.0% of them",
        experiment(), experiment(), planar(360, 40), planar(300, 100),
        repaired={"class_weights": "balanced"},
    ),
    Pair(
        "class-imbalance", "warning", "data", "39 times as many",
        experiment({"loss": "BCELoss"}, layers("Linear(16)", "ReLU", "Linear(1)", "Sigmoid")),
        experiment({"class_weights": "balanced"}), planar(390, 10), planar(390, 10),
        repaired={
            "class_weights": "balanced",
            "loss": "BCEWithLogitsLoss()",
            "layers": "Linear(16) ReLU() Linear(1)",
        },
    ),
    Pair(
        "class-imbalance", "warning", "data", 'no sample is of class "lower moon"',
        experiment(), experiment(), planar(400, 0), planar(399, 101),
    ),
    Pair(
        "sorted-rows", "warning", "shuffle", "200 of one class follow one another",
        experiment(ORDERED), experiment(ORDERED, {"batch_size": 250}),
        in_runs(200.0), in_runs(200.0), repaired={"shuffle": "True"},
    ),
    Pair(
        "sorted-rows", "warning", "shuffle", "a batch of 25 has one class only",
        experiment(ORDERED), experiment(ORDERED, {"test_fraction": 0.2}),
        in_runs(40.0), in_runs(40.0), repaired={"shuffle": "True"},
    ),
    Pair(
        "sorted-rows", "warning", "shuffle", "40 of one class",
        experiment(ORDERED), experiment(ORDERED), in_runs(40.0), in_runs(40.0, 392, 8),
        repaired={"shuffle": "True"},
    ),
    Pair(
        "no-test-split", "warning", "test_fraction", "the 400 samples it was trained on",
        experiment({"test_fraction": 0.0}),
        experiment({"test_fraction": 0.25}),
        repaired={"test_fraction": "0.2", "data": "moons(samples=400)"},
    ),
    Pair(
        "no-test-split", "warning", "test_fraction", "the 60 samples it was trained on",
        experiment({"test_fraction": 0.0, "data": "moons(samples=60)"}),
        experiment({"test_fraction": 0.5, "data": "moons(samples=60)"}),
        repaired={"test_fraction": "0.2", "data": "moons(samples=500)"},
    ),
    Pair(
        "no-test-split", "info", "test_fraction", "too few to hold some back",
        experiment({"test_fraction": 0.0, "data": "first_network()"}),
        experiment(DIGITS, layers("Flatten", "Linear(10)")),
    ),
    Pair(
        "small-test-split", "warning", "test_fraction", "10 samples: an accuracy of 90% is known "
        "to within 19 points",
        experiment({"test_fraction": 0.1, "data": "moons(samples=100)"}),
        experiment({"test_fraction": 0.3, "data": "moons(samples=100)"}),
        repaired={"test_fraction": "0.2", "data": "moons(samples=500)"},
    ),
    Pair(
        "small-test-split", "info", "test_fraction", "15 samples",
        experiment({"data": "iris()", "test_fraction": 0.1, "loss": "CrossEntropyLoss"},
                   layers("Linear(3)")),
        experiment({"data": "iris()", "test_fraction": 0.3, "loss": "CrossEntropyLoss"},
                   layers("Linear(3)")),
    ),
    Pair(
        "many-parameters", "warning", "layers", "8,001 parameters for 300 samples to learn from, "
        "26.7 for each",
        experiment(layers("Linear(2000)", "ReLU", "Linear(1)")),
        experiment(layers("Linear(2000)", "ReLU", "Linear(1)"), {"data": "moons(samples=4000)"}),
        repaired={"validation_fraction": "0.2", "patience": "20"},
    ),
    Pair(
        "many-parameters", "info", "layers", "26.7 for each",
        experiment(layers("Linear(2000)", "ReLU", "Dropout", "Linear(1)")),
        experiment(layers("Linear(300)", "ReLU", "Dropout", "Linear(1)")),
    ),
    Pair(
        "learning-rate-range", "warning", "optimizer.lr", "5 is 50 times the highest",
        experiment({"optimizer": "Adam(lr=5.0)"}),
        experiment({"optimizer": "Adam(lr=0.1)"}),
        repaired={"optimizer": "Adam(lr=0.001)"},
    ),
    Pair(
        "learning-rate-range", "warning", "optimizer.lr", "1e-06 is 100 times below the lowest",
        experiment({"optimizer": "SGD(lr=0.000001)"}),
        experiment({"optimizer": "SGD(lr=0.0001)"}),
        repaired={"optimizer": "SGD(lr=0.1)"},
    ),
    Pair(
        "learning-rate-range", "info", "optimizer.lr", "a linear network may need it",
        experiment({"optimizer": "Adam(lr=5.0)"}, layers("Linear(1)")),
        experiment({"optimizer": "Adam(lr=0.1)"}, layers("Linear(1)")),
    ),
    Pair(
        "learning-rate-range", "error", "optimizer.lr", "no weight will ever move",
        experiment({"optimizer": "Adam(lr=0)"}),
        experiment({"optimizer": "Adam(lr=0.001)"}),
        repaired={"optimizer": "Adam(lr=0.001)"},
    ),
    Pair(
        "learning-rate-range", "warning", "schedule.max_lr", "30 is 15 times the highest that SGD",
        experiment({"optimizer": "SGD(lr=0.1)", "schedule": "OneCycleLR(30.0)"}),
        experiment({"optimizer": "SGD(lr=30.0)", "schedule": "OneCycleLR(0.5)"}),
        repaired={"schedule": "OneCycleLR(0.1)"},
    ),
    Pair(
        "plain-sgd", "warning", "optimizer", "10,000 epochs",
        experiment({"optimizer": "SGD(lr=0.01)", "epochs": 10_000, "report_every": 1000}),
        experiment({"optimizer": "SGD(lr=0.01, momentum=0.9)", "epochs": 10_000}),
        repaired={"optimizer": "Adam(lr=0.05)", "epochs": "500", "report_every": "50"},
    ),
    Pair(
        "too-few-steps", "warning", "epochs", "100 steps of SGD at a mean rate of 0.1 carry a "
        "weight 10 times its gradient at most, where about 20",
        experiment({"optimizer": "SGD(lr=0.1)", "epochs": 100}),
        experiment({"optimizer": "SGD(lr=0.1)", "epochs": 200}),
        repaired={"optimizer": "Adam(lr=0.05)", "epochs": "500"},
    ),
    Pair(
        "too-few-steps", "warning", "epochs", "40 steps of Adam at a mean rate of 0.01 carry a "
        "weight 0.4 at most, where about 0.5",
        experiment({"epochs": 40}),
        experiment({"epochs": 50}),
        repaired={"optimizer": "Adam(lr=0.01)", "epochs": "100"},
    ),
    Pair(
        "too-few-steps", "warning", "epochs", "300 steps of Adam at a mean rate of 1e-06 carry a "
        "weight 0.0003 at most, where about 0.5",
        experiment({"optimizer": "Adam(lr=1e-6)", "epochs": 300}),
        experiment({"optimizer": "Adam(lr=0.002)", "epochs": 300}),
        repaired={"optimizer": "Adam(lr=0.001)", "epochs": "1000"},
    ),
    Pair(
        "too-few-steps", "warning", "epochs", "160 steps of SGD at a mean rate of 0.0063",
        experiment(SHORT, {"epochs": 4}), experiment(SHORT, {"epochs": 12}),
        repaired={"optimizer": "SGD(lr=0.01, momentum=0.9)", "epochs": "16"},
    ),
    Pair(
        "too-few-steps", "warning", "epochs", "200 steps of Adam at a mean rate of 1e-05",
        experiment({"optimizer": "Adam(lr=1e-5)"}), experiment({"optimizer": "Adam(lr=5e-3)"}),
        repaired={"optimizer": "Adam(lr=0.001)", "epochs": "1000"},
    ),
    Pair(
        "too-few-steps", "warning", "epochs", "at a mean rate of 0.0005",
        experiment({"schedule": "StepLR(10)", "epochs": 300}),
        experiment({"schedule": "StepLR(200)", "epochs": 300}),
        repaired={"schedule": "CosineAnnealingLR()", "epochs": "300"},
    ),
    Pair(
        "too-few-steps", "info", "epochs", "one single step",
        experiment({"epochs": 1}),
        experiment({"epochs": 1, "batch_size": 1}),
    ),
    Pair(
        "adam-weight-decay", "warning", "optimizer.weight_decay", "weight_decay=0.01",
        experiment({"optimizer": "Adam(lr=0.01, weight_decay=0.01)"}),
        experiment({"optimizer": "AdamW(lr=0.01, weight_decay=0.01)"}),
        repaired={"optimizer": "AdamW(lr=0.01)"},
    ),
    Pair(
        "adam-weight-decay", "warning", "optimizer.weight_decay", "NAdam adds weight_decay=0.01",
        experiment({"optimizer": "NAdam(lr=0.01, weight_decay=0.01)"}),
        experiment(
            {"optimizer": "NAdam(lr=0.01, weight_decay=0.01, decoupled_weight_decay=True)"}
        ),
        repaired={
            "optimizer": "NAdam(lr=0.01, weight_decay=0.01, decoupled_weight_decay=True)"
        },
    ),
    Pair(
        "learning-rate-range", "warning", "optimizer.lr", "5 is 50 times the highest that NAdam",
        experiment({"optimizer": "NAdam(lr=5.0)"}),
        experiment({"optimizer": "NAdam(lr=0.1)"}),
        repaired={"optimizer": "NAdam(lr=0.002)"},
    ),
    Pair(
        "batch-above-data", "info", "batch_size", "512 is more than the 300 training samples",
        experiment({"batch_size": 512}),
        experiment({"batch_size": 300}),
        repaired={"batch_size": "full"},
    ),
    Pair(
        "selection-on-training", "warning", "patience", "patience = 5",
        experiment({"patience": 5}),
        experiment({"patience": 5, "validation_fraction": 0.2}),
        repaired={"validation_fraction": "0.2"},
    ),
    Pair(
        "selection-on-training", "warning", "patience", "watches the training balanced accuracy",
        experiment({"patience": 5, "select": "balanced_accuracy"}),
        experiment({"patience": 5, "select": "balanced_accuracy", "validation_fraction": 0.2}),
        repaired={"validation_fraction": "0.2"},
    ),
    Pair(
        "short-patience", "warning", "patience", "the loss of 80 validation samples",
        experiment({"patience": 4, "validation_fraction": 0.2}),
        experiment({"patience": 5, "validation_fraction": 0.2}),
        repaired={"patience": "10"},
    ),
    Pair(
        "short-patience", "warning", "patience", "about 3 such epochs",
        experiment({"patience": 2}), experiment({"patience": 3}), repaired={"patience": "10"},
    ),
    Pair(
        "selection-on-training", "warning", "schedule", "ReduceLROnPlateau watches",
        experiment({"schedule": "ReduceLROnPlateau"}),
        experiment({"schedule": "CosineAnnealingLR"}),
        repaired={"validation_fraction": "0.2"},
    ),
    Pair(
        "random-seed", "warning", "seed", "another seed each time",
        experiment({"seed": "random"}),
        experiment({"seed": 1}),
        repaired={"seed": "0"},
    ),
    Pair(
        "too-little-memory", "error", "layers", "810 GB of weights",
        experiment(layers(*["Linear(45000)", "ReLU"] * 101, "Linear(1)")),  # on any machine
        experiment(layers(*["Linear(45)", "ReLU"] * 101, "Linear(1)")),
    ),
]  # fmt: skip
"""One line per argument group: as a table it reads, as formatted code it does not."""
