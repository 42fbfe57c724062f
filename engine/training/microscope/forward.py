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
    place_of,
    strongest,
)
from engine.training.microscope.rehearsal import Passed, Rehearsal
from engine.training.silencing import silenced
from engine.training.trainer import Trainer

MOST_SUMS = 8
"""Neurons of a layer whose sums are spelled out."""
MOST_FACTORS = 9
"""Inputs of such a sum, those that count most: a kernel of three by three has all."""
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
            one
            for place in places.tolist()[:MOST_SUMS]
            if (one := _sum(link, passed, done, place, asleep)) is not None
        ],
        moved=_moved(link.address, done),
    )


def _sum(
    link: Link, passed: Passed, done: Rehearsal, index: int, asleep: set[int]
) -> WeightedSum | None:
    """How a number comes about: each input times its weight, and the bias.

    None where it does not come about so, or its unit is silenced. index: among the outputs, flat.
    """
    place = place_of(index, link.output_shape)
    taps = link.layer.taps(link.input_shape, place)
    if not taps or place[0] in asleep:
        return None
    name = module_name(link.address)
    weights = done.before[f"{name}.weight"][place[0]].reshape(-1).double().cpu()
    bias = done.before.get(f"{name}.bias")
    is_met = torch.tensor([tap is not None for tap in taps])
    sources = torch.tensor([tap for tap in taps if tap is not None], dtype=torch.long)
    inputs, weights = passed.inputs.double().cpu()[sources], weights[is_met]
    products = inputs * weights
    told = strongest(products, MOST_FACTORS)
    rest = torch.ones(len(products), dtype=torch.bool)
    rest[told] = False
    return WeightedSum(
        place=place,
        factors=[
            (place_of(source, link.input_shape), value, weight)
            for source, value, weight in zip(
                sources[told].tolist(), figures(inputs[told]), figures(weights[told]), strict=True
            )
        ],
        rest=figure(products[rest].sum()) if bool(rest.any()) else None,
        window=_window([place_of(source, link.input_shape) for source in sources.tolist()]),
        num_zeros=len(taps) - len(sources),
        bias=None if bias is None else figure(bias[place[0]]),
        total=figure(passed.outputs.chosen[index]),
    )


def _window(places: list[tuple[int, ...]]) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The first and the last place along each direction; None of what has none."""
    if not places or len(places[0]) < 2:
        return None
    ways = list(zip(*places, strict=True))
    return tuple(map(min, ways)), tuple(map(max, ways))


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
