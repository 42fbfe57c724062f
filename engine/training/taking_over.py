"""Begins a network with what fits of another one's weights, by name and shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.errors import BadCheckpoint
from engine.parts.layers.address import place
from engine.spec.chain import Link
from engine.spec.freezing import head_of
from engine.training.freezing import Network


@dataclass(frozen=True)
class TakenOver:
    """What became of a network's parameters and figures, by name."""

    taken: tuple[str, ...]
    fresh: Mapping[str, str]
    """Those that begin as they were drawn, and why: `is (10, 64) there`."""
    left_over: tuple[str, ...]
    """Those that only the other network has."""


def take_over(
    model: Network,
    chain: Sequence[Link],
    tensors: Mapping[str, Tensor],
    path: Path,
    *,
    new_head: bool,
) -> TakenOver:
    """Copy what fits; new_head: all but the last layer that has weights.

    tensors: the other network's, by the names that they have there. Raises BadCheckpoint where
    nothing of it fits, and the model is as it was.
    """
    own = model.state_dict()
    head = f"{head_of(chain)}." if new_head else None
    fresh: dict[str, str] = {}
    for name, tensor in own.items():
        there = tensors.get(name)
        if head is not None and name.startswith(head):
            fresh[name] = "is asked to be new"
        elif there is None:
            fresh[name] = "is not there"
        elif there.shape != tensor.shape:
            fresh[name] = f"is {tuple(there.shape)} there, {tuple(tensor.shape)} here"
    taken = tuple(name for name in own if name not in fresh)
    if not any(own[name].is_floating_point() for name in taken):
        told = "; ".join(f"{name} {why}" for name, why in list(fresh.items())[:4])
        raise BadCheckpoint(f"{path}: made for another network, nothing of it fits ({told})")
    with torch.no_grad():
        for name in taken:
            own[name].copy_(tensors[name])
    return TakenOver(taken, fresh, tuple(name for name in tensors if name not in own))


def remarks(found: TakenOver, chain: Sequence[Link], frozen: Sequence[int]) -> list[str]:
    """What a person is to know of it, each in a sentence; nothing where all of it fitted."""
    told = []
    layers: dict[int, list[str]] = {}
    for name, why in found.fresh.items():
        number, _, rest = name.partition(".")
        layers.setdefault(int(number), []).append(f"{rest} {why}")
    if layers:
        named = "; ".join(
            f"{place((number,))} {chain[number].layer.brief} ({', '.join(whys[:2])})"
            for number, whys in layers.items()
        )
        told.append(
            f"{len(found.taken)} of {len(found.taken) + len(found.fresh)} tensors fit and "
            f"are taken; these layers begin anew: {named}"
        )
    if found.left_over:
        more = len(found.left_over) - 4
        named = ", ".join(found.left_over[:4]) + (f" and {more} more" if more > 0 else "")
        told.append(f"what has no place here is left: {named}")
    random = [place((number,)) for number in layers if number in frozen]
    if random:
        told.append(
            f"{', '.join(random)}: frozen, but nothing was taken for it: it stays as chance made it"
        )
    return told
