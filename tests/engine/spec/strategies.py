"""Hypothesis strategies that make valid experiments from the declarations alone.

`experiments()`, `chains(shape)` and `components(family)` are meant for every test that
wants any experiment: small ones, quick to build and to train.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar, get_args, get_origin

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from engine.parts.component import Component
from engine.parts.data import Data, Facts
from engine.parts.kinds import Pairs, Parameter, alternatives
from engine.parts.layers import Layer
from engine.parts.layers.activation import LogSoftmax, Sigmoid
from engine.parts.layers.base import require_kind
from engine.parts.layers.block import Block
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.losses import Loss
from engine.parts.metrics import metrics_of
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import Schedule
from engine.parts.shapes import Shape, ShapeError, product
from engine.spec.experiment import Experiment

C = TypeVar("C", bound=Component)

_SPAN = 5
"""Whole numbers are drawn from this many above their minimum."""
_MAX_ELEMENTS = 4096
"""No sample inside a drawn chain has more values, no layer more parameters."""
_COMPONENT_FIELDS = ("data", "layers", "loss", "optimizer", "objective", "schedule")
_LAST_LAYER: dict[str, Layer] = {
    "probability": Sigmoid(),
    "log-probabilities": LogSoftmax(),
}
"""What a loss over such outputs needs at the end so that its values are defined."""


def texts() -> SearchStrategy[str]:
    """Any text that is accepted: line ends and quotes, no surrogates, no control characters."""
    return st.text(
        st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n"), max_size=20
    )


def shapes() -> SearchStrategy[Shape]:
    """Rows of features, short sequences and small images."""
    size, channels = st.integers(1, 9), st.integers(1, 4)
    return st.tuples(size) | st.tuples(channels, size) | st.tuples(channels, size, size)


def values(kind: Any, declaration: Parameter) -> SearchStrategy[Any]:
    """Values that a parameter of this type and range accepts."""
    return st.one_of([_values_of_one(one, declaration) for one in alternatives(kind)])


def _values_of_one(kind: Any, declaration: Parameter) -> SearchStrategy[Any]:
    if get_origin(kind) is Literal:
        return st.sampled_from(get_args(kind))
    if get_origin(kind) is tuple:
        members = get_args(kind)
        if members[-1] is Ellipsis:
            return st.lists(values(members[0], declaration), min_size=1, max_size=3).map(tuple)
        return st.tuples(*(values(member, declaration) for member in members))
    if get_origin(kind) is Pairs:
        (member,) = get_args(kind)
        pairs = st.dictionaries(texts(), values(member, declaration), min_size=1, max_size=3)
        return pairs.map(lambda one: Pairs(one.items()))
    if isinstance(kind, type) and issubclass(kind, Component):
        return _plain(kind)
    if kind is bool:
        return st.booleans()
    if kind is str:
        return texts()
    if kind is int:
        return _whole_numbers(declaration)
    if kind is float:
        return _numbers(declaration)
    assert kind is type(None), f"no values are known for {kind}"
    return st.none()


def _whole_numbers(declaration: Parameter) -> SearchStrategy[int]:
    low = -3 if declaration.minimum is None else int(declaration.minimum)
    high = low + _SPAN if declaration.maximum is None else min(low + _SPAN, declaration.maximum)
    return st.integers(low, int(high))


def _numbers(declaration: Parameter) -> SearchStrategy[float]:
    low = declaration.above if declaration.minimum is None else declaration.minimum
    high = declaration.below if declaration.maximum is None else declaration.maximum
    return st.floats(
        -10.0 if low is None else low,
        max(10.0, low or 0.0) if high is None else high,
        exclude_min=declaration.minimum is None and low is not None,
        exclude_max=declaration.maximum is None and high is not None,
        allow_subnormal=False,
    )


def members(component: type[C], **given: SearchStrategy[Any]) -> SearchStrategy[C]:
    """One component's instances: any of its optional parameters given or left out.

    given: where the values of these parameters come from instead; they are never left out.
    """
    needed: dict[str, SearchStrategy[Any]] = {**given}
    optional: dict[str, SearchStrategy[Any]] = {}
    for name, (kind, declaration) in component.parameters().items():
        if name not in given:
            (needed if declaration.required else optional)[name] = values(kind, declaration)
    made = st.fixed_dictionaries(needed, optional=optional).map(lambda kw: component(**kw))
    return made.filter(lambda one: not one.complaint())


def components(family: type[C]) -> SearchStrategy[C]:
    """Any component of a family, given as its base: `components(Optimizer)`.

    Blocks among them hold any plain layers, which may not fit each other.
    """
    known = [cls for cls in family.members().values() if issubclass(cls, family)]
    return st.sampled_from(known).flatmap(members)


def _plain(family: type[C]) -> SearchStrategy[C]:
    """Any component of a family that is made of no others."""
    known = [cls for cls in family.members().values() if issubclass(cls, family)]
    return st.sampled_from([cls for cls in known if not issubclass(cls, Block)]).flatmap(members)


def blocks(shape: Shape, depth: int = 2) -> SearchStrategy[Layer]:
    """Any block that takes an input shape, with blocks in it up to a depth."""
    known = [cls for cls in Layer.members().values() if issubclass(cls, Block)]
    inside = chains(shape, max_layers=3, depth=depth - 1).filter(bool)
    made = st.sampled_from(known).flatmap(lambda cls: members(cls, layers=inside))
    return made.filter(lambda block: fits(block, shape))


def fits(layer: Layer, shape: Shape) -> bool:
    """Whether a layer takes an input shape, and stays small on it."""
    try:
        require_kind(layer, shape)
        output = layer.output_shape(shape)
    except ShapeError:
        return False
    return max(product(output), layer.num_parameters(shape)) <= _MAX_ELEMENTS


@st.composite
def chains(draw: DrawFn, shape: Shape, max_layers: int = 6, depth: int = 2) -> tuple[Layer, ...]:
    """Layers that fit the input shape and each other, maybe none; depth: of blocks in blocks."""
    chain: list[Layer] = []
    for _ in range(draw(st.integers(0, max_layers))):
        holds_more = depth > 0 and draw(st.integers(0, 3)) == 3
        layer = draw(blocks(shape, depth) if holds_more else _plain(Layer))
        if fits(layer, shape):
            chain.append(layer)
            shape = layer.output_shape(shape)
    return tuple(chain)


def output_shape(chain: tuple[Layer, ...], shape: Shape) -> Shape:
    """What a chain makes of an input shape."""
    for layer in chain:
        shape = layer.output_shape(shape)
    return shape


def data_sets() -> SearchStrategy[Data]:
    """Data sets made from a generator: those that say how many samples they make, a few each.

    Not those of tokens or of steps: what goes before their layers is for tests of their own.
    """
    made = [cls for cls in Data.members().values() if "samples" in cls.parameters()]
    assert made, "no data set declares samples"
    drawn = st.sampled_from(made).flatmap(lambda cls: members(cls, samples=st.integers(12, 40)))
    return drawn.map(_as_data).filter(_is_of_numbers)


def _is_of_numbers(data: Data) -> bool:
    facts = data.facts()
    return facts is not None and not facts.num_tokens and not facts.is_sequence


def _as_data(component: Component) -> Data:
    assert isinstance(component, Data)
    return component


@st.composite
def experiments(draw: DrawFn, data: SearchStrategy[Data] | None = None) -> Experiment:
    """Valid experiments whose layers and loss fit their data, every field drawn.

    data: where data sets come from; small synthetic ones unless given.
    """
    chosen = draw(data_sets() if data is None else data)
    facts = chosen.facts()
    assert facts is not None, "an experiment is drawn for data whose shape is known"
    loss = draw(components(Loss).filter(lambda one: _serves(one, facts)))
    fields = draw(_plain_fields(facts, loss))
    return Experiment(
        data=chosen,
        layers=draw(_network(facts, loss)),
        loss=loss,
        optimizer=draw(components(Optimizer)),
        schedule=draw(components(Schedule)),
        **fields,
    )


def _serves(loss: Loss, facts: Facts) -> bool:
    if facts.task == "classification":
        return True
    return loss.outputs == "value" and not loss.class_targets


@st.composite
def _network(draw: DrawFn, facts: Facts, loss: Loss) -> tuple[Layer, ...]:
    chain = draw(chains(facts.shape, max_layers=4))
    flat = () if len(output_shape(chain, facts.shape)) == 1 else (Flatten(),)
    num_outputs = facts.num_targets if facts.task == "regression" else len(facts.classes)
    if num_outputs == 2 and not loss.class_targets and facts.task == "classification":
        num_outputs = draw(st.integers(1, 2))
    closing = (_LAST_LAYER[loss.outputs],) if loss.outputs in _LAST_LAYER else ()
    return (*chain, *flat, Linear(num_outputs), *closing)


@st.composite
def _plain_fields(draw: DrawFn, facts: Facts, loss: Loss) -> dict[str, Any]:
    declared = Experiment.parameters()
    by_hand = {"device", "class_weights", "sampler", "select", "predict", "measured", "freeze"}
    by_hand |= {"backbone_rate"}
    by_hand |= {"validation_fraction", "validation_offset", "test_fraction"}
    optional = {
        name: values(*declaration)
        for name, declaration in declared.items()
        if name not in by_hand and name not in _COMPONENT_FIELDS
    }
    optional["backbone_rate"] = st.sampled_from([1.0, 0.1])
    optional["freeze"] = st.sampled_from([(), "all but last"])
    fractions = st.sampled_from([0.0, 0.1, 0.25, 0.4])
    optional["device"] = st.sampled_from(["auto", "cpu"])
    optional["validation_fraction"] = fractions
    if not facts.num_test_samples:
        optional["test_fraction"] = fractions
    if loss.weight_argument and facts.task == "classification":
        weights = st.tuples(*(st.floats(0.1, 10.0) for _ in facts.classes))
        optional["class_weights"] = st.none() | st.just("balanced") | weights
    fitting = [one.name for one in metrics_of(facts.task, len(facts.classes), facts.objective)]
    optional["select"] = st.sampled_from(fitting)
    if facts.feature_names:
        number = st.floats(-100.0, 100.0, allow_subnormal=False)
        sample = st.tuples(*(number for _ in facts.feature_names))
        optional["predict"] = st.lists(sample, max_size=2).map(tuple)
    limits = st.tuples(
        st.floats(-5.0, 0.0, allow_subnormal=False), st.floats(0.0, 5.0, allow_subnormal=False)
    )
    optional["measured"] = st.none() | st.dictionaries(texts(), limits, max_size=3)
    fields = draw(st.fixed_dictionaries({}, optional=optional))
    if not fields.get("start_from"):
        fields = {name: value for name, value in fields.items() if name != "new_head"}
    if facts.task == "classification" and draw(st.sampled_from([False, False, True])):
        fields = {**fields, "sampler": "balanced", "shuffle": True}
        if fields.get("class_weights") == "balanced":
            del fields["class_weights"]
    return fields
