"""What is drawn of a network, cell by cell on hand-made ones."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from engine.parts.data import Facts, Pixels
from engine.parts.layers import Layer
from engine.parts.layers.activation import Sigmoid
from engine.parts.layers.dense import Linear
from engine.parts.losses import BCELoss, CrossEntropyLoss, Loss, MSELoss
from engine.training.inputs import InputMap
from engine.training.metrics import Evaluator
from engine.training.outputs import OutputDecoder
from engine.training.pictures import (
    LEVELS,
    MARGIN,
    MAX_CLASSES,
    all_pictures,
    boundary,
    comparison,
    curve,
    mistakes,
)
from engine.training.splits import Split, Splits

_PLANE = Facts((2,), "classification", 2, ("left", "right"), planar=True)


class _FirstColumn(nn.Module):
    """The first feature, scaled, as the one output."""

    def __init__(self, scale: float = 1.0, shift: float = 0.0) -> None:
        super().__init__()
        self.scale, self.shift = scale, shift

    def forward(self, x: Tensor) -> Tensor:
        return x[:, :1] * self.scale + self.shift


def _evaluator(
    model: nn.Module, facts: Facts, loss: Loss, last: Layer, input_map: InputMap | None = None
) -> Evaluator:
    input_map = input_map or InputMap()
    return Evaluator(model, loss.build(), OutputDecoder(loss, (last,), facts), facts, input_map)


def _planar(points: list[list[float]], targets: list[int], test: Split | None = None) -> Splits:
    raw = torch.tensor(points)
    return Splits(_PLANE, InputMap(), Split(raw, torch.tensor(targets), raw), None, test)


def test_a_boundary_shows_class_and_confidence() -> None:
    """From x1 = 0 to 1 the probability of the second class rises: certain, unsure, certain."""
    border = 2 * MARGIN / (1 + 2 * MARGIN)  # so that the grid spans 0 to 1
    low, high = border / 2, 1 - border / 2
    splits = _planar([[low, 0.0], [high, 1.0]], [0, 1])
    found = boundary(_evaluator(_FirstColumn(), _PLANE, BCELoss(), Sigmoid()), splits, (4, 2))
    assert (found.columns, found.rows, found.levels) == (4, 2, LEVELS)
    assert found.classes == ("left", "right")
    assert found.x1 == pytest.approx((0, 1), abs=1e-6)
    assert found.x2 == pytest.approx((-MARGIN, 1 + MARGIN), abs=1e-6)
    # probabilities 0.125, 0.375, 0.625, 0.875 of the second class: confidence .75, .25, .25, .75
    assert list(found.cells) == [4, 1, 6 + 1, 6 + 4] * 2


def test_the_first_row_of_a_boundary_is_the_largest_x2() -> None:
    """A network that looks at x2 alone is high at the top."""

    class SecondColumn(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return (x[:, 1:] > 0.5).float()

    splits = _planar([[0.0, 0.0], [1.0, 1.0]], [0, 1])
    found = boundary(_evaluator(SecondColumn(), _PLANE, BCELoss(), Sigmoid()), splits, (1, 2))
    assert list(found.cells) == [LEVELS + LEVELS - 1, LEVELS - 1]


def test_a_boundarys_points_know_what_they_are_and_were_taken_for() -> None:
    """Coordinates as they are in the data, target, prediction, and whether they are test points."""
    test_points = torch.tensor([[0.9, 3.0]])
    test = Split(test_points, torch.tensor([0]), test_points)
    splits = _planar([[0.0, 1.0], [1.0, 2.0]], [0, 1], test)
    evaluator = _evaluator(_FirstColumn(), _PLANE, BCELoss(), Sigmoid())
    found = [(p.target, p.predicted, p.is_test) for p in boundary(evaluator, splits, (2, 2)).points]
    assert found == [(0, 0, False), (1, 1, False), (0, 1, True)]
    assert [(p.x1, p.x2) for p in boundary(evaluator, splits, (2, 2)).points][:2] == [
        (0, 1),
        (1, 2),
    ]


def test_a_regressions_boundary_is_levels_between_its_targets() -> None:
    """Predictions below the lowest and above the highest target take the outermost levels."""
    facts = Facts((2,), "regression", 2, planar=True)
    raw = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    splits = Splits(facts, InputMap(), Split(raw, torch.tensor([[0.0], [6.0]]), raw), None, None)
    evaluator = _evaluator(_FirstColumn(8.0, -0.9), facts, MSELoss(), Linear(1))
    found = boundary(evaluator, splits, (5, 1))
    centers = [-MARGIN + (1 + 2 * MARGIN) * (n + 0.5) / 5 for n in range(5)]
    assert list(found.cells) == [min(5, max(0, math.floor(8 * x - 0.9))) for x in centers]
    assert found.values == (0.0, 6.0)
    assert found.classes == ()
    assert [(p.target, p.predicted) for p in found.points] == [(0, 0), (5, 5)]


def test_a_boundary_of_non_finite_outputs_is_drawn() -> None:
    """A network that broke gives cells all the same."""
    splits = _planar([[0.0, 0.0], [1.0, 1.0]], [0, 1])
    evaluator = _evaluator(_FirstColumn(math.nan), _PLANE, BCELoss(), Sigmoid())
    assert list(boundary(evaluator, splits, (2, 1)).cells) == [0, 0]


@pytest.mark.parametrize(("count", "drawn"), [(MAX_CLASSES, True), (MAX_CLASSES + 1, False)])
def test_more_classes_than_a_byte_can_hold_have_no_boundary(count: int, drawn: bool) -> None:
    """The highest class at full confidence still fits into a cell."""
    names = tuple(str(n) for n in range(count))
    facts = Facts((2,), "classification", 2, names, planar=True)

    class Last(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.nn.functional.one_hot(torch.full((len(x),), count - 1), count) * 99.0

    raw = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    splits = Splits(facts, InputMap(), Split(raw, torch.tensor([0, 1]), raw), None, None)
    evaluator = _evaluator(Last(), facts, CrossEntropyLoss(), Linear(count))
    found = all_pictures(evaluator, splits, [], (2, 1)).boundary
    assert (found is not None) == drawn
    if found:
        assert list(found.cells) == [LEVELS * (count - 1) + LEVELS - 1] * 2


def test_a_comparison_is_of_the_test_split_if_there_is_one() -> None:
    """The first samples, actual and predicted, and the second class's probability."""
    points = torch.tensor([[0.25, 0.0], [0.75, 0.0], [1.0, 0.0]])
    splits = _planar([[0.0, 0.0]], [0], Split(points, torch.tensor([1, 1, 0]), points))
    evaluator = _evaluator(_FirstColumn(), _PLANE, BCELoss(), Sigmoid())
    found = comparison(evaluator, splits, 2)
    assert (found.split, found.num_samples) == ("test", 3)
    assert (found.actual, found.predicted) == ([1, 1], [0, 1])
    assert found.probabilities == [0.25, 0.75]
    assert comparison(evaluator, _planar([[0.0, 0.0]], [0]), 2).split == "train"


def test_a_curve_runs_over_the_range_of_the_one_input() -> None:
    """The network at even places from the lowest to the highest input, and the samples."""
    facts = Facts((1,), "regression", 2)
    train = Split(torch.tensor([[0.0], [3.0]]), torch.tensor([[1.0], [2.0]]))
    test = Split(torch.tensor([[4.0]]), torch.tensor([[5.0]]))
    evaluator = _evaluator(_FirstColumn(2.0), facts, MSELoss(), Linear(1))
    found = curve(evaluator, Splits(facts, InputMap(), train, None, test), 5)
    assert found is not None
    assert (found.x, found.y) == ([0, 1, 2, 3, 4], [0, 2, 4, 6, 8])
    assert (found.train, found.test) == ([(0, 1), (3, 2)], [(4, 5)])
    assert curve(evaluator, _planar([[0.0, 0.0]], [0]), 5) is None


def test_mistakes_are_the_first_wrongly_taken_images() -> None:
    """Pixels come back as 0 to 255, with the names of what it is and what it was taken for."""
    facts = Facts((1, 1, 2), "classification", 3, ("dark", "light"))
    input_map = InputMap(pixels=Pixels((0.5,), (0.5,), scale=16.0))
    images = torch.tensor([[16, 0], [0, 16], [16, 16]], dtype=torch.uint8).view(3, 1, 1, 2)
    splits = Splits(facts, input_map, Split(images, torch.tensor([1, 1, 0])), None, None)

    class FirstPixel(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x[:, 0, 0, :1]

    found = mistakes(_evaluator(FirstPixel(), facts, BCELoss(), Sigmoid(), input_map), splits, 8)
    assert [(p.actual, p.predicted) for p in found] == [("light", "dark"), ("dark", "light")]
    assert [list(p.pixels) for p in found] == [[0, 255], [255, 255]]
    assert [(p.channels, p.height, p.width) for p in found] == [(1, 1, 2)] * 2
    only = mistakes(_evaluator(FirstPixel(), facts, BCELoss(), Sigmoid(), input_map), splits, 1)
    assert only == found[:1]
