"""Where a layer is, also inside of blocks: as numbers, in messages, in keys, in a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.parts.layers.base import Layer
from engine.parts.layers.block import Block
from engine.parts.layers.initial import Filling

Address = tuple[int, ...]
"""A layer's index in the network, then its index in each block on the way: `(2, 0)`."""


def place(address: Address) -> str:
    """As messages have it: `layers[2][0]`; `layers` for the network as a whole."""
    return "layers" + "".join(f"[{index}]" for index in address)


def key(address: Address) -> str:
    """As `--set` has it: `layers.2.0`."""
    return ".".join(["layers", *map(str, address)])


def module_name(address: Address) -> str:
    """As PyTorch names the module in the network: `2.layers.0`."""
    return f".{Block.inside_parameter}.".join(map(str, address))


def expression(address: Address, network: str) -> str:
    """As Python finds the module in a variable: `model[2].layers[0]`."""
    return network + f".{Block.inside_parameter}".join(f"[{index}]" for index in address)


def outermost(address: Address) -> str:
    """The index in the network of the layer, or of the block that it is in; "" of what comes in."""
    return str(address[0]) if address else ""


def walk(layers: Sequence[Layer], within: Address = ()) -> Iterator[tuple[Address, Layer]]:
    """Every layer with its address; a block before the layers inside of it.

    A block's own facts say nothing of those layers: who asks about all of a network walks.
    """
    for index, layer in enumerate(layers):
        address = (*within, index)
        yield address, layer
        yield from walk(layer.inside, address)


def at(layers: Sequence[Layer], address: Address) -> Layer:
    """The layer at an address."""
    first, *rest = address
    layer = layers[first]
    return at(layer.inside, tuple(rest)) if rest else layer


def spliced(
    layers: Sequence[Layer], address: Address, taken: int, *put: Layer
) -> tuple[Layer, ...]:
    """The layers with as many as are taken from an address on replaced by others."""
    first, *rest = address
    if not rest:
        return (*layers[:first], *put, *layers[first + taken :])
    block = layers[first]
    assert isinstance(block, Block), f"{place(address)} is inside of a block"
    inside = spliced(block.inside, tuple(rest), taken, *put)
    return (*layers[:first], block.with_inside(inside), *layers[first + 1 :])


def fillings(layers: Sequence[Layer]) -> Iterator[tuple[Address, Filling]]:
    """What is done to a built network's parameters, in order, each with its layer's address."""
    for address, layer in walk(layers):
        for filling in layer.fillings:
            yield address, filling


def weight_names(layers: Sequence[Layer], frozen: Sequence[int] = ()) -> tuple[str, ...]:
    """The parameters of a network of these layers that are matrices or filters: `0.weight`.

    frozen: layers of the network whose parameters are left out.
    """
    return tuple(
        f"{module_name(address)}.{name}"
        for address, one in walk(layers)
        for name in one.weights
        if address[0] not in frozen
    )
