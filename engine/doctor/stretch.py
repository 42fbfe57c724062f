"""Layers that follow each other: what the rules ask of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.parts.layers import Layer
from engine.parts.layers.address import Address, walk
from engine.spec.chain import Link


@dataclass(frozen=True)
class Stretch:
    """The layers of the network, or those inside of one block."""

    block: Address
    """Whose layers they are; empty for the network's."""
    layers: tuple[Layer, ...]
    links: Sequence[Link]
    """Their shapes; empty where those are not known."""

    def at(self, index: int) -> Address:
        """The address of one of them."""
        return (*self.block, index)

    @cached_property
    def weighted(self) -> list[int]:
        """The indices of those with weights that connect, their own or inside of them."""
        return [index for index, layer in enumerate(self.layers) if _connects(layer)]

    def neighbors(self) -> Iterator[tuple[int, int]]:
        """Each layer with weights and the next one."""
        yield from zip(self.weighted, self.weighted[1:], strict=False)

    def bend_between(self, first: int, second: int) -> bool:
        """Whether anything bends from one layer with weights to another, they and all inside."""
        return any(_bends(layer) for layer in self.layers[first : second + 1])


def stretches(
    layers: tuple[Layer, ...], links: Sequence[Link], block: Address = ()
) -> Iterator[Stretch]:
    """The layers, then those inside of each block; links: their shapes, or none."""
    yield Stretch(block, layers, links)
    for index, layer in enumerate(layers):
        if layer.inside:
            inside = links[index].inside if links else ()
            yield from stretches(layer.inside, inside, (*block, index))


def _connects(layer: Layer) -> bool:
    return any(one.weights for _, one in walk([layer]))


def _bends(layer: Layer) -> bool:
    return any(one.nonlinear for _, one in walk([layer]))
