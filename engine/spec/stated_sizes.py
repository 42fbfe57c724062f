"""What PyTorch's spelling says of what comes into a layer, beside what really does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.errors import Problem
from engine.parts.layers.address import Address, place
from engine.spec import layer_texts
from engine.spec.call import Call
from engine.spec.chain import Link, every
from engine.spec.grammar import GrammarError, parse_call

Stated = Mapping[Address, Call]
"""The layers whose call says the size of what comes in."""


def stated_sizes(layers: object) -> Stated:
    """The calls among the layers' texts that say what comes in."""
    if not isinstance(layers, list | tuple):
        return {}
    return dict(_stated(layers))


def _stated(layers: layer_texts.Texts) -> Iterator[tuple[Address, Call]]:
    for address, text in layer_texts.walk(layers):
        try:
            call = parse_call(text) if isinstance(text, str) else None
        except GrammarError:
            continue  # told where it is read
        if call is not None and call.sizes:
            yield address, call


def check_sizes(stated: Stated, chain: Iterable[Link], problems: list[Problem]) -> None:
    """Add each size that is not that of what comes in, and which number to leave out."""
    for link in every(list(chain)):
        call = stated.get(link.address)
        if call is None:
            continue
        known = dict(zip(link.layer.size_names, link.layer.sizes(link.input_shape), strict=False))
        for name, value in call.sizes.items():
            if name in known and _plain(value) != _plain(known[name]):
                fewer = call.without_sizes()
                what = "comes" if _plain(known[name]) == [1] else "come"
                message = (
                    f"{name} is {value}, but {_shown(known[name])} {what} in: leave the {value} "
                    f"out, write {fewer!r}"
                )
                problems.append(Problem(place(link.address), message, "input-size"))


def tidied(raw: Mapping[str, object]) -> tuple[dict[str, object], str]:
    """A valid experiment's values with the sizes of what comes in left out, and a word on that.

    The word is empty where there are none.
    """
    layers, stated = raw.get("layers"), stated_sizes(raw.get("layers"))
    if not stated or not isinstance(layers, list | tuple):
        return dict(raw), ""
    fewer = [_tidy(text) for text in layers]
    return {**raw, "layers": fewer}, told(stated)


def _tidy(text: object) -> object:
    call = parse_call(str(text))
    return repr(call.without_sizes()) if call != call.without_sizes() else text


def told(stated: Stated) -> str:
    """A word on the sizes that are left out, empty where there are none."""
    sizes: dict[str, list[str]] = {}
    for call in stated.values():
        for name, value in call.sizes.items():
            if str(value) not in sizes.setdefault(name, []):
                sizes[name].append(str(value))
    named = [f"{name} {' and '.join(values)}" for name, values in sizes.items()]
    many = len(named) > 1 or any(len(values) > 1 for values in sizes.values())
    told = ", ".join(named)
    if many:
        return f"{told} are known from what comes in"
    return f"{told} is known from what comes in" if named else ""


def _plain(value: object) -> object:
    """A size so that those that are written otherwise can be compared."""
    return list(value) if isinstance(value, list | tuple) else [value]


def _shown(value: object) -> str:
    return "×".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
