"""What the optimizer makes of the gradients, weight by weight."""

from __future__ import annotations

import re

import torch
from torch import Tensor

from engine.parts.arithmetic import Term, Value, worked
from engine.parts.layers.address import module_name
from engine.runs.dissected_step import Line, ParameterStep, Update, WeightStep
from engine.runs.events import Figure
from engine.spec.chain import every
from engine.training.inside.samples import figures
from engine.training.microscope.numbers import figure, place_of, spread_of, strongest
from engine.training.microscope.rehearsal import Rehearsal
from engine.training.trainer import Trainer

SMALL = 150
"""Weights of a network of which every one is told."""
MOST_WEIGHTS = 12
"""Weights of one parameter that are told of a larger one."""


def update_of(trainer: Trainer, done: Rehearsal) -> Update:
    """The step of every weight, with the optimizer's arithmetic where it declares one."""
    optimizer = done.optimizer
    count = _count(done)
    terms = optimizer.arithmetic(count)
    settings = optimizer.settings(count)
    total = sum(done.before[name].numel() for name in done.names)
    most = total if total <= SMALL else MOST_WEIGHTS
    layers = {module_name(link.address): link for link in every(trainer.chain)}
    parameters = []
    for name in done.names:
        own_rate = {"lr": done.rates[name]} if name in done.rates else {}
        owner = max((own for own in layers if name.startswith(f"{own}.")), key=len)
        link = layers[owner]
        parameters.append(
            _parameter(
                done, name, terms, {**settings, **own_rate}, most, (link.address, link.layer.brief)
            )
        )
    used = {
        name: value
        for name, value in settings.items()
        if any(_mentions(term.formula, name) for term in terms)
    }
    return Update(
        text=str(optimizer),
        lines=[Line(term.name, term.formula, term.words) for term in terms],
        kept=[term.name for term in terms if term.state],
        settings=used,
        parameters=parameters,
        loss_after=figure(done.loss_after),
    )


def _count(done: Rehearsal) -> int:
    """Which step of the optimizer this is, from 1; of one that does not count, 2 for any later."""
    kept = next((state for state in done.kept.values() if state), {})
    if "step" in kept:
        return int(kept["step"].item()) + 1
    return 2 if kept else 1


def _mentions(formula: str, name: str) -> bool:
    return re.search(rf"\b{name}\b", formula) is not None


def _parameter(
    done: Rehearsal,
    name: str,
    terms: tuple[Term, ...],
    settings: dict[str, float],
    most: int,
    layer: tuple[tuple[int, ...], str],
) -> ParameterStep:
    before, after = done.before[name], done.after[name]
    gradient = done.gradients.get(name)
    change = after - before
    strength = change
    if gradient is not None and not bool((change != 0).any()):
        strength = gradient
    chosen = strongest(strength, most)
    shape = tuple(before.shape)
    state = {term.name: done.kept[name].get(term.state) for term in terms if term.state}
    kept = {
        term.name: _chosen(state[term.name], chosen, term.start) for term in terms if term.state
    }
    plain = {"before": _chosen(before, chosen), "after": _chosen(after, chosen)}
    raw, used = (
        [None] * len(chosen) if some is None else _chosen(some, chosen)
        for some in (gradient, done.used.get(name))
    )
    weights = []
    for number, index in enumerate(chosen.tolist()):
        own: dict[str, Figure] = {name: values[number] for name, values in kept.items()}
        values: list[Figure] = []
        if used[number] is not None and terms:
            given: dict[str, Value] = {
                **settings,
                **{key: _known(value) for key, value in own.items()},
                "before": _known(plain["before"][number]),
                "gradient": _known(used[number]),
            }
            values = figures(
                torch.tensor([*worked(terms, given).values()][:-1], dtype=torch.float64)
            )
        weights.append(
            WeightStep(
                place=place_of(index, shape),
                before=plain["before"][number],
                gradient=raw[number],
                used=used[number],
                kept=[*own.values()],
                values=values,
                after=plain["after"][number],
            )
        )
    address, text = layer
    return ParameterStep(
        layer=address,
        text=text,
        name=name,
        shape=shape,
        weights=weights,
        is_whole=len(weights) == before.numel(),
        before=spread_of(before),
        gradient=None if gradient is None else spread_of(gradient),
        change=spread_of(change),
        rate=done.rates.get(name),
    )


def _chosen(tensor: Tensor | None, indices: Tensor, start: float = 0.0) -> list[Figure]:
    """Some numbers of a tensor; the same for all where it is a single one, or none yet."""
    if tensor is None:
        return [start] * len(indices)
    flat = tensor.reshape(-1).double().cpu()
    return figures(flat.expand(len(indices)) if tensor.dim() == 0 else flat[indices])


def _known(value: Figure) -> float:
    return torch.nan if value is None else value
