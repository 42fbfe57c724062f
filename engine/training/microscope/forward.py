"""The batch, and what every layer makes of it on the way there and on the way back."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.parts.data import names_of_inputs
from engine.parts.layers.address import Address, expression, module_name
from engine.runs.dissected_step import Batch, LayerStep, Moved, WeightedSum
from engine.spec.chain import Link, every
from engine.training.inside.samples import figures
from engine.training.microscope.numbers import (
    MOST_PLACES,
    MOST_SAMPLES,
    Told,
    figure,
    strongest,
)
from engine.training.microscope.rehearsal import Passed, Rehearsal
from engine.training.silencing import silenced
from engine.training.trainer import Trainer

MOST_SUMS = 8
"""Neurons of a layer whose sums are spelled out."""
MOST_FACTORS = 8
"""Inputs of such a sum, those that count most."""
MOST_MOVED = 8
MOST_CLASSES = 20


def told_rows(done: Rehearsal) -> list[int]:
    """The samples of the batch whose loss is told: the chosen one and those after it."""
    count = len(done.rows)
    start = max(0, min(done.sample, count - MOST_SAMPLES))
    return list(range(start, min(count, start + MOST_SAMPLES)))


def batch_of(trainer: Trainer, done: Rehearsal) -> Batch:
    """The samples of the step, as the network takes them."""
    rows, count = told_rows(done), len(done.inputs)
    targets = done.targets.reshape(count, -1).double()
    facts = trainer.splits.facts
    told = Told.of(done.inputs, done.sample)
    return Batch(
        num_samples=count,
        batch=trainer.batch + 1,
        batches=len(trainer.batches),
        rows=done.rows[rows].tolist(),
        inputs=told.numbers(strongest(told.chosen, MOST_PLACES)),
        names=list(names_of_inputs(facts, done.inputs[0].numel())),
        targets=[figures(targets[row]) for row in rows],
        classes=list(facts.classes[:MOST_CLASSES]),
    )


def layers_of(trainer: Trainer, done: Rehearsal) -> list[LayerStep]:
    """Every layer in the order in which they are run: a block after its own."""
    links = {link.address: link for link in every(trainer.chain)}
    asleep = silenced(trainer.model)
    return [
        _layer(links[address], passed, done, set(asleep.get(module_name(address), ())))
        for address, passed in done.passed.items()
    ]


def _layer(link: Link, passed: Passed, done: Rehearsal, asleep: set[int]) -> LayerStep:
    outputs, gradients = passed.outputs, passed.gradients
    strength = outputs.chosen
    if gradients is not None and bool((gradients.chosen != 0).any()):
        strength = gradients.chosen
    places = strongest(strength, MOST_PLACES)
    return LayerStep(
        layer=link.address,
        text=link.layer.brief,
        code=expression(link.address, "model"),
        outputs=outputs.numbers(places),
        gradients=None if gradients is None else gradients.numbers(places),
        sums=[
            _sum(link.address, passed, done, unit)
            for unit in places.tolist()[:MOST_SUMS]
            if link.layer.dense and len(outputs.shape) == 2 and unit not in asleep
        ],
        moved=_moved(link.address, done),
    )


def _sum(address: Address, passed: Passed, done: Rehearsal, unit: int) -> WeightedSum:
    """How a neuron of a dense layer comes to its value: weight times input, and the bias."""
    name = module_name(address)
    inputs = passed.inputs.double().cpu()
    weights = done.before[f"{name}.weight"][unit].double().cpu()
    bias = done.before.get(f"{name}.bias")
    products = inputs * weights
    told = strongest(products, MOST_FACTORS)
    rest = torch.ones(len(products), dtype=torch.bool)
    rest[told] = False
    return WeightedSum(
        unit=unit,
        factors=[
            (index, value, weight)
            for index, value, weight in zip(
                told.tolist(), figures(inputs[told]), figures(weights[told]), strict=True
            )
        ],
        rest=figure(products[rest].sum()) if bool(rest.any()) else None,
        bias=None if bias is None else figure(bias[unit]),
        total=figure(passed.outputs.chosen[unit]),
    )


def _moved(address: Address, done: Rehearsal) -> list[Moved]:
    """The layer's own buffers that the step changes."""
    own = f"{module_name(address)}."
    names = [
        name
        for name in done.before
        if name.startswith(own) and "." not in name.removeprefix(own) and name not in done.kept
    ]
    return [
        Moved(
            name=name.removeprefix(own),
            before=_first(done.before[name]),
            after=_first(done.after[name]),
            count=done.before[name].numel(),
        )
        for name in names
        if not torch.equal(done.before[name], done.after[name])
    ]


def _first(tensor: Tensor) -> list[float | None]:
    return figures(tensor.reshape(-1)[:MOST_MOVED].double().cpu())
