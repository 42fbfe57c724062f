"""Explains what an experiment is made of: its components, their options, its own fields."""

from __future__ import annotations

from typing import Any

from engine.doctor.case import Case
from engine.doctor.examination import known_facts
from engine.explanation import figures, trials
from engine.explanation.explanation import Explanation, Figure, filled
from engine.explanation.trials import component_at
from engine.parts.component import Component, literal
from engine.parts.kinds import Parameter, describe, is_text
from engine.parts.layers.address import Address
from engine.spec.catalogue import FAMILIES
from engine.spec.chain import every
from engine.spec.experiment import Experiment

Place = str | Address
"""A field that holds a component: `loss`; or the address of a layer."""


def of_component(experiment: Experiment, place: Place) -> Explanation:
    """The component of a field, or the layer at an address."""
    case = _case(experiment)
    component = component_at(experiment, place)
    told = _told(case, place, component)
    if isinstance(place, str):
        trial = None if place == "data" else trials.with_another(case, place)
    else:
        trial = trials.without_layer(case, place)
    return Explanation(str(component), component.words, filled(component.here, told), trial)


def of_option(experiment: Experiment, place: Place, name: str) -> Explanation:
    """An argument of a component."""
    component = component_at(experiment, place)
    kind, declaration = component.parameters()[name]
    value = getattr(component, name)
    if declaration.required:
        here = f"Here it is {literal(value)}; it must be given."
    elif value == declaration.default:
        here = f"Here it is {literal(value)}, as it is where nothing is said."
    else:
        usual = literal(declaration.default)
        here = f"Here it is {literal(value)}; where nothing is said it would be {usual}."
    trial = trials.with_option(_case(experiment), place, name)
    what = " ".join(filter(None, (_what(declaration), _taken(kind, declaration))))
    return Explanation(f"{component.name}: {name}", what, here, trial)


def of_field(experiment: Experiment, name: str) -> Explanation:
    """One of the experiment's own fields; of one that holds a component, that component."""
    if name in FAMILIES and name != "layers":
        return of_component(experiment, name)
    case = _case(experiment)
    _, declaration = Experiment.parameters()[name]
    value = getattr(experiment, name)
    told = {**figures.of_experiment(case), "value": literal(value)}
    words = declaration.words
    trial = None if name in FAMILIES else trials.with_field(case, name)
    return Explanation(name, words.what, filled(words.here, told), trial)


def of_figure(figure: Figure, experiment: Experiment | None) -> Explanation:
    """A picture of its training."""
    told = figures.of_experiment(_case(experiment)) if experiment is not None else {}
    return Explanation(figure.title, figure.words, filled(figure.here, told))


def of_kind(component: type[Component]) -> Explanation:
    """A component that is in no experiment yet."""
    return Explanation(component.signature(), component.words, _sentence(component.help()))


def of_kind_option(component: type[Component], name: str) -> Explanation:
    """An argument of a component that is in no experiment yet."""
    kind, declaration = component.parameters()[name]
    title = f"{component.name}: {name}"
    return Explanation(title, _what(declaration), _taken(kind, declaration))


def _case(experiment: Experiment) -> Case:
    return Case(experiment, known_facts(experiment))


def _told(case: Case, place: Place, component: Component) -> dict[str, str]:
    """Every figure that a sentence about the component may name."""
    told = {**figures.of_experiment(case), **figures.of_component(component)}
    for link in every(case.chain):
        if link.address == place:
            told |= figures.of_layer(link)
    return told


def _what(declaration: Parameter) -> str:
    return _sentence(declaration.words.what or declaration.help)


def _taken(kind: Any, declaration: Parameter) -> str:
    """What an option takes; nothing of a text, of which only its meaning says something."""
    return "" if is_text(kind) else f"It takes {describe(kind, declaration)}."


def _sentence(text: str) -> str:
    text = text.rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
