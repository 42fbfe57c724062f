"""Kinds of parameter values: checking one against its declared type, and naming the type."""

from __future__ import annotations

import math
import re
import sys
import types
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin

T = TypeVar("T")


class Pairs(tuple[tuple[str, T], ...], Generic[T]):
    """A table of names with a value each, kept as pairs so that it can be hashed."""

    __slots__ = ()


MISSING: Any = object()
"""Marks a parameter without a default: it must be given."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_INT64 = 2**63
"""Whole numbers from here on fit neither TOML nor PyTorch."""


@dataclass(frozen=True)
class Words:
    """What a parameter is to someone who never heard of it; texts apart, to be translated."""

    what: str = ""
    """What it does, a sentence; empty where the help says enough."""
    here: str = ""
    """What it does in an experiment: a sentence with {figures}, that engine.explanation knows."""
    tries: Any = MISSING
    """The value that shows best what it does, where it has its default."""


@dataclass(frozen=True)
class Handle:
    """How a value is changed on a line of its own: in steps; the choices of a list on and off."""

    label: str
    """What stands before it."""
    by: float = 0.0
    """It steps from one multiple of this to the next."""
    doubles: bool = False
    """It steps from one power of two to the next; the words that may stand for it come last."""
    is_share: bool = False
    """Whether it is shown in percent."""


@dataclass(frozen=True)
class Parameter:
    """The declaration of one parameter: everything but its name and type."""

    default: Any
    help: str
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    """Exclusive lower bound."""
    below: float | None = None
    """Exclusive upper bound."""
    unit: str = ""
    tells: bool = False
    """Whether it only says something about the experiment and changes nothing in its training."""
    passes: bool = False
    """Whether what it tells no longer holds once the experiment is another."""
    is_path: bool = False
    """Whether it names a file or folder that must be there."""
    words: Words = Words()
    handle: Handle | None = None
    """For a parameter that a person moves while they watch; without one a form asks for it."""

    @property
    def required(self) -> bool:
        return self.default is MISSING

    @property
    def range_text(self) -> str:
        """The accepted range in words: `at least 1`, `above 0 and below 1`; empty without one."""
        bounds = (
            ("at least", self.minimum),
            ("above", self.above),
            ("at most", self.maximum),
            ("below", self.below),
        )
        return " and ".join(
            f"{word} {_plain(limit)}" for word, limit in bounds if limit is not None
        )

    def holds(self, number: float) -> bool:
        """Whether a number lies in the declared range."""
        return (
            (self.minimum is None or number >= self.minimum)
            and (self.above is None or number > self.above)
            and (self.maximum is None or number <= self.maximum)
            and (self.below is None or number < self.below)
        )


def _plain(limit: float) -> str:
    return f"{limit:,}" if isinstance(limit, int) else f"{limit:g}"


def alternatives(kind: Any) -> tuple[Any, ...]:
    """The members of a union type, or the type itself."""
    if get_origin(kind) in (Union, types.UnionType):
        return get_args(kind)
    return (kind,)


def describe(kind: Any, parameter: Parameter) -> str:
    """What a parameter accepts, in words: `a whole number, at least 1`."""
    words = " or ".join(_describe_one(one) for one in alternatives(kind))
    return f"{words}, {parameter.range_text}" if parameter.range_text else words


def is_text(kind: Any) -> bool:
    """Whether any text may be given, alone or in a list: only its meaning says something then."""
    if get_origin(kind) in (tuple, Pairs):
        return any(is_text(one) for one in get_args(kind))
    kinds = alternatives(kind)
    return str in kinds or (kinds != (kind,) and any(is_text(one) for one in kinds))


def asked(kind: Any, parameter: Parameter) -> str:
    """What is to be given, in words: of a text only its meaning says something."""
    if is_text(kind):
        return parameter.help
    return f"{describe(kind, parameter)} ({parameter.help})"


def _describe_one(kind: Any) -> str:
    names = {int: "a whole number", float: "a number", bool: "True or False", str: "a text"}
    if kind in names:
        return names[kind]
    if kind is type(None):
        return "None"
    if family := getattr(kind, "family", ""):
        return f"an {family}" if family[0] in "aeio" else f"a {family}"
    if get_origin(kind) is Literal:
        return " or ".join(repr(choice) for choice in get_args(kind))
    members = get_args(kind)
    if get_origin(kind) is Pairs:
        return f'a table {{"name": value}} ({_describe_one(members[0])} each)'
    if get_origin(kind) in (Union, types.UnionType):
        return " or ".join(_describe_one(one) for one in members)
    if members[-1] is Ellipsis:
        return f"a list ({_describe_one(members[0])} each)"
    return f"{len(members)} values ({_describe_one(members[0])} each)"


def convert(value: object, kind: Any, parameter: Parameter) -> Any:
    """A literal as its declared type; raises ValueError saying what is accepted.

    Whole numbers serve as floats, lists as tuples; True is not a number.
    """
    for one in alternatives(kind):
        converted = _convert_one(value, one, parameter)
        if converted is not MISSING:
            return converted
    if isinstance(value, str) and str in alternatives(kind) and encodable(value):
        raise ValueError(f"{shown(value)} has a control character in it: leave that out")
    raise ValueError(f"{shown(value)} is not accepted: give {describe(kind, parameter)}")


def shown(value: object) -> str:
    """A value as it stands in an error message: quoted like Python, never longer than a line."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= 60 else text[:57] + "..."


def _convert_one(value: object, kind: Any, parameter: Parameter) -> Any:
    if get_origin(kind) is Literal:
        match = [c for c in get_args(kind) if type(c) is type(value) and c == value]
        return match[0] if match else MISSING
    if get_origin(kind) is tuple:
        return _convert_tuple(value, get_args(kind), parameter)
    if get_origin(kind) is Pairs:
        return _convert_pairs(value, get_args(kind)[0], parameter)
    if get_origin(kind) in (Union, types.UnionType):
        found = (_convert_one(value, one, parameter) for one in get_args(kind))
        return next((one for one in found if one is not MISSING), MISSING)
    if kind is type(None):
        return None if value is None else MISSING
    if kind is bool:
        return value if type(value) is bool else MISSING
    if kind is str:
        return value if isinstance(value, str) and writable(value) else MISSING
    if kind not in (int, float):  # a part, which only a call makes
        return MISSING
    if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
        return MISSING
    if kind is int and not -_INT64 <= value < _INT64:
        return MISSING
    try:
        number = kind(value)
    except OverflowError:
        return MISSING
    if abs(number) < sys.float_info.min:
        number = kind(0)  # the trainer counts denormals as zero
    return number if math.isfinite(number) and parameter.holds(number) else MISSING


def _convert_pairs(value: object, member: Any, parameter: Parameter) -> Any:
    if isinstance(value, Pairs):
        value = dict(value)
    if not isinstance(value, dict) or not all(isinstance(k, str) and encodable(k) for k in value):
        return MISSING
    items = {name: _convert_one(one, member, parameter) for name, one in value.items()}
    return MISSING if any(item is MISSING for item in items.values()) else Pairs(items.items())


def encodable(text: str) -> bool:
    """Whether a text can be written to a file; lone surrogates can't."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def writable(text: str) -> bool:
    """Whether a text is one that people write: no control characters but tabs and line ends.

    A terminal acts upon the others, and so does a shell into which they are pasted.
    """
    return encodable(text) and not _CONTROL.search(text)


def _convert_tuple(value: object, members: tuple[Any, ...], parameter: Parameter) -> Any:
    if not isinstance(value, list | tuple):
        return MISSING
    kinds = [members[0]] * len(value) if members[-1] is Ellipsis else list(members)
    if len(kinds) != len(value):
        return MISSING
    items = tuple(_convert_one(v, k, parameter) for v, k in zip(value, kinds, strict=True))
    return MISSING if any(item is MISSING for item in items) else items
