"""What to train beside an experiment, so that one sees what a part of it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from engine.doctor.case import Case
from engine.explanation.explanation import Trial
from engine.parts.component import Component
from engine.parts.kinds import MISSING, Parameter, alternatives, convert
from engine.parts.layers import Layer
from engine.parts.layers.address import Address, at
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import Constant, Schedule
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import Experiment


def without_layer(case: Case, address: Address) -> Trial | None:
    """The same without a layer; None where nothing fits together then."""
    layer = at(case.experiment.layers, address)
    other = case.changed({"layers": case.with_layers(address, 1)})
    if other is None:
        return None
    return Trial(case.experiment, f"with {layer.brief}", other, "without")


def with_another(case: Case, field: str) -> Trial | None:
    """The same with the first other component of the field's family that fits."""
    now: Component = getattr(case.experiment, field)
    for other in _others(now):
        changed = case.changed({field: other})
        if changed is not None:
            return Trial(case.experiment, str(now), changed, str(other))
    return None


def component_at(experiment: Experiment, place: str | Address) -> Component:
    """The component of a field, or the layer at an address."""
    if isinstance(place, str):
        component: Component = getattr(experiment, place)
        return component
    return at(experiment.layers, place)


def with_option(case: Case, place: str | Address, name: str) -> Trial | None:
    """The same with another value of an argument of a component; place: its field or address."""
    whole = case.experiment
    component = component_at(whole, place)
    kind, declaration = component.parameters()[name]
    now = getattr(component, name)
    for value in _values(now, kind, declaration):
        other = component.with_values(**{name: value})
        if isinstance(place, str):
            changed = case.changed({place: other})
        else:
            assert isinstance(other, Layer), "a layer's arguments make a layer"
            changed = case.changed({"layers": case.with_layers(place, 1, other)})
        if changed is not None:
            return Trial(whole, f"{name}={now}", changed, f"{name}={value}")
    return None


def with_field(case: Case, name: str) -> Trial | None:
    """The same with another value of one of the experiment's own fields."""
    kind, declaration = Experiment.parameters()[name]
    if declaration.tells or name in _WITHOUT_EFFECT:
        return None
    now = getattr(case.experiment, name)
    for value in _values(now, kind, declaration):
        changed = case.changed({name: value})
        if changed is not None:
            return Trial(case.experiment, f"{name}={now}", changed, f"{name}={value}")
    return None


_WITHOUT_EFFECT = (
    "device",
    "threads",
    "start_from",
    "new_head",
    "report_every",
    "predict",
    "stop_below",
)
"""Fields that change no result, or of which another value can't be guessed."""


def _others(now: Component) -> Iterator[Component]:
    family = next(family for family in FAMILIES.values() if isinstance(now, family))
    if isinstance(now, Schedule) and not isinstance(now, Constant):
        yield Constant()
    for member in family.members().values():
        if type(now) is member or any(p.required for _, p in member.parameters().values()):
            continue
        if issubclass(member, Optimizer) and member.rates is not None:
            yield member(lr=member.rates.usual)
        elif not issubclass(member, Optimizer):
            yield member()


def _values(now: Any, kind: Any, declaration: Parameter) -> Iterator[Any]:
    """Other values of a parameter, the most telling first: off, on, another choice, half."""
    tried: list[Any] = []
    if not declaration.required and now != declaration.default:
        tried.append(declaration.default)
    if declaration.words.tries is not MISSING:
        tried.append(declaration.words.tries)
    for one in alternatives(kind):
        if one is bool and isinstance(now, bool):
            tried.append(not now)
        elif get_origin(one) is Literal and now in get_args(one):
            choices = get_args(one)
            after = choices.index(now) + 1
            tried += [*choices[after:], *choices[: after - 1]]
    if isinstance(now, int) and not isinstance(now, bool) and now > 1:
        tried.append(now // 2)
    elif isinstance(now, float) and now > 0:
        tried.append(now / 2)
    for value in tried:
        if value == now:
            continue
        try:
            yield convert(list(value) if isinstance(value, tuple) else value, kind, declaration)
        except ValueError:
            continue
