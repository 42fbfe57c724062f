"""A file's rows are written with what a network says of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.export.predictions import RowFormat, told
from engine.export.predictions import written as made
from engine.parts.data.sheet.new_rows import read
from engine.service.worker.inspection import predict
from engine.training import checkpoint
from engine.training.full_state import full_state
from engine.training.restored import TrainedNetwork
from tests.engine.export.test_export import finished
from tests.engine.parts.data.sheet.tables import N, rows, written
from tests.engine.training.tiny import small, trained

TABLE = "a,city,price,size,kind\n" + rows(
    N, ["Rome", "Oslo"] * 6, [100 + 7 * n for n in N], [n / 2 for n in N], ["new", "old"] * 6
)
NEW = 'city,predicted_price,a\nRome,"kept, as it is",3\nBonn,,4\nOslo,,x\nOslo,,5\n'
REGRESSION: dict[str, Any] = {"layers": ["Linear(1)"], "loss": "MSELoss()"}


def lines(
    folder: Path,
    target: str,
    format: RowFormat = "csv",
    bounds: tuple[float, ...] = (),
    **changes: Any,
) -> list[str]:
    """What is written for the new rows by a network that is trained for a moment."""
    path = written(folder, TABLE)
    left = [name for name in ("price", "size", "kind") if name not in target]
    experiment = small(data=f"csv({path!r}, {target}, ignore={left!r})", **changes)
    trainer, _ = trained(experiment)
    weights = folder / "last.safetensors"
    checkpoint.save(weights, full_state(trainer))
    facts = trainer.splits.facts
    network = TrainedNetwork(trainer.experiment, facts, weights, bounds)
    samples = experiment.data.new_samples(facts, experiment.data.kept_table())
    found = read(written(folder, NEW, "new.csv"), samples)
    out = b"".join(made(network, samples, found, format))
    assert (told(found).num_rows, told(found).num_predicted, told(found).num_faults) == (4, 2, 2)
    assert told(found).unused == ["predicted_price"]
    assert [one.said() for one in told(found).bad] == [
        "line 3, column 'city': unknown category 'Bonn'; the data has Oslo, Rome",
        "line 4, column 'a': 'x' is not a number",
    ]
    return out.decode().splitlines()


def test_classes_with_their_probability(tmp_path: Path) -> None:
    """The columns as they are and in their order; rows at fault keep their place."""
    header, first, second, third, last = lines(tmp_path, "'kind'")
    assert header == "city,predicted_price,a,predicted_kind,probability"
    assert first.startswith('Rome,"kept, as it is",3,')
    assert first.split(",")[-2] in ("new", "old")
    assert 0.5 <= float(first.split(",")[-1]) <= 1
    assert (second, third) == ("Bonn,,4,,", "Oslo,,x,,")
    assert last.startswith("Oslo,,5,")


def test_numbers_with_their_interval(tmp_path: Path) -> None:
    """Where errors were measured on a test split; a name that is taken gets another."""
    header, first, *_ = lines(tmp_path, "'price'", bounds=(2.5,), **REGRESSION)
    assert header == "city,predicted_price,a,predicted_price_2,low_price,high_price"
    number, low, high = (float(cell) for cell in first.split(",")[-3:])
    assert number - low == pytest.approx(2.5, abs=1e-3)
    assert high - number == pytest.approx(2.5, abs=1e-3)


def test_several_numbers(tmp_path: Path) -> None:
    """Each with its name; no interval where none was measured."""
    changes: dict[str, Any] = {"layers": ["Linear(2)"], "loss": "MSELoss()"}
    header, first, *_ = lines(tmp_path, "['size', 'price']", **changes)
    assert header == "city,predicted_price,a,predicted_size,predicted_price_2"
    assert len(first.split(",")) == 6  # one is in quotes


def test_an_object_a_row(tmp_path: Path) -> None:
    """With the number of the row, the cells as they were understood, and the answer."""
    first, last = map(json.loads, lines(tmp_path, "'price'", "json", (2.0,), **REGRESSION))
    assert (first["row"], first["values"]) == (1, [3, "Rome"])
    assert (last["row"], last["values"]) == (4, [5, "Oslo"])
    assert first["high"][0] - first["low"][0] == pytest.approx(4, abs=1e-3)
    assert "probabilities" not in first


def test_a_run_tells_how_far_off_it_is(tmp_path: Path) -> None:
    """By the errors on its test split, of the weights that it ended with and of no others."""
    run = finished(tmp_path, data="wave(samples=100)", test_fraction=0.3, **REGRESSION)
    (bound,) = run.bounds("last")
    assert bound is not None
    assert run.bounds("best") == []
    (found,) = predict(run, [["0.5"]])
    (number,), (low,), (high,) = found.outputs, found.low, found.high
    assert None not in (number, low, high)
    assert low == pytest.approx((number or 0) - bound, abs=1e-5)
    assert high == pytest.approx((number or 0) + bound, abs=1e-5)
    (of_best,) = predict(run, [["0.5"]], "best")
    assert (of_best.low, of_best.high) == ([], [])
