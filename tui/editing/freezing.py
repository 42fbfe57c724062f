"""Which layers a draft freezes, as its layers come and go: a number stays with its layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.parts.layers.address import Address

Raw = Mapping[str, object]


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
    is_frozen = len(before) == len(after) == 1 and before[0] in _numbers(raw)
    moved = with_layers_at(without_layer_at(raw, before), after, 1)
    return with_numbers(moved, {*_numbers(moved), after[0]}) if is_frozen else moved


def with_numbers(raw: Raw, numbers: set[int]) -> dict[str, object]:
    """With these layers frozen and no others."""
    rest = {name: value for name, value in raw.items() if name != "freeze"}
    return {**rest, "freeze": sorted(numbers)} if numbers else rest


def _numbers(raw: Raw) -> set[int]:
    """The numbers that are given; none where it is said in words, or wrong."""
    given = raw.get("freeze")
    return {n for n in given if type(n) is int} if isinstance(given, list | tuple) else set()


def _renumbered(raw: Raw, new: Callable[[int], int | None]) -> dict[str, object]:
    numbers = _numbers(raw)
    if not numbers:
        return dict(raw)
    return with_numbers(raw, {n for n in map(new, numbers) if n is not None})
