"""First weights by choice: torch.nn.init's own numbers, drawn when plain code would draw them."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import torch
from torch import nn

from engine.parts.layers import Layer
from engine.parts.layers.activation import ReLU
from engine.parts.layers.convolution import Conv1d, Conv2d, ConvTranspose2d
from engine.parts.layers.dense import Linear
from engine.parts.layers.initial import Init, Initialized
from engine.parts.layers.residual import Residual
from engine.spec.experiment_reader import from_raw
from engine.training.model import build_model

SCALES: dict[str, tuple[float, dict[str, float]]] = {
    "constant": (-0.5, {"val": -0.5}),
    "uniform": (0.1, {"a": -0.1, "b": 0.1}),
    "normal": (0.02, {"std": 0.02}),
    "trunc_normal": (1.5, {"std": 1.5}),
    "xavier_uniform": (2.0, {"gain": 2.0}),
    "xavier_normal": (2.0, {"gain": 2.0}),
    "orthogonal": (2.0, {"gain": 2.0}),
}
"""A scale, and the arguments of torch.nn.init that it stands for."""
CHOSEN: list[tuple[str, float | None, dict[str, float]]] = [
    *((name, None, {}) for name in get_args(Init) if name not in ("default", "constant")),
    *((name, scale, arguments) for name, (scale, arguments) in SCALES.items()),
]


def same(ours: nn.Module, theirs: nn.Module) -> bool:
    """Whether two modules have the same parameters, bit for bit."""
    pairs = zip(ours.parameters(), theirs.parameters(), strict=True)
    return all(torch.equal(one, other) for one, other in pairs)


@pytest.mark.parametrize(("init", "scale", "arguments"), CHOSEN)
def test_a_choice_is_the_function_of_torch(
    init: Init, scale: float | None, arguments: dict[str, float]
) -> None:
    """All is built first; then each layer's weights are drawn in order, as plain code does it."""
    given: dict[str, Any] = {"init": init, "init_scale": scale}
    torch.manual_seed(3)
    ours = build_model((Linear(4, **given), ReLU(), Linear(2), Linear(3, **given)), (5,))
    after = torch.rand(1)
    torch.manual_seed(3)
    plain = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 2), nn.Linear(2, 3))
    getattr(nn.init, f"{init}_")(plain[0].weight, **arguments)
    getattr(nn.init, f"{init}_")(plain[3].weight, **arguments)
    assert same(ours, plain)
    assert torch.equal(torch.rand(1), after)


@pytest.mark.parametrize(
    ("layer", "shape", "plain"),
    [
        (Conv1d(2, 3, init="kaiming_normal", init_bias=0.0), (1, 9), nn.Conv1d(1, 2, 3)),
        (Conv2d(2, 3, init="kaiming_normal", init_bias=0.0), (1, 9, 9), nn.Conv2d(1, 2, 3)),
        (
            ConvTranspose2d(2, 3, init="kaiming_normal", init_bias=0.0),
            (1, 9, 9),
            nn.ConvTranspose2d(1, 2, 3),
        ),
    ],
)
def test_filters_and_biases_begin_as_chosen(layer: Layer, shape: Any, plain: nn.Module) -> None:
    """Convolutions take the same choices, and a bias the number that it is to be."""
    torch.manual_seed(3)
    ours = build_model((layer,), shape)
    torch.manual_seed(3)
    plain.reset_parameters()  # type: ignore[operator]  # every convolution has it
    nn.init.kaiming_normal_(plain.weight)  # type: ignore[arg-type]  # a parameter
    nn.init.zeros_(plain.bias)  # type: ignore[arg-type]  # a parameter
    assert same(ours, plain)


def test_inside_a_block_and_its_projection() -> None:
    """A block's own weights come before those of the layers inside of it, like its address."""
    block = Residual((Linear(3, init="normal"),), shortcut="projection", init="orthogonal")
    torch.manual_seed(3)
    ours = build_model((block,), (5,))
    torch.manual_seed(3)
    inside, shortcut = nn.Linear(5, 3), nn.Linear(5, 3, bias=False)
    nn.init.orthogonal_(shortcut.weight)
    nn.init.normal_(inside.weight)
    assert same(ours, nn.Sequential(inside, shortcut))


def test_whatever_has_weights_has_the_choice() -> None:
    """No layer with matrices or filters lacks it, and the usual one fills nothing."""
    for cls in Layer.members().values():
        says = any("weights" in vars(one) for one in cls.__mro__ if one is not Layer)
        assert says == issubclass(cls, Initialized)
        assert not says or cls.parameters()["init"][1].default == "default"
    assert Linear(2).fillings == ()


def test_equal_weights_are_told_apart() -> None:
    """Zeros, ones and a constant are the same for all weights; what is drawn is not."""
    equal = [name for name in get_args(Init) if Linear(2, init=name).starts_equal]
    assert equal == ["zeros", "ones", "constant"]


@pytest.mark.parametrize(
    ("layer", "complaint"),
    [
        ('Linear(2, init="constant")', 'init="constant" needs init_scale, the value'),
        ('Linear(2, init="zeros", init_scale=1)', 'init="zeros" takes no init_scale'),
        ("Linear(2, init_scale=1)", 'init="default" takes no init_scale'),
        ('Linear(2, init="normal", init_scale=0)', "init_scale must be above 0 for init="),
        ("Linear(2, bias=False, init_bias=0)", "init_bias needs bias=True"),
        ('Conv2d(2, 3, init="zeros", init_scale=1)', 'init="zeros" takes no init_scale'),
        ('Residual([ReLU()], init="zeros")', 'init is of the weights of shortcut="projection"'),
        ('Linear(2, init="kaiming")', "'kaiming' is not accepted: give 'default' or 'zeros' or"),
    ],
)
def test_what_does_not_go_together_is_named(layer: str, complaint: str) -> None:
    """A choice that is none, and a number that means nothing, are refused."""
    raw = {"data": "circle()", "layers": [layer], "loss": "MSELoss()", "optimizer": "SGD()"}
    with pytest.raises(Exception, match="layers") as caught:
        from_raw(raw)
    assert complaint in str(caught.value)
