"""Layers that learn at rates of their own: each a share of the learning rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.parts.kinds import Pairs
from engine.spec.chain import Link
from engine.spec.freezing import Freeze, frozen_layers, head_of

BackboneRate = float | Pairs[float]
"""The share of all layers before the last one that has weights; or shares by a layer's number."""


def shares(rate: BackboneRate, freeze: Freeze, chain: Sequence[Link]) -> dict[int, float]:
    """The shares of layers that learn at another rate than the optimizer's, by number."""
    frozen = frozen_layers(freeze, chain)
    if isinstance(rate, tuple):
        given = {int(name): share for name, share in rate if name.isdecimal()}
    else:
        given = dict.fromkeys(range(max(0, head_of(chain))), rate)
    return {
        number: given[number]
        for number in sorted(given)
        if given[number] != 1 and number not in frozen and chain[number].num_parameters
    }


def mistakes(rate: BackboneRate, freeze: Freeze, chain: Sequence[Link]) -> Iterator[str]:
    """What is wrong with it for these layers, each in a sentence that says what would be right."""
    if not isinstance(rate, tuple):
        return
    frozen = frozen_layers(freeze, chain)
    wrong = False
    for name, _ in rate:
        problem = _problem(name, frozen, chain)
        wrong = wrong or bool(problem)
        if problem:
            yield problem
    learning = [n for n, link in enumerate(chain) if link.num_parameters and n not in frozen]
    if not wrong and learning and set(learning) <= shares(rate, freeze, chain).keys():
        last = learning[-1]
        brief = chain[last].layer.brief
        yield f"no layer learns at the optimizer's own rate: leave {last} ({brief}) out of it"


def _problem(name: str, frozen: Sequence[int], chain: Sequence[Link]) -> str:
    if not (name.isascii() and name.isdecimal() and int(name) < len(chain)):
        return f"there is no layer {name!r}: they are 0 to {len(chain) - 1}"
    link = chain[int(name)]
    if int(name) in frozen:
        return f"layer {name} ({link.layer.brief}) is frozen: leave it out of it"
    if not link.num_parameters:
        return f"layer {name} ({link.layer.brief}) has nothing to learn: leave it out of it"
    return ""
