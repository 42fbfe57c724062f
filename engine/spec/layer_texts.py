"""The layers as texts, as a file has them, whether they are right or not: found and changed.

Those inside of a block are found in the block's own text, which is written anew with a change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.parts.layers import Layer
from engine.parts.layers.address import Address, place
from engine.parts.layers.block import Block
from engine.spec.call import Call
from engine.spec.grammar import GrammarError, parse_call

Texts = Sequence[object]
"""An experiment's layers as they were read: texts, where nobody made a mistake."""


class NoLayer(ValueError):
    """There is no layer at an address; the message says what there is."""


def inside(text: object) -> list[str] | None:
    """The texts of the layers inside of a block; None where the text is no block's call."""
    try:
        found = _list_of(parse_call(str(text)))
    except GrammarError:
        return None
    return None if found is None else [str(item) for item in found[1]]


def brief(text: object) -> str:
    """A layer's text as a line has it: a block without the layers inside."""
    try:
        call = parse_call(str(text))
    except GrammarError:
        return str(text)
    found = _list_of(call)
    if found is None:
        return str(text)
    args = [repr(value) for index, value in enumerate(call.args) if index != found[0]]
    kwargs = [f"{name}={value!r}" for name, value in call.kwargs.items() if name != found[0]]
    return f"{call.name}({', '.join(['[…]', *args, *kwargs])})"


def walk(layers: Texts, within: Address = ()) -> Iterator[tuple[Address, object]]:
    """Every layer's text with its address; a block before the layers inside of it."""
    for index, text in enumerate(layers):
        yield (*within, index), text
        yield from walk(inside(text) or [], (*within, index))


def siblings(layers: Texts, address: Address) -> list[object]:
    """The layers among which an address is: those of the network, or of a block.

    Raises NoLayer where it is inside of no block.
    """
    for depth, index in enumerate(address[:-1]):
        _check(layers, address[: depth + 1])
        found = inside(layers[index])
        if found is None:
            here = place(address[: depth + 1])
            raise NoLayer(f"{here} is {layers[index]}, which has no layers inside")
        layers = found
    return list(layers)


def at(layers: Texts, address: Address) -> object:
    """The text of the layer at an address; raises NoLayer."""
    beside = siblings(layers, address)
    _check(beside, address)
    return beside[address[-1]]


def spliced(layers: Texts, address: Address, taken: int, *put: str) -> list[object]:
    """The layers with as many as are taken from an address on replaced by others.

    Raises NoLayer, and GrammarError where what is put into a block is no call.
    """
    beside = siblings(layers, address)
    index = address[-1]
    changed = [*beside[:index], *put, *beside[index + taken :]]
    if len(address) == 1:
        return changed
    around = address[:-1]
    return spliced(layers, around, 1, _with_inside(at(layers, around), changed))


def _check(layers: Texts, address: Address) -> None:
    if not 0 <= address[-1] < len(layers):
        what = f"in {place(address[:-1])}" if len(address) > 1 else "in it"
        known = f"they are 0 to {len(layers) - 1}" if layers else "there is none"
        raise NoLayer(f'"{address[-1]}" is not a layer {what}: {known}')


def _list_of(call: Call) -> tuple[str | int, Sequence[object]] | None:
    """Where a block's call has its list of layers, and that list; None for what is no block."""
    component = Layer.members().get(call.name)
    if component is None or not issubclass(component, Block):
        return None
    name = component.inside_parameter
    position = list(component.parameters()).index(name)
    where: str | int = name if name in call.kwargs else position
    given = call.kwargs.get(name, call.args[position] if position < len(call.args) else [])
    return (where, given) if isinstance(given, list | tuple) else None


def _with_inside(text: object, layers: Texts) -> str:
    """A block's text around other layers; raises GrammarError."""
    call = parse_call(str(text))
    found = _list_of(call)
    assert found is not None, "it is a block"
    where, calls = found[0], [parse_call(str(layer)) for layer in layers]
    if isinstance(where, str):
        return str(call.with_arguments(call.args, {**call.kwargs, where: calls}))
    args = (*call.args[:where], calls, *call.args[where + 1 :])
    return str(call.with_arguments(args, call.kwargs))
