"""The axes of a sweep: `optimizer.lr=log(0.001,0.3,7)`, `layers.0.out_features=2,4,8`, `A|B`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from engine.errors import Problem
from engine.spec.catalogue import FAMILIES
from engine.spec.grammar import GrammarError, parse_call

SPACINGS = ("log", "linear")
DIGITS = 4
"""Significant ones of a value between two ends: such numbers can be read and typed again."""
MOST_VALUES = 10_000


class Range(msgspec.Struct, frozen=True):
    """From where to where a search may go."""

    low: float
    high: float
    is_log: bool
    """Whether each factor counts the same, instead of each difference."""
    is_whole: bool
    """Whether only whole numbers are taken."""

    def typed(self, value: float) -> str:
        """A value of it as it is typed, with no more digits than a person would give."""
        return str(round(value)) if self.is_whole else f"{value:.{DIGITS}g}"


class Axis(msgspec.Struct, frozen=True):
    """One field of an experiment that a sweep varies."""

    field: str
    """As `--set` takes it: `optimizer.lr`, `layers.0.out_features`, `layers`."""
    values: tuple[str, ...] = ()
    """What it takes one after the other, as `--set` takes them; empty for a range."""
    range: Range | None = None

    @property
    def is_whole_part(self) -> bool:
        """Whether it is all of the layers, the optimizer …, in which other axes may lie."""
        return self.field in FAMILIES


IsWhole = Callable[[str], bool]
"""Whether a field takes whole numbers only."""


def parse_axis(
    text: str, is_whole: IsWhole, problems: list[Problem], option: str = "--over"
) -> Axis | None:
    """The axis that `FIELD=VALUES` means; None where that is none, and why is added."""
    field, equals, values = text.partition("=")
    field = field.strip()
    if not equals or not field:
        message = "write FIELD=VALUES, like optimizer.lr=log(0.001,0.3,7) or batch_size=8,16"
        problems.append(Problem(f"{option} {text}", message))
        return None
    try:
        return _axis(field, values.strip(), is_whole)
    except GrammarError as error:
        problems.append(Problem(f"{option} {field}", str(error)))
        return None


def axis_of(
    field: str, written: object, is_whole: IsWhole, problems: list[Problem], option: str
) -> Axis | None:
    """The axis that a file's value means: a text as on the command line, or a list of values."""
    if not isinstance(written, list):
        if isinstance(written, str):
            return parse_axis(f"{field}={written}", is_whole, problems, option)
        message = f'{written!r} is neither a list of values nor a text like "log(0.001,0.3,7)"'
        problems.append(Problem(f"{option} {field}", message))
        return None
    try:
        return Axis(field, _checked([_as_typed(value) for value in written]))
    except GrammarError as error:
        problems.append(Problem(f"{option} {field}", str(error)))
        return None


def flattened(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Nested tables as dotted keys: TOML reads `optimizer.lr = …` as a table in a table."""
    flat: dict[str, object] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _as_typed(value: object) -> str:
    """A value of TOML as it is typed after `--set KEY=`."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return str(value)


def _axis(field: str, text: str, is_whole: IsWhole) -> Axis:
    alternatives = [piece.strip() for piece in split_at(text, "|")]
    if len(alternatives) > 1:
        return Axis(field, _checked(alternatives))
    name, bracket, _ = text.partition("(")
    if bracket and name.strip() in SPACINGS and field not in FAMILIES:
        return _spaced(field, text, is_whole=is_whole(field))
    if field == "layers":
        if not text:
            return Axis(field, _checked([]))
        raise GrammarError("it has one value only: put | between whole lists of layers")
    return Axis(field, _checked([piece.strip() for piece in split_at(text, ",")] if text else []))


def _checked(values: list[str]) -> tuple[str, ...]:
    """The values, if they are some, and none is empty or there twice."""
    if not values:
        raise GrammarError("it has no values: give some, like 2,4,8")
    if "" in values:
        raise GrammarError("one of its values is empty: two commas or bars without one between")
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise GrammarError(f"{twice} is there twice")
    return tuple(values)


def _spaced(field: str, text: str, *, is_whole: bool) -> Axis:
    call = parse_call(text)
    name, numbers = call.name, call.args
    if call.kwargs or not 2 <= len(numbers) <= 3 or not all(map(_is_number, numbers)):
        raise GrammarError(
            f"{text}: write {name}(FROM,TO,COUNT), or {name}(FROM,TO) for a search to choose in"
        )
    low, high = (float(str(end)) for end in numbers[:2])
    _check_ends(text, name, low, high, numbers)
    within = Range(low, high, name == "log", is_whole)
    if is_whole and not (low.is_integer() and high.is_integer()):
        raise GrammarError(f"{text}: {field} takes whole numbers, and so must its ends be")
    if len(numbers) == 2:
        return Axis(field, range=within)
    count = numbers[2]
    if not isinstance(count, int) or not 2 <= count <= MOST_VALUES:
        raise GrammarError(f"{text}: COUNT is a whole number from 2 to {MOST_VALUES:,}")
    inner = [_between(within, share / (count - 1)) for share in range(1, count - 1)]
    values = [_as_typed(numbers[0]), *map(within.typed, inner), _as_typed(numbers[1])]
    return Axis(field, tuple(dict.fromkeys(values)))


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _check_ends(text: str, name: str, low: float, high: float, numbers: tuple[object, ...]) -> None:
    """Raise GrammarError for ends that nothing lies between."""
    if low > high:
        turned = ",".join(str(number) for number in (numbers[1], numbers[0], *numbers[2:]))
        raise GrammarError(f"{text}: it is reversed: write {name}({turned})")
    if low == high:
        raise GrammarError(f"{text}: it is empty, since both ends are {numbers[0]}")
    if name == "log" and low <= 0:
        raise GrammarError(f"{text}: a logarithm takes numbers above 0: use linear")


def _between(within: Range, share: float) -> float:
    low, high = within.low, within.high
    return low * (high / low) ** share if within.is_log else low + share * (high - low)


def split_at(text: str, sign: str) -> list[str]:
    """The pieces between signs that stand in no bracket and no quotes."""
    pieces, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        if character == sign and not depth and not quote:
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces
