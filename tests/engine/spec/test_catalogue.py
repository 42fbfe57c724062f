"""The catalogue: one class is all a component needs to be read, checked and written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from engine.errors import BadExperiment
from engine.parts.component import Component, parameter
from engine.parts.data import Data
from engine.parts.kinds import describe
from engine.parts.layers import Layer
from engine.parts.losses import Loss
from engine.parts.objectives import Objective
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import Schedule
from engine.parts.shapes import Shape
from engine.spec.catalogue import FAMILIES
from engine.spec.chain import links
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.nearest import nearest
from engine.spec.overrides import set_value
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml

_EVERY = [
    pytest.param(component, id=f"{family.family}-{name}")
    for family in (Data, Layer, Loss, Optimizer, Objective, Schedule)
    for name, component in family.members().items()
]
_CIRCLE: dict[str, object] = {
    "data": "circle()",
    "layers": ["Linear(4)", "Doubled(times=3)", "Linear(1)", "Sigmoid()"],
    "loss": "BCELoss()",
    "optimizer": "SGD(lr=0.1)",
}


@pytest.mark.parametrize("component", _EVERY)
def test_every_component_says_what_it_is(component: type[Component]) -> None:
    """A component's own docstring begins with one sentence, which is its help."""
    assert component.__doc__ != f"{component.__name__}()"
    help_line = component.help()
    assert help_line == help_line.strip()
    assert help_line[0].isupper() or not help_line[0].isalpha()
    assert help_line.endswith(".")
    # A dataclass without a docstring is given its signature as one.
    assert not help_line.startswith(f"{component.__name__}(")


@pytest.mark.parametrize("component", _EVERY)
def test_every_parameter_is_fully_declared(component: type[Component]) -> None:
    """Every parameter has a help text and a type that can be put in words."""
    for name, (kind, declaration) in component.parameters().items():
        assert declaration.help, name
        assert not declaration.help.endswith("."), f"{name}: a phrase, not a sentence"
        assert describe(kind, declaration), name


def test_every_field_of_an_experiment_is_declared() -> None:
    """Every field of an experiment has a help text; those of components name a family."""
    assert all(declaration.help for _, declaration in Experiment.parameters().values())
    assert list(FAMILIES) == [name for name in Experiment.parameters() if name in FAMILIES]


@pytest.mark.parametrize("component", _EVERY)
def test_every_default_is_accepted_by_its_own_declaration(component: type[Component]) -> None:
    """What is left out could as well be written: the defaults lie in the declared ranges."""
    from engine.parts.kinds import convert

    for name, (kind, declaration) in component.parameters().items():
        if not declaration.required:
            assert convert(declaration.default, kind, declaration) == declaration.default, name


@pytest.fixture
def doubled() -> Iterator[type[Layer]]:
    """A layer class that nothing in the engine knows of."""

    class Doubled(Layer):
        """Repeat the features."""

        times: int = parameter(default=2, help="how often", minimum=1, maximum=9)

        def output_shape(self, shape: Shape) -> Shape:
            return (shape[0] * self.times,)

        def build(self, shape: Shape) -> torch.nn.Module:
            raise NotImplementedError

    yield Doubled
    registry = Component._registry["layer"]
    assert registry.pop("Doubled") is Doubled


def test_adding_a_layer_is_adding_one_class(doubled: type[Layer]) -> None:
    """A new class is at once read, validated, changed, put in the chain and written."""
    experiment = from_raw(_CIRCLE)
    layer = experiment.layers[1]
    assert isinstance(layer, doubled)
    assert layer.values() == {"times": 3}
    assert doubled.help() == "Repeat the features."
    chain = links(experiment.layers, (2,), [])
    assert [link.output_shape for link in chain] == [(4,), (12,), (1,), (1,)]
    assert chain[2].num_parameters == 13
    assert from_raw(parse_toml(to_toml(experiment))) == experiment
    changed = from_raw(set_value(_CIRCLE, "layers.1.times=4"))
    assert str(changed.layers[1]) == "Doubled(times=4)"
    with pytest.raises(BadExperiment) as caught:
        from_raw({**_CIRCLE, "layers": ["Doubled(0)", "doubeld"]})
    assert [str(problem) for problem in caught.value.problems] == [
        "layers[0].times: 0 is not accepted: give a whole number, at least 1 and at most 9",
        'layers[1]: unknown layer "doubeld": did you mean Doubled?',
    ]


def test_without_its_class_a_layer_is_unknown() -> None:
    """What the test before added is gone: the catalogue is its classes."""
    assert "Doubled" not in Layer.members()
    with pytest.raises(BadExperiment, match='unknown layer "Doubled"'):
        from_raw(_CIRCLE)


def test_two_components_of_one_name_are_refused() -> None:
    """A second class of a known name is a programming mistake, told when it is defined."""
    with pytest.raises(TypeError, match="two components of the family 'layer' named 'ReLU'"):

        class ReLU(Layer):
            """Another one."""

    assert Layer.members()["ReLU"].__module__ == "engine.parts.layers.activation"


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("relu", ": did you mean ReLU?"),
        ("Cov2d", ": did you mean Conv2d?"),
        ("LINEAR", ": did you mean Linear?"),
        ("qqq", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_found_in_any_case(word: str, hint: str) -> None:
    """A slip of the key or of the case is answered with the name that was meant."""
    assert nearest(word, Layer.members()) == hint
