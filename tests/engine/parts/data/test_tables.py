"""scikit-learn's tables: what is declared is what the library has."""

from __future__ import annotations

import pytest
import sklearn.datasets
import torch

from engine.errors import UsageError
from engine.parts.data.tables import BreastCancer, Diabetes, Digits, Iris, Table, Wine
from tests.engine.parts.data.made import made

TABLES = [Iris, Wine, BreastCancer, Diabetes]


@pytest.mark.parametrize("cls", TABLES, ids=lambda cls: str(cls.name))
def test_declared_facts_are_the_librarys(cls: type[Table]) -> None:
    """Counts, class names and feature names agree with the installed scikit-learn."""
    bunch = getattr(sklearn.datasets, f"load_{cls.name}")()
    facts = cls().facts()
    assert facts.shape == bunch.data.shape[1:]
    assert facts.num_samples == len(bunch.data)
    assert facts.feature_names == tuple(str(name) for name in bunch.feature_names)
    assert facts.classes == tuple(str(name) for name in getattr(bunch, "target_names", ()))


def test_first_rows() -> None:
    """The first iris and the first patient, in the units a person would type."""
    iris = made(Iris())
    assert torch.equal(iris.inputs[0], torch.tensor([5.1, 3.5, 1.4, 0.2]))
    diabetes = made(Diabetes())
    assert diabetes.inputs[0][:2].tolist() == [59.0, 2.0]
    assert diabetes.targets[0].tolist() == [151.0]


def test_standardize_is_passed_on_not_done() -> None:
    """Scaling needs the training split, so the data only says that it is wanted."""
    assert made(Iris(standardize=True)).standardize
    assert torch.equal(made(Iris(standardize=True)).inputs, made(Iris()).inputs)
    assert not made(Iris()).standardize


def test_digits_are_images_of_seventeen_shades() -> None:
    """Digits are uint8 images whose 16 becomes 1.0."""
    digits = made(Digits())
    assert digits.inputs.shape == (1797, 1, 8, 8)
    assert int(digits.inputs.max()) == 16
    assert digits.pixels is not None
    assert digits.pixels.scale == 16.0


def test_typed_values_become_inputs() -> None:
    """Each row of texts becomes a row of numbers."""
    assert Iris().new_samples(Iris().known_facts()).encode([["5.1", "3.5", "1.4", "-0.2"]]) == [
        [5.1, 3.5, 1.4, -0.2]
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["1", "2", "3"]], "expected 4 values (sepal length (cm), "),
        ([["1", "2", "3", "4"], ["1", "2", "x", "4"]], "row 2, petal length (cm): 'x' is not a"),
        ([["1", "2", "3", "inf"]], "petal width (cm): 'inf' is not a number"),
        ([["1", "2", "3", ""]], "petal width (cm): the value is missing"),
    ],
)
def test_bad_typed_values_are_named(rows: list[list[str]], message: str) -> None:
    """An error names the row, the feature and the text."""
    with pytest.raises(UsageError) as raised:
        Iris().new_samples(Iris().known_facts()).encode(rows)
    assert message in str(raised.value)
