"""Does to a trainer, between two steps, what a person does by hand.

All of it can be done again to the last bit: a value is set to what it says, and random numbers
come from a seed of their own. Doing it twice is doing it once. The optimizer's state stays.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from engine.errors import UsageError
from engine.parts.layers.address import Address, module_name, place
from engine.runs.changes import Change
from engine.runs.events import (
    LayerRedrawn,
    LearningRateChanged,
    ParameterSet,
    UnitSilenced,
    UnitWoken,
)
from engine.spec.chain import Link, every
from engine.spec.columns import column_at, columns_of
from engine.training.silencing import silenced, with_unit, without_unit
from engine.training.stored_network import num_silenceable
from engine.training.trainer import Trainer

LEARNING_RATE_FACTORS = (1e-6, 1e6)

Undo = Callable[[], None]
"""Puts back what a change has changed, to the last bit, while no step came after it."""


def check_factor(factor: float) -> None:
    """Raise UsageError for a learning-rate factor that is beyond all use."""
    low, high = LEARNING_RATE_FACTORS
    if not low <= factor <= high:
        raise UsageError(f"learning-rate factor {factor:g}: give {low:g} to {high:g}")


def apply(trainer: Trainer, change: Change) -> Undo:
    """Do it; raises UsageError for what can't be, and nothing is changed then."""
    match change:
        case LearningRateChanged():
            return _set_rate(trainer, change.factor)
        case ParameterSet():
            return _set_parameter(trainer, change)
        case UnitSilenced():
            name = silencing_module(trainer, change.layer, change.unit)
            return _silence(trainer, with_unit(silenced(trainer.model), name, change.unit))
        case UnitWoken():
            name = silencing_module(trainer, change.layer, change.unit)
            return _silence(trainer, without_unit(silenced(trainer.model), name, change.unit))
        case LayerRedrawn():
            return _redraw(trainer, change)


def parameter_value(trainer: Trainer, layer: Address, parameter: str, at: Address) -> float:
    """One number of a layer; raises UsageError where there is none."""
    return float(_parameter(trainer, layer, parameter, at)[at])


def silencing_module(trainer: Trainer, layer: Address, unit: int) -> str:
    """The module whose output is the unit's; raises UsageError where it can't be silenced."""
    columns = columns_of(trainer.chain)
    index = column_at(columns, layer) or 0
    if index == 0 or not 0 <= unit < columns[index].num_units:
        where = place(layer) if layer else "the inputs"
        raise UsageError(f"{where}: there is no unit {unit} that can be silenced")
    name = module_name(columns[index].last.address)
    if name not in num_silenceable(trainer.chain):
        raise UsageError(
            f"{place(layer)}: its units are the network's answer, which can't be silenced: "
            "take one of an earlier layer"
        )
    return name


def _set_rate(trainer: Trainer, factor: float) -> Undo:
    check_factor(factor)
    rate, before = trainer.learning_rate, trainer.learning_rate.factor

    def put(value: float) -> None:
        rate.factor = value
        rate.apply(trainer.epoch, trainer.global_step)

    put(factor)
    return lambda: put(before)


def _set_parameter(trainer: Trainer, change: ParameterSet) -> Undo:
    tensor = _parameter(trainer, change.layer, change.parameter, change.place)
    value = torch.tensor(change.value, dtype=tensor.dtype)
    if not math.isfinite(value):
        raise UsageError(f"{change.value:g}: give a finite number, as float32 can hold it")
    return _put(tensor[change.place], value)


def _redraw(trainer: Trainer, change: LayerRedrawn) -> Undo:
    link = _link(trainer, change.layer)
    if not link.layer.weights:
        raise UsageError(f"{place(change.layer)} {link.layer.brief} has no random numbers to draw")
    module = trainer.model.get_submodule(module_name(change.layer))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the first ones are drawn
    try:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(change.seed)
            fresh = link.layer.build(link.input_shape)
            for filling in link.layer.fillings:
                filling.fill(fresh)
    finally:
        torch.set_num_threads(threads)
    own = dict(fresh.named_parameters(recurse=False))
    undone = []
    for name in {**dict.fromkeys(link.layer.weights), **own}:  # of a block, not those inside
        drawn = fresh.get_parameter(name).detach()
        undone.append(_put(module.get_parameter(name).detach(), drawn))

    def undo() -> None:
        for each in undone:
            each()

    return undo


def _silence(trainer: Trainer, units: dict[str, tuple[int, ...]]) -> Undo:
    before = silenced(trainer.model)
    trainer.silence(units)
    return lambda: trainer.silence(before)


def _put(tensor: Tensor, value: Tensor) -> Undo:
    before = tensor.clone()
    tensor.copy_(value)

    def undo() -> None:
        tensor.copy_(before)

    return undo


def _link(trainer: Trainer, layer: Address) -> Link:
    found = next((link for link in every(trainer.chain) if link.address == layer), None)
    if found is None:
        raise UsageError(f"{place(layer)}: the network has no such layer")
    return found


def _parameter(trainer: Trainer, layer: Address, name: str, at: Address) -> Tensor:
    """A layer's parameter without its gradient, in which there is such a place."""
    link = _link(trainer, layer)
    module = trainer.model.get_submodule(module_name(layer))
    own = {key for key, _ in module.named_parameters(recurse=False)} | {*link.layer.weights}
    if name not in own:
        raise UsageError(f"{place(layer)} {link.layer.brief} has no parameter {name!r}")
    tensor = module.get_parameter(name).detach()
    fits = len(at) == tensor.dim() and all(
        0 <= index < size for index, size in zip(at, tensor.shape, strict=True)
    )
    if not fits:
        raise UsageError(f"{place(layer)}: {name} has no place {list(at)}")
    return tensor
