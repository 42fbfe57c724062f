"""What a value of the wrong kind or size was meant to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from engine.parts.kinds import Parameter, alternatives, convert
from engine.spec.grammar import parse_value
from engine.spec.nearest import nearest_word

_WORDS = {"true": True, "yes": True, "false": False, "no": False, "none": None}


def value_corrections(value: object, kind: Any, declaration: Parameter) -> Iterator[Any]:
    """Values that a parameter takes and that may be meant, the likeliest first."""
    for guess in _guesses(value, kind, declaration):
        try:
            yield convert(guess, kind, declaration)
        except ValueError:
            continue


def _guesses(value: object, kind: Any, declaration: Parameter) -> Iterator[object]:
    if isinstance(value, str):
        word = value.strip().lower()
        read = _WORDS.get(word, parse_value(value.strip())) if word in _WORDS else parse_value(word)
        if not isinstance(read, str):
            yield read
            yield from _numbers(read, declaration)
        choices = [c for one in alternatives(kind) for c in _choices(one) if isinstance(c, str)]
        if choices and (near := nearest_word(value, choices)):
            yield near
        return
    yield from _numbers(value, declaration)


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) is Literal else ()


def _numbers(value: object, declaration: Parameter) -> Iterator[object]:
    if isinstance(value, list | tuple) and len(value) == 1:
        yield value[0]
    if not isinstance(value, int | float):
        return
    if isinstance(value, float) and value.is_integer():
        yield int(value)
    if isinstance(value, bool) or value in (0, 1):
        yield bool(value)
        yield int(value)
    top = declaration.below if declaration.below is not None else declaration.maximum
    if top == 1 and 1 < value <= 100:
        yield value / 100  # a share as people say it, in percent
    if value < 0:
        yield -value
    if value == 0 and not declaration.required:
        yield declaration.default
    for bound, is_beyond in (
        (declaration.minimum, declaration.minimum is not None and value < declaration.minimum),
        (declaration.maximum, declaration.maximum is not None and value > declaration.maximum),
    ):
        if is_beyond:
            yield bound
            yield None if bound is None else int(bound)
