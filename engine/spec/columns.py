"""The columns of a network: a layer that has units, and the layers that act on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.parts.layers.address import Address
from engine.parts.shapes import num_units
from engine.spec.chain import Link


@dataclass(frozen=True)
class Column:
    """The inputs, a layer that makes units, with weights as a rule, or the sum of a block."""

    links: tuple[Link, ...]
    """The layer that makes its units, then those that act on them; of the inputs, only these."""
    sources: tuple[int, ...] = ()
    """The columns that it gets its values from."""
    block: Address = ()
    """The block that it is inside of."""
    leading: tuple[Link, ...] = ()
    """Layers of a block that act on what comes in before any that has units does."""

    @property
    def is_input(self) -> bool:
        return not self.sources

    @property
    def maker(self) -> Link:
        """The layer that makes its units."""
        assert self.sources, "the inputs are made by no layer"
        return self.links[0]

    @property
    def address(self) -> Address:
        """Of that layer; empty for the inputs."""
        return self.links[0].address if self.sources else ()

    @property
    def num_units(self) -> int:
        return num_units(self.maker.output_shape)

    @property
    def last(self) -> Link:
        """The layer after which its units are what goes on: the activation, or what normalizes.

        Units can be told apart there, as places of the maker's output can.
        """
        maker = self.maker
        found = maker
        for link in self.links[1:]:
            if link.output_shape != maker.output_shape:
                break
            if not link.layer.passes_on:
                found = link
        return found

    @property
    def activation(self) -> Link | None:
        """The activation, as far as there is one, on whose output units can be told apart."""
        maker, found = self.maker, None
        for link in self.links[1:]:
            if link.output_shape != maker.output_shape:
                break
            if link.layer.nonlinear and not link.layer.normalizes:
                found = link
        return found


def columns_of(chain: Sequence[Link]) -> list[Column]:
    """The columns of a chain from left to right, the inputs first.

    What is inside of a block comes before the block's own column, which is the sum.
    """
    columns = [Column(())]
    _grow(columns, chain, 0, ())
    return columns


def column_at(columns: Sequence[Column], address: Address) -> int | None:
    """The index of the column that a layer is or acts on; None for no such layer."""
    if not address:
        return 0
    for index, column in enumerate(columns):
        if any(link.address == address for link in (*column.leading, *column.links)):
            return index
    return None


def _grow(columns: list[Column], chain: Sequence[Link], source: int, block: Address) -> int:
    """Add the columns of a chain that gets its values from one; returns that which it ends with."""
    leading: tuple[Link, ...] = ()
    first = source
    for link in chain:
        if link.layer.inside:
            end = _grow(columns, link.inside, source, link.address)
            inside = link.inside if end == source else ()
            sources = tuple(dict.fromkeys((end, source)))
            columns.append(Column((link,), sources, block, leading + inside))
        elif link.layer.weights or link.layer.makes_units:
            columns.append(Column((link,), (source,), block, leading))
        elif block and source == first:
            leading += (link,)
            continue
        else:
            columns[source] = replace(columns[source], links=(*columns[source].links, link))
            continue
        source, leading = len(columns) - 1, ()
    return source
