"""The layers as the editor shows them: which blocks are open, and what it is to move a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.parts.layers.address import Address
from engine.spec import layer_texts

Opened = frozenset[Address]
"""The addresses of the blocks whose layers have lines of their own."""


class Outline(NamedTuple):
    """The layers' texts, right or wrong, and the blocks that are open."""

    layers: Sequence[object]
    opened: Opened = frozenset()

    def shown(self) -> dict[Address, object]:
        """The layers that have lines of their own, in order."""
        return {
            address: text
            for address, text in layer_texts.walk(self.layers)
            if all(address[:depth] in self.opened for depth in range(1, len(address)))
        }

    def with_layer(self, address: Address, text: str) -> Outline:
        """With one put before the one at an address; behind the last where there is none."""
        layers = layer_texts.spliced(self.layers, address, 0, text)
        return Outline(layers, frozenset(_shifted(one, address, 1) for one in self.opened))

    def without(self, address: Address) -> Outline:
        """With the layer at an address taken out."""
        kept = (one for one in self.opened if one[: len(address)] != address)
        layers = layer_texts.spliced(self.layers, address, 1)
        return Outline(layers, frozenset(_shifted(one, address, -1) for one in kept))

    def moved(self, address: Address, by: int) -> tuple[Outline, Address]:
        """With a layer moved by one, and where it is then; as it was where that can't be done."""
        new = self.beside(address, by)
        if new is None:
            return self, address
        text = str(layer_texts.at(self.layers, address))
        own = {one[len(address) :] for one in self.opened if one[: len(address)] == address}
        layers, opened = self.without(address).with_layer(new, text)
        return Outline(layers, opened | {(*new, *one) for one in own}), new

    def beside(self, address: Address, by: int) -> Address | None:
        """Where a layer that is taken out is put in to move by one; None at the network's ends.

        A block that is open lets it in, and at either end of a block it leaves it.
        """
        *around, index = address
        new = index + by
        if not 0 <= new < len(layer_texts.siblings(self.layers, address)):
            if not around:
                return None
            *outer, block = around
            return (*outer, block if by < 0 else block + 1)
        neighbor = (*around, new)
        inside = layer_texts.inside(layer_texts.at(self.layers, neighbor))
        if neighbor not in self.opened or inside is None:
            return neighbor
        return (*neighbor, len(inside)) if by < 0 else (*address, 0)


def _shifted(one: Address, address: Address, by: int) -> Address:
    """An address after layers came or went before it, if it is beside the address or inside."""
    *around, index = address
    depth = len(around)
    if list(one[:depth]) != around or len(one) <= depth or one[depth] < index:
        return one
    return (*around, one[depth] + by, *one[depth + 1 :])
