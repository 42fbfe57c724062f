"""The figures that sentences about an experiment name: each a text by its name."""

from __future__ import annotations

import math

from engine.doctor.case import Case
from engine.parts.component import Component, literal
from engine.parts.layers import Layer
from engine.parts.layers.base import UNBOUNDED
from engine.parts.losses import Loss
from engine.parts.shapes import product, shape_text
from engine.spec.chain import Link
from engine.spec.validator import held_back, selecting_stride

_SURE = 0.9
"""How much probability a sample has that is as good as known."""


def of_experiment(case: Case) -> dict[str, str]:
    """What holds for the experiment as a whole; without what only its data could tell."""
    experiment, facts = case.experiment, case.facts
    figures = {
        "epochs": f"{experiment.epochs:,}",
        "reports": f"{_reports(case):,}",
        "num_layers": f"{len(experiment.layers):,}",
        "lr": f"{experiment.optimizer.lr:g}",
        "num_predicted": f"{len(experiment.predict):,}",
    }
    if facts is None:
        return figures
    validation = held_back(facts.num_samples, experiment.validation_fraction)
    test = held_back(facts.num_samples, experiment.test_fraction)
    figures |= {
        "validation": f"{validation or facts.num_validation_samples:,}",
        "offset": f"{held_back(facts.num_samples, experiment.validation_offset):,}",
        "test": f"{test or facts.num_test_samples:,}",
        "selecting": _selecting(case, validation or facts.num_validation_samples),
        "samples": f"{facts.num_samples:,}",
        "train": f"{case.num_train:,}",
        "batch": f"{case.batch_size:,}",
        "batches": f"{case.steps_per_epoch:,}",
        "steps": f"{case.num_steps:,}",
        "inputs": f"{product(facts.shape):,}",
        "shape": shape_text(facts.shape),
    }
    figures["classes"] = f"{len(facts.classes):,}" if facts.classes else "no"
    if facts.classes:
        figures["guess"] = f"{math.log(len(facts.classes)):.3f}"
    if case.chain:
        figures |= {
            "outputs": f"{product(case.chain[-1].output_shape):,}",
            "params": f"{case.num_parameters:,}",
            "trained": f"{case.num_trained:,}",
            "kept": f"{case.num_trained * experiment.optimizer.state_size:,}",
        }
    return figures | _rates(case)


def _selecting(case: Case, validation: int) -> str:
    """How many samples select, and of which split."""
    if validation:
        return f"{validation:,} validation"
    train = case.num_train
    return f"{-(-train // selecting_stride(train, case.batch_size)):,} training"


def of_component(component: Component) -> dict[str, str]:
    """Its own arguments."""
    figures = {name: literal(value) for name, value in component.values().items()}
    if isinstance(component, Loss) and "gamma" in figures:
        figures["easy"] = f"{(1 - _SURE) ** component.values()['gamma']:.2g}"
    return figures


def of_layer(link: Link) -> dict[str, str]:
    """What a layer does to the shapes, and what it learns."""
    layer, inputs = link.layer, product(link.input_shape)
    terms = layer.terms(link.input_shape)
    number = f"{link.num_parameters:,}"
    figures = {
        "inputs": f"{inputs:,}",
        "outputs": f"{product(link.output_shape):,}",
        "shape_in": shape_text(link.input_shape),
        "shape_out": shape_text(link.output_shape),
        "channels": f"{link.input_shape[0]:,}",
        "params": number,
        "sum": f"{number} = {terms}" if terms else number,
        "range": _range_text(layer),
    }
    if layer.drops is not None:
        whole = inputs if layer.name == "Dropout" else link.input_shape[0]
        figures["dropped"] = f"{round(layer.drops * whole):,}"
    return figures


def _range_text(layer: Layer) -> str:
    low, high = layer.output_range
    if (low, high) == UNBOUNDED:
        return ""
    if math.isinf(high):
        return f"; none is below {low:g} then"
    return f"; all are between {low:g} and {high:g} then"


def _reports(case: Case) -> int:
    """How many epochs are reported: the first, each report_every-th, the last."""
    epochs, every = case.experiment.epochs, case.experiment.report_every
    return epochs // every + (every > 1) + (epochs % every != 0 and epochs > 1)


def _rates(case: Case) -> dict[str, str]:
    """The learning rate at the beginning, in the middle and at the end."""
    schedule, lr = case.experiment.schedule, case.experiment.optimizer.lr
    total = case.num_steps if schedule.counts == "steps" else case.experiment.epochs
    if total < 1:
        return {}
    places = {"first": 0, "middle": total // 2, "last": total - 1}
    return {name: f"{schedule.rate(lr, done, total):.3g}" for name, done in places.items()}
