"""Healthy experiments of many kinds: of none of them there is anything to warn of."""

from __future__ import annotations

from typing import Any

from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from tests.benchmarks.repairs.tables import table
from tests.presets.measure import NAMES, preset

Raw = dict[str, Any]

BCE = {"loss": "BCEWithLogitsLoss()", "test_fraction": 0.2, "batch_size": 32}
CE = {"loss": "CrossEntropyLoss()", "test_fraction": 0.2, "batch_size": 32}
MSE = {"loss": "MSELoss()", "test_fraction": 0.2, "batch_size": 32}


def _csv(name: str, target: str, more: str = "") -> str:
    return f"csv(path={table(name)!r}, target={target!r}{more})"


def healthy() -> dict[str, Experiment]:
    """By name; the presets that say of themselves that they are healthy among them."""
    own = {name: from_raw(raw) for name, raw in _own().items()}
    return {name: preset(name) for name in NAMES if preset(name).healthy} | own


def _own() -> dict[str, Raw]:
    return {
        "moons-adam": {**BCE, "data": "moons(samples=500, noise=0.15)", "epochs": 60,
            "layers": ["Linear(16)", "ReLU()", "Linear(16)", "ReLU()", "Linear(1)"],
            "optimizer": "Adam(lr=0.01)"},
        "moons-sgd-momentum": {**BCE, "data": "moons(samples=500)", "epochs": 80,
            "layers": ["Linear(16)", "Tanh()", "Linear(1)"],
            "optimizer": "SGD(lr=0.1, momentum=0.9)"},
        "moons-stops-early": {**BCE, "data": "moons(samples=600)", "epochs": 200,
            "layers": ["Linear(16)", "ReLU()", "Linear(1)"], "patience": 15,
            "validation_fraction": 0.2, "optimizer": "Adam(lr=0.01)"},
        "rings-adamw": {**CE, "data": "rings(samples=600)", "epochs": 60,
            "layers": ["Linear(24)", "GELU()", "Linear(3)"], "optimizer": "AdamW(lr=0.01)"},
        "spiral-layernorm": {**BCE, "data": "spiral(samples=600)", "epochs": 80,
            "layers": ["Linear(32)", "LayerNorm()", "SiLU()"] * 3 + ["Linear(1)"],
            "optimizer": "AdamW(lr=0.003)", "schedule": "CosineAnnealingLR()"},
        "checkerboard-dropout": {**BCE, "data": "checkerboard(samples=1500)", "epochs": 80,
            "layers": ["Linear(64)", "ReLU()", "Dropout(0.1)", "Linear(64)", "ReLU()",
                       "Linear(1)"], "optimizer": "Adam(lr=0.005)"},
        "blobs-linear": {**CE, "data": "blobs(samples=400, noise=0.6)", "epochs": 60,
            "layers": ["Linear(3)"], "optimizer": "SGD(lr=0.1)"},
        "gaussians-batchnorm": {**BCE, "data": "gaussians(samples=400)", "epochs": 60,
            "layers": ["Linear(8, bias=False)", "BatchNorm1d()", "ReLU()", "Linear(1)"],
            "optimizer": "Adam(lr=0.01)"},
        "xor-sigmoid-probability": {**BCE, "data": "xor(samples=400)", "epochs": 100,
            "layers": ["Linear(16)", "ReLU()", "Linear(1)", "Sigmoid()"], "loss": "BCELoss()",
            "optimizer": "Adam(lr=0.01)"},
        "plane-linear": {**MSE, "data": "plane(samples=400, noise=0.1)", "epochs": 50,
            "layers": ["Linear(1)"], "optimizer": "SGD(lr=0.1)"},
        "wave-huber": {**MSE, "data": "wave(samples=400)", "epochs": 100,
            "layers": ["Linear(32)", "Tanh()", "Linear(1)"], "loss": "HuberLoss()",
            "optimizer": "Adam(lr=0.01)"},
        "diabetes-one-layer": {**MSE, "data": "diabetes(standardize=True)", "epochs": 200,
            "layers": ["Linear(1)"], "optimizer": "Adam(lr=1.0)",
            "schedule": "CosineAnnealingLR()", "report_every": 10},
        "iris-tanh": {**CE, "data": "iris(standardize=True)", "epochs": 100, "batch_size": 16,
            "layers": ["Linear(16)", "Tanh()", "Linear(3)"], "optimizer": "AdamW(lr=0.01)",
            "test_fraction": 0.3},
        "wine-smoothing": {**CE, "data": "wine(standardize=True)", "epochs": 100,
            "layers": ["Linear(32)", "GELU()", "Dropout(0.2)", "Linear(3)"], "batch_size": 16,
            "loss": "CrossEntropyLoss(label_smoothing=0.05)", "optimizer": "Adam()",
            "test_fraction": 0.3},
        "cancer-adamw": {**BCE, "data": "breast_cancer(standardize=True)", "epochs": 60,
            "layers": ["Linear(16)", "ReLU()", "Dropout(0.3)", "Linear(1)"],
            "optimizer": "AdamW(lr=0.001)", "validation_fraction": 0.2, "patience": 20},
        "digits-small-rate": {**CE, "data": "digits()", "epochs": 60, "report_every": 4,
            "layers": ["Flatten()", "Linear(64)", "ReLU()", "Linear(10)"],
            "optimizer": "Adam(lr=0.0002)"},
        "digits-cnn": {**CE, "data": "digits()", "epochs": 10, "batch_size": 64,
            "layers": ["Conv2d(8, 3, padding=1)", "ReLU()", "MaxPool2d(2)", "Flatten()",
                       "Linear(10)"], "optimizer": "Adam(lr=0.003)"},
        "digits-batchnorm": {**CE, "data": "digits()", "epochs": 15, "batch_size": 64,
            "layers": ["Flatten()", "Linear(32, bias=False)", "BatchNorm1d()", "ReLU()",
                       "Linear(10)"], "optimizer": "Adam(lr=0.005)"},
        "digits-one-cycle": {**CE, "data": "digits()", "epochs": 15, "batch_size": 64,
            "layers": ["Flatten()", "Linear(64)", "ReLU()", "Linear(10)"],
            "optimizer": "SGD(lr=0.1, momentum=0.9)", "schedule": "OneCycleLR(0.3)"},
        "share-sigmoid": {**MSE, "data": _csv("share", "share"), "epochs": 60,
            "layers": ["Linear(16)", "ReLU()", "Linear(1)", "Sigmoid()"],
            "optimizer": "Adam(lr=0.01)"},
        "flags-rarely-one": {**MSE, "data": _csv("flags", "value"), "epochs": 40,
            "layers": ["Linear(16)", "ReLU()", "Linear(1)"], "optimizer": "Adam(lr=0.005)"},
        "towns-one-hot": {**BCE, "data": _csv("towns", "rich"), "epochs": 40,
            "layers": ["Linear(8)", "ReLU()", "Linear(1)"], "optimizer": "Adam(lr=0.01)"},
        "tens-of-degrees": {**MSE, "data": _csv("tens", "degrees"), "epochs": 150,
            "layers": ["Linear(32)", "ReLU()", "Linear(1)"], "optimizer": "Adam(lr=0.01)"},
        "thousands-standardized": {**MSE, "epochs": 80,
            "data": _csv("thousands", "price", ", standardize_target=True"),
            "layers": ["Linear(32)", "ReLU()", "Linear(1)"], "optimizer": "Adam(lr=0.01)"},
        "rare-weighted": {**BCE, "data": _csv("rare", "bought"), "epochs": 30,
            "layers": ["Linear(16)", "ReLU()", "Linear(1)"], "class_weights": "balanced",
            "optimizer": "AdamW(lr=0.003)"},
        "sorted-but-shuffled": {**CE, "data": _csv("sorted", "kind"), "epochs": 30,
            "layers": ["Linear(16)", "ReLU()", "Linear(4)"], "optimizer": "Adam(lr=0.01)"},
        "unlike-standardized": {**BCE, "epochs": 80,
            "data": _csv("unlike", "kind", ", standardize=True"),
            "layers": ["Linear(16)", "ReLU()", "Linear(1)"], "optimizer": "Adam(lr=0.01)"},
    }  # fmt: skip
