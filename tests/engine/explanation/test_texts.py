"""Every part of an experiment says in plain words what it does, and what it does here."""

from __future__ import annotations

import string

import pytest

from engine.explanation.explanation import filled
from engine.parts.component import Component
from engine.parts.metrics import METRICS, Metric
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import Experiment

MEMBERS = [member for family in FAMILIES.values() for member in family.members().values()]
FIGURES = {
    *("epochs", "reports", "num_layers", "lr", "num_predicted", "validation", "test", "samples"),
    "offset",
    *("train", "batch", "batches", "steps", "inputs", "outputs", "params", "kept", "shape"),
    "trained",
    *("classes", "guess", "easy", "first", "middle", "last", "shape_in", "shape_out"),
    *("channels", "sum", "range", "dropped", "selecting"),
}


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
def test_every_component_has_both_sentences(member: type[Component]) -> None:
    assert member.words.endswith("."), "its own, not one of a base class"
    assert "words" in vars(member)
    assert member.words != member.help()
    assert member.here.endswith(".")
    assert names_in(member.here) <= FIGURES | set(member.parameters())


@pytest.mark.parametrize("name", Experiment.parameters())
def test_every_field_of_an_experiment_has_both_sentences(name: str) -> None:
    words = Experiment.parameters()[name][1].words
    assert words.what.endswith((".", "?"))
    assert words.here.endswith(".")
    assert names_in(words.here) <= FIGURES | {"value"}


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_every_metric_has_both_sentences(metric: Metric) -> None:
    assert metric.words.endswith(".")
    assert names_in(metric.here) <= {"value", "samples", "split", "right"}


def test_a_sentence_of_which_a_figure_is_not_known_is_left_out() -> None:
    assert filled("Here it is {one} of {two}.", {"one": "1", "two": "2"}) == "Here it is 1 of 2."
    assert filled("Here it is {one} of {two}.", {"one": "1"}) == ""


def test_the_figures_that_sentences_may_name_are_those_that_are_made() -> None:
    from engine.doctor.case import Case
    from engine.explanation.figures import of_component, of_experiment, of_layer
    from tests.engine.training.tiny import small

    experiment = small(layers=["Linear(8)", "Dropout(0.25)", "Linear(2)"], loss="FocalLoss()")
    case = Case(experiment, experiment.data.facts())
    made = {*of_experiment(case), *of_component(experiment.loss)}
    made |= {name for link in case.chain for name in of_layer(link)}
    assert made >= FIGURES, FIGURES - made
