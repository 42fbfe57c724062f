"""Fields that name layers by number, as a draft's layers come and go: it stays with its layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.parts.layers.address import Address

Raw = Mapping[str, object]
_FREEZE = "freeze"
_RATES = "backbone_rate"
Renumber = Callable[[int], int | None]
"""A layer's new number; None where it is gone."""


def with_layers_at(raw: Raw, address: Address, count: int) -> dict[str, object]:
    """With so many layers put before the one at an address."""
    if len(address) > 1:
        return dict(raw)
    return _renumbered(raw, lambda n: n + count if n >= address[0] else n)


def without_layer_at(raw: Raw, address: Address) -> dict[str, object]:
    """With the layer at an address taken out."""
    if len(address) > 1:
        return dict(raw)
    gone = address[0]
    return _renumbered(raw, lambda n: None if n == gone else n - (n > gone))


def with_layer_moved(raw: Raw, before: Address, after: Address) -> dict[str, object]:
    """With a layer taken out at one address and put in at another."""
    inside = len(before) > 1, len(after) > 1
    if any(inside):  # into a block or out of it: there it has no number
        moved = raw if inside[0] else without_layer_at(raw, before)
        return dict(moved) if inside[1] else with_layers_at(moved, after, 1)
    old, new = before[0], after[0]

    def renumber(number: int) -> int:
        if number == old:
            return new
        number -= number > old
        return number + (number >= new)

    return _renumbered(raw, renumber)


def without_numbers(raw: Raw) -> dict[str, object]:
    """Of other layers, which those numbers don't name."""
    return _renumbered(raw, lambda n: None)


def with_frozen(raw: Raw, numbers: set[int]) -> dict[str, object]:
    """With these layers frozen and no others."""
    rest = {name: value for name, value in raw.items() if name != _FREEZE}
    return {**rest, _FREEZE: sorted(numbers)} if numbers else rest


def _frozen(raw: Raw) -> set[int]:
    """The numbers that are given; none where it is said in words, or wrong."""
    given = raw.get(_FREEZE)
    return {n for n in given if type(n) is int} if isinstance(given, list | tuple) else set()


def _rates(raw: Raw) -> dict[str, object]:
    """The table that is given; empty where it is one number, or wrong."""
    given = raw.get(_RATES)
    if isinstance(given, tuple):
        return dict(given)
    return dict(given) if isinstance(given, Mapping) else {}


def _renumbered(raw: Raw, new: Renumber) -> dict[str, object]:
    changed = dict(raw)
    if frozen := _frozen(raw):
        changed = with_frozen(raw, {n for n in map(new, frozen) if n is not None})
    if rates := _rates(raw):
        places = {name: new(int(name)) if name.isdecimal() else None for name in rates}
        table = {str(place): rates[name] for name, place in places.items() if place is not None}
        del changed[_RATES]
        changed |= {_RATES: table} if table else {}
    return changed
