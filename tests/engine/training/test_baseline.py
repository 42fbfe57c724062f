"""What is right without a network: the commonest class, the mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, small


def test_the_commonest_class_of_the_training_split(tmp_path: Path) -> None:
    """Counted on each split, also where another is commoner there."""
    table = tmp_path / "t.csv"
    rows = [f"{n},{n % 3},{'a' if n % 4 else 'b'}" for n in range(40)]
    table.write_text("\n".join(["x,y,kind", *rows]), "utf-8")
    trainer = Trainer(small(data=f"csv({str(table)!r}, 'kind')", test_fraction=0.25), NOWHERE)
    found = trainer.started("x").baselines
    targets = {name: part.targets.tolist() for name, part in trainer.splits.named().items()}
    commonest = max({0, 1}, key=targets["train"].count)
    for name, classes in targets.items():
        assert found[f"{name}_accuracy"] == classes.count(commonest) / len(classes)
        assert found[f"{name}_balanced_accuracy"] == 1 / len(set(classes))
    assert len(found) == 2 * len(targets)
    assert found["train_accuracy"] > 0.5


@pytest.mark.parametrize(
    ("common", "fields", "expected"),
    [
        (8, {}, ["accuracy", "balanced_accuracy"]),
        (7, {}, ["accuracy"]),
        (5, {"class_weights": "balanced"}, ["accuracy", "balanced_accuracy"]),
        (5, {"sampler": "balanced"}, ["accuracy", "balanced_accuracy"]),
        (5, {"select": "balanced_accuracy"}, ["balanced_accuracy", "accuracy"]),
        (5, {"select": "roc_auc"}, ["roc_auc", "accuracy"]),
        (5, {"select": "loss"}, ["accuracy"]),
    ],
)
def test_balanced_accuracy_stands_beside_accuracy_where_classes_are_uneven(
    tmp_path: Path, common: int, fields: dict[str, Any], expected: list[str]
) -> None:
    """Where the commonest class is above 70 % or classes are weighted; what selects first."""
    table = tmp_path / "t.csv"
    rows = [f"{n},{n % 3},{'a' if n % 10 < common else 'b'}" for n in range(40)]
    table.write_text("\n".join(["x,y,kind", *rows]), "utf-8")
    experiment = small(
        data=f"csv({str(table)!r}, 'kind')", layers=["Linear(1)"], loss="BCEWithLogitsLoss()",
        **fields,
    )  # fmt: skip
    assert Trainer(experiment, NOWHERE).started("x").headlines == expected


def test_the_mean_of_the_training_split(tmp_path: Path) -> None:
    """In the unit of the data, though it is trained near 1."""
    table = tmp_path / "t.csv"
    rows = [f"{n},{n % 3},{1000 * n}" for n in range(8)]
    table.write_text("\n".join(["x,y,price", *rows]), "utf-8")
    data = f"csv({str(table)!r}, 'price', standardize_target=True)"
    experiment = small(data=data, layers=["Linear(1)"], loss="MSELoss()")
    assert Trainer(experiment, NOWHERE).started("x").baselines == {"train_mae": 2000.0}
