"""The chain: shapes from layer to layer, up to the first that does not fit."""

from __future__ import annotations

from engine.errors import Problem
from engine.parts.layers.activation import ReLU
from engine.parts.layers.convolution import Conv2d
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.layers.pooling import AdaptiveAvgPool2d, MaxPool2d
from engine.spec.chain import links


def test_shapes_and_parameters_along_a_small_network() -> None:
    """Each link has the shape before and after its layer, and what the layer learns."""
    layers = [Conv2d(8, 3, padding=1), ReLU(), MaxPool2d(2), Flatten(), Linear(10)]
    problems: list[Problem] = []
    chain = links(layers, (1, 28, 28), problems)
    assert problems == []
    assert [(link.input_shape, link.output_shape, link.num_parameters) for link in chain] == [
        ((1, 28, 28), (8, 28, 28), 80),
        ((8, 28, 28), (8, 28, 28), 0),
        ((8, 28, 28), (8, 14, 14), 0),
        ((8, 14, 14), (1568,), 0),
        ((1568,), (10,), 15690),
    ]


def test_the_chain_stops_where_a_layer_does_not_fit() -> None:
    """The links before the misfit are kept, and the one problem names its place."""
    problems: list[Problem] = []
    chain = links([Linear(4), Flatten(2), Linear(1)], (2,), problems)
    assert [link.output_shape for link in chain] == [(4,)]
    assert [problem.place for problem in problems] == ["layers[1]"]


def test_a_sample_that_would_not_fit_in_memory_is_refused() -> None:
    """More values in one sample than a tensor can index are refused, not tried."""
    problems: list[Problem] = []
    layers = [Conv2d(1000, 1), AdaptiveAvgPool2d(4096)]
    assert len(links(layers, (1, 4, 4), problems)) == 1
    assert [str(problem) for problem in problems] == [
        "layers[1]: AdaptiveAvgPool2d(4096) would make 1000×4096×4096 values per sample"
    ]
