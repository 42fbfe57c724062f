"""Finds components by name and turns parsed calls into checked components."""

from __future__ import annotations

from typing import Any, TypeVar, get_args, get_origin

from engine.errors import Problem
from engine.parts.component import Component
from engine.parts.data import Data
from engine.parts.kinds import asked, convert, shown
from engine.parts.layers import Layer
from engine.parts.layers.block import Block
from engine.parts.losses import Loss
from engine.parts.objectives import Objective
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import Schedule
from engine.spec.call import Call
from engine.spec.nearest import nearest

FAMILIES: dict[str, type[Component]] = {
    "data": Data,
    "layers": Layer,
    "loss": Loss,
    "optimizer": Optimizer,
    "objective": Objective,
    "schedule": Schedule,
}
"""The family of each field of an experiment that holds components."""

C = TypeVar("C", bound=Component)


def named(name: str) -> list[type[Component]]:
    """The components of this name; data sets and layers might share one."""
    return [family.members()[name] for family in FAMILIES.values() if name in family.members()]


def family_of_list(kind: Any) -> type[Component] | None:
    """The family whose members a parameter of this type is a list of; None for any other."""
    if get_origin(kind) is not tuple:
        return None
    member = get_args(kind)[0]
    return member if isinstance(member, type) and issubclass(member, Component) else None


def make(family: type[C], call: Call, place: str, problems: list[Problem]) -> C | None:
    """The component that a call names, its arguments checked; None adds to problems."""
    component = family.members().get(call.name)
    if component is None:
        hint = nearest(call.name, family.members())
        advice = hint or f": known are {', '.join(family.members())}"
        message = f'unknown {family.family} "{call.name}"{advice}'
        problems.append(Problem(place, message, "unknown-name"))
        return None
    arguments = _arguments(component, call, place, problems)
    if arguments is None:
        return None
    made = component(**arguments)
    if complaint := made.complaint():
        problems.append(Problem(place, f"{made}: {complaint}", "contradiction"))
        return None
    assert isinstance(made, family)
    return made


def _arguments(
    component: type[Component], call: Call, place: str, problems: list[Problem]
) -> dict[str, Any] | None:
    declared = component.parameters()
    names = list(declared)
    before = len(problems)
    if len(call.args) > len(names):
        accepted = f"{len(names)} ({', '.join(names)})" if names else "none"
        message = f"{call.name} takes {accepted}, but {len(call.args)} arguments are given"
        problems.append(Problem(place, message, "too-many-arguments"))
    given = dict(zip(names, call.args, strict=False))
    for name, value in call.kwargs.items():
        if name not in declared:
            hint = nearest(name, names) or (f": it has {', '.join(names)}" if names else "")
            message = f'{call.name} has no argument "{name}"{hint}'
            problems.append(Problem(place, message, "unknown-argument"))
        elif name in given:
            message = f"{call.name}: {name} is given twice"
            problems.append(Problem(place, message, "argument-given-twice"))
        else:
            given[name] = value
    converted: dict[str, Any] = {}
    for name, (kind, declaration) in declared.items():
        if name in given:
            own = place if _holds_inside(component, name) else f"{place}.{name}"
            if family := family_of_list(kind):
                converted[name] = make_list(family, given[name], own, problems)
                continue
            try:
                converted[name] = convert(given[name], kind, declaration)
            except ValueError as error:
                problems.append(Problem(own, str(error), "wrong-value"))
        elif declaration.required:
            needed = f"{call.name} needs {name}: {asked(kind, declaration)}"
            problems.append(Problem(place, needed, "missing-argument"))
    return converted if len(problems) == before else None


def make_list(
    family: type[Component], value: object, place: str, problems: list[Problem]
) -> tuple[Component | None, ...]:
    """The components that a list of calls names, each checked at its index.

    None stands for what could not be made, which adds to problems.
    """
    if not isinstance(value, list | tuple):
        message = f"{shown(value)} is not a list of calls, like [Name(argument)]"
        problems.append(Problem(place, message, "not-a-list"))
        return ()
    return tuple(
        _listed(family, item, f"{place}[{index}]", problems) for index, item in enumerate(value)
    )


def _listed(
    family: type[Component], item: object, place: str, problems: list[Problem]
) -> Component | None:
    if isinstance(item, Call):
        return make(family, item, place, problems)
    advice = f": write {item} without quotes" if isinstance(item, str) else ""
    message = f"{shown(item)} is not a call, like Name(argument){advice}"
    problems.append(Problem(place, message, "not-a-call"))
    return None


def _holds_inside(component: type[Component], name: str) -> bool:
    """Whether a parameter holds a block's layers: their places are those of the block itself."""
    return issubclass(component, Block) and name == component.inside_parameter


def text_expected(value: object, place: str) -> Problem:
    """The problem that something other than a text stands where a call should."""
    message = f'{shown(value)} is not a call in quotes, like "Name(argument)"'
    return Problem(place, message, "not-a-call")
