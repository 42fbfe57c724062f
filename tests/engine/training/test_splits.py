"""Splitting a data set, and what is measured on the training split alone."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from engine.parts.data import Dataset, Facts, Pixels
from engine.training.inputs import InputMap
from engine.training.splits import column_fills, column_scales, split
from tests.engine.training.tiny import small


def _rows(count: int = 20, standardize: bool = False, inputs: Tensor | None = None) -> Dataset:
    """Rows (n, 100 n), each with its own number as target."""
    if inputs is None:
        inputs = torch.arange(count, dtype=torch.float32).unsqueeze(1) * torch.tensor([1.0, 100.0])
    facts = Facts((2,), "classification", len(inputs), ("a", "b"), planar=True)
    return Dataset(facts, inputs, torch.arange(len(inputs)), standardize=standardize)


def test_without_fractions_everything_is_trained_on_in_order() -> None:
    """No permutation is drawn: the generator stands where it stood."""
    torch.manual_seed(3)
    before = torch.get_rng_state()
    splits = split(_rows(), small())
    assert torch.equal(torch.get_rng_state(), before)
    assert (splits.validation, splits.test) == (None, None)
    assert splits.train.targets.tolist() == list(range(20))


def test_fractions_cut_one_permutation() -> None:
    """The test samples come first, then validation, then training; every sample is in one."""
    torch.manual_seed(3)
    order = torch.randperm(20).tolist()
    torch.manual_seed(3)
    splits = split(_rows(), small(test_fraction=0.25, validation_fraction=0.1))
    assert splits.test is not None
    assert splits.validation is not None
    assert splits.test.targets.tolist() == order[:5]
    assert splits.validation.targets.tolist() == order[5:7]
    assert splits.train.targets.tolist() == order[7:]
    assert splits.train.inputs[:, 1].tolist() == [100.0 * n for n in order[7:]]
    assert list(splits.named()) == ["train", "validation", "test"]


def test_an_offset_moves_the_validation_split_through_the_same_permutation() -> None:
    """Moved on by its own size it holds back each sample once that is not tested on."""
    torch.manual_seed(3)
    order = torch.randperm(20).tolist()
    held: list[int] = []
    for offset in (0.0, 0.25, 0.5):
        torch.manual_seed(3)
        fractions = {"validation_fraction": 0.25, "test_fraction": 0.25}
        splits = split(_rows(), small(**fractions, validation_offset=offset))
        assert splits.validation is not None
        assert splits.test is not None
        validated = splits.validation.targets.tolist()
        held += validated
        assert splits.test.targets.tolist() == order[:5]
        assert splits.train.targets.tolist() == [n for n in order[5:] if n not in validated]
    assert held == order[5:]


def test_standardization_uses_the_training_splits_figures() -> None:
    """The training split gets mean 0 and deviation 1; the others are moved by the same."""
    splits = split(_rows(standardize=True), small(test_fraction=0.25, validation_fraction=0.1))
    means = splits.train.targets.double().mean()
    scale = splits.train.targets.double().std(correction=0)
    for part in splits.named().values():
        expected = ((part.targets.double() - means) / scale).unsqueeze(1).expand(-1, 2)
        torch.testing.assert_close(part.inputs.double(), expected, rtol=1e-5, atol=1e-6)
        assert part.points is not None
        assert part.points[:, 0].tolist() == part.targets.tolist()  # drawn as they are


def test_missing_cells_get_the_training_splits_mean() -> None:
    """In every split the mean of the training rows' known cells is put, then standardized."""
    inputs = torch.tensor([[float(n), float(n)] for n in range(8)])
    inputs[:, 1] = math.nan
    inputs[0, 1], inputs[1, 1] = 10.0, 20.0
    torch.manual_seed(1)
    order = torch.randperm(8)
    torch.manual_seed(1)
    splits = split(_rows(inputs=inputs), small(test_fraction=0.25))
    train = inputs[order[2:], 1]
    mean = train[~train.isnan()].mean()
    assert splits.test is not None
    for part, rows in ((splits.train, order[2:]), (splits.test, order[:2])):
        raw = inputs[rows, 1]
        assert torch.equal(part.inputs[:, 1], torch.where(raw.isnan(), mean, raw))
        assert part.points is not None
        assert torch.equal(part.points, part.inputs)


def test_a_sample_to_predict_may_miss_a_cell_though_no_other_does() -> None:
    """The map knows the training split's means even if it never needed them."""
    input_map = split(_rows(standardize=True), small()).input_map
    raw = torch.tensor([[math.nan, 950.0]])
    assert input_map.stored(raw).tolist() == [[0.0, 0.0]]


def test_columns_without_a_value_or_without_change() -> None:
    """A column missing everywhere counts as 0; one that never changes is not divided."""
    column = torch.tensor([[math.nan, 3.0], [math.nan, 3.0]])
    assert column_fills(column).tolist() == [0.0, 3.0]
    assert column_scales(torch.tensor([[1.0, 3.0], [3.0, 3.0]])).tolist() == [1.0, 1.0]
    alike = torch.full((1000, 1), 0.1)
    assert column_scales(alike).tolist() == [1.0]
    alike[0] = alike.mean()  # where a cell was missing
    assert column_scales(alike).tolist() == [1.0]


def test_the_datas_own_test_split_is_used() -> None:
    """It is standardized by the training split, and nothing is cut off for it."""
    own = Dataset(
        Facts((1,), "regression", 2, num_test_samples=1),
        torch.tensor([[0.0], [2.0]]),
        torch.zeros(2, 1),
        own={"test": (torch.tensor([[5.0]]), torch.ones(1, 1))},
        standardize=True,
    )
    splits = split(own, small())
    assert splits.train.inputs.tolist() == [[-1.0], [1.0]]
    assert splits.test is not None
    assert splits.test.inputs.tolist() == [[4.0]]
    assert splits.test.targets.tolist() == [[1.0]]


def test_crosses_are_made_of_the_raw_points() -> None:
    """The network is shown the chosen features, pictures the points."""
    data = Dataset(
        Facts((2,), "classification", 2, ("a", "b"), planar=True),
        torch.tensor([[2.0, 3.0], [-1.0, 4.0]]),
        torch.tensor([0, 1]),
        crosses=("x1*x2", "x1^2"),
    )
    train = split(data, small()).train
    assert train.inputs.tolist() == [[6.0, 4.0], [-4.0, 1.0]]
    assert train.points is not None
    assert train.points.tolist() == [[2.0, 3.0], [-1.0, 4.0]]


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (Pixels((0.0,), (1.0,)), [0.0, 1.0]),
        (Pixels((0.5,), (0.5,)), [-1.0, 1.0]),
        (Pixels((0.0,), (1.0,), scale=51.0), [0.0, 5.0]),
    ],
)
def test_images_stay_bytes_until_they_are_a_batch(pixels: Pixels, expected: list[float]) -> None:
    """Stored as uint8; scaled, then normalized, when a batch is made."""
    input_map = InputMap(pixels=pixels)
    raw = torch.tensor([0, 255], dtype=torch.uint8).view(1, 1, 1, 2)
    stored = input_map.stored(raw)
    assert stored.dtype == torch.uint8
    assert input_map.batch(stored).flatten().tolist() == expected


def test_an_input_map_comes_back_from_plain_values_and_tensors() -> None:
    """What a checkpoint keeps of it prepares inputs the same."""
    input_map = InputMap(
        ("x1", "x2^2"), None, torch.tensor([1.0, 2.0]), torch.zeros(2), torch.ones(2) * 2
    )
    again = InputMap.stored_as(input_map.state(), input_map.tensors(), (2,))
    raw = torch.tensor([[math.nan, 4.0]])
    assert torch.equal(again.stored(raw), input_map.stored(raw))
    images = InputMap(pixels=Pixels((0.1, 0.2, 0.3), (1.0, 2.0, 3.0), 16.0, ("RandomRotation(3)",)))
    assert InputMap.stored_as(images.state(), {}, (3, 8, 8)) == images
