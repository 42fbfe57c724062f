"""Numbers to predict that are trained on in a scale near 1: figures stay in their own unit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.errors import DataUnavailable
from engine.parts.data.csv_file import Csv
from engine.training.answers import predictions
from engine.training.checkpoint import save
from engine.training.full_state import full_state
from engine.training.pictures import comparison, curve
from engine.training.restored import TrainedNetwork
from engine.training.targets import TargetMap
from tests.engine.runs.repetition import assert_repeated, small, trained

LINEAR = {"layers": ["Linear(1)"], "loss": "MSELoss()", "optimizer": "SGD(lr=0.1)", "epochs": 400}


def prices(folder: Path) -> str:
    """A table in which the price is 1,000 times the area and 50,000."""
    path = folder / "prices.csv"
    rows = "".join(f"{area},{1000 * area + 50_000}\n" for area in range(50, 90))
    path.write_text("area,price\n" + rows)
    return str(path)


def call(path: str, more: str = "standardize_target=True") -> str:
    return f'csv({path!r}, target="price", standardize=True, {more})'


def test_there_and_back() -> None:
    """What is trained on has mean 0 and deviation 1, and its way back is the number itself."""
    targets = torch.tensor([[1e7 + 3], [1e7 + 9]])
    known = targets.double()
    scaled = TargetMap(False, known.mean(0), known.std(0, correction=0))
    assert scaled.trained(targets).tolist() == [[-1], [1]]
    assert scaled.own(scaled.trained(targets)).tolist() == targets.tolist()
    logarithm = TargetMap(True)
    assert logarithm.own(logarithm.trained(torch.tensor([[8.0]]))).item() == pytest.approx(8)


def test_figures_are_in_the_unit_of_the_data(tmp_path: Path) -> None:
    """Loss in the trained scale; errors, pictures and predictions in that of the price."""
    experiment = small(data=call(prices(tmp_path)), **LINEAR)
    trainer = trained(experiment).trainer
    evaluator, splits = trainer.evaluator, trainer.splits
    metrics = evaluator.metrics(splits.train)
    assert metrics["loss"] == pytest.approx(0, abs=1e-6)
    assert metrics["r2"] == pytest.approx(1, abs=1e-4)
    assert metrics["rmse"] is not None
    assert metrics["rmse"] == pytest.approx(0, abs=100)
    (found,) = predictions(evaluator, splits.input_map, [[60.0]], [[60.0]])
    assert found.outputs[0] == pytest.approx(110_000, rel=1e-3)
    compared = comparison(evaluator, splits, 1)
    assert compared.predicted == pytest.approx(compared.actual, rel=1e-3)
    drawn = curve(evaluator, splits, 2)
    assert drawn is not None
    assert drawn.y == pytest.approx([100_000, 139_000], rel=1e-3)


@pytest.mark.parametrize(
    "more",
    [
        "standardize_target=True",
        'target_scale="log"',
        'standardize_target=True, target_scale="log"',
    ],
)
def test_the_script_scales_alike(tmp_path: Path, more: str) -> None:
    """The same losses, and predictions in the unit of the data, to the last digit."""
    experiment = small(
        data=call(prices(tmp_path), more),
        **{**LINEAR, "epochs": 5, "validation_fraction": 0.2, "test_fraction": 0.2},
        predict=[[60.0]],
    )
    _, output = assert_repeated(experiment)
    trainer = trained(experiment).trainer
    found = predictions(trainer.evaluator, trainer.splits.input_map, [[60.0]], [[60.0]])
    assert output.rest[-1] == f"[60.0]: {found[0].outputs}"


def test_a_checkpoint_keeps_the_scale(tmp_path: Path) -> None:
    """Predictions need nothing of the table, and are in its unit."""
    trainer = trained(small(data=call(prices(tmp_path)), **LINEAR)).trainer
    path = tmp_path / "last.safetensors"
    save(path, full_state(trainer))
    network = TrainedNetwork(trainer.experiment, trainer.splits.facts, path)
    (found,) = network.predict([[60.0]])
    assert found.outputs[0] == pytest.approx(110_000, rel=1e-3)


def test_several_numbers_are_scaled_each(tmp_path: Path) -> None:
    """By a mean and a deviation of its own."""
    path = tmp_path / "two.csv"
    path.write_text("a,u,v\n" + "".join(f"{n},{n},{1000 * n}\n" for n in range(20)))
    data = f'csv({str(path)!r}, target=["u", "v"], standardize=True, standardize_target=True)'
    experiment = small(data=data, **{**LINEAR, "layers": ["Linear(2)"]})
    trainer = trained(experiment).trainer
    (found,) = predictions(trainer.evaluator, trainer.splits.input_map, [[10.0]], [[10.0]])
    assert found.outputs == pytest.approx([10, 10_000], rel=1e-3)


def test_what_has_no_scale_is_refused(tmp_path: Path) -> None:
    """Classes, and logarithms of numbers that have none."""
    path = tmp_path / "classes.csv"
    path.write_text("a,y\n" + "".join(f"{n},{n % 2}\n" for n in range(20)))
    with pytest.raises(DataUnavailable, match='set task="regression"'):
        Csv(str(path), "y", standardize_target=True).facts()
    with pytest.raises(DataUnavailable, match="line 2, column 'y': 0 has no logarithm"):
        Csv(str(path), "y", task="regression", target_scale="log").facts()
