"""Which layers a training leaves as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from engine.spec.chain import Link

Freeze = tuple[int, ...] | Literal["all but last"]
"""The network's layers by number, the first is 0; or all before the last one that has weights."""


def frozen_layers(freeze: Freeze, chain: Sequence[Link]) -> tuple[int, ...]:
    """The numbers of those that are frozen, ascending; chain: the network's layers."""
    stay = {number for number, link in enumerate(chain) if link.layer.stays}
    if freeze == "all but last":
        return tuple(sorted({*range(max(0, head_of(chain))), *stay}))
    return tuple(sorted({number for number in freeze if isinstance(number, int)} | stay))


def head_of(chain: Sequence[Link]) -> int:
    """The number of the network's last layer that has weights; -1 where none has."""
    return max((number for number, link in enumerate(chain) if link.num_parameters), default=-1)


def num_frozen(freeze: Freeze, chain: Sequence[Link]) -> int:
    """How many of the network's learned numbers are left as they are."""
    frozen = frozen_layers(freeze, chain)
    return sum(link.num_parameters for n, link in enumerate(chain) if n in frozen)


def mistakes(freeze: Freeze, chain: Sequence[Link]) -> Iterator[str]:
    """What is wrong with it for these layers, each in a sentence that says what would be right."""
    if freeze == "all but last":
        return
    stay = {number for number, link in enumerate(chain) if link.layer.stays}
    missing = [number for number in frozen_layers(freeze, chain) if number >= len(chain)]
    if missing:
        named = ", ".join(map(str, missing))
        yield f"there is no layer {named}: they are 0 to {len(chain) - 1}"
        return
    weighted = [number for number, link in enumerate(chain) if link.num_parameters]
    if weighted and set(weighted) <= stay:
        yield "nothing is left to learn: put a layer behind it that does, like Linear(10)"
    elif weighted and set(weighted) <= set(frozen_layers(freeze, chain)):
        last = weighted[-1]
        yield f"nothing is left to learn: leave {last} ({chain[last].layer.brief}) out of it"
