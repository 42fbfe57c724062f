"""Feature crosses: the same in training and in the printed script."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import torch

from engine.parts.data.crosses import CODE, Cross, cross_code, cross_features
from engine.parts.data.points import Circle
from tests.engine.parts.data.made import made


def test_the_table_has_every_declared_cross() -> None:
    """A feature that can be asked for has its code, and no other."""
    assert tuple(CODE) == get_args(Cross)


def test_values_on_one_point() -> None:
    """All seven features of the point (3, -2)."""
    features = cross_features(torch.tensor([[3.0, -2.0]]), list(CODE))
    expected = [3.0, -2.0, 9.0, 4.0, -6.0, math.sin(3), math.sin(-2)]
    assert features.tolist()[0] == pytest.approx(expected)


@pytest.mark.parametrize("names", [("x1", "x2"), ("x2^2", "x1"), tuple(CODE)])
def test_the_code_makes_the_same_bits(names: tuple[str, ...]) -> None:
    """The printed expression and the function give equal tensors."""
    torch.manual_seed(0)
    x = torch.randn(50, 2)
    printed = eval(cross_code(names, "x"), {"torch": torch, "x": x})
    assert torch.equal(printed, cross_features(x, names))


def test_a_data_set_names_its_crosses_and_keeps_its_points() -> None:
    """Inputs stay points, the shape counts the crosses, plain points have none to apply."""
    data = made(Circle(features=("x1^2", "x2^2", "x1*x2")))
    assert data.crosses == ("x1^2", "x2^2", "x1*x2")
    assert data.facts.shape == (3,)
    assert data.facts.feature_names == ("x1", "x2")
    assert data.inputs.shape == (100, 2)
    assert made(Circle()).crosses == ()
    assert made(Circle(features=("x2", "x1"))).crosses == ("x2", "x1")
