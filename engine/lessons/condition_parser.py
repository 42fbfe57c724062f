"""Reads conditions: a closed grammar over named facts, all its mistakes at once.

condition := all {"or" all};  all := one {"and" one};  one := "not" one | "(" condition ")"
| reference ["is" "gone"] | reference operator (value | reference)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, get_args

from engine.errors import Problem
from engine.lessons.condition import (
    All,
    Any,
    Comparison,
    Condition,
    Gone,
    Holds,
    Not,
    Operator,
    Reference,
)
from engine.lessons.fact import NUMBERS, Argument, Fact
from engine.lessons.facts import FACTS
from engine.limits import CONDITION, CONDITION_DEPTH
from engine.parts.component import Component
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import Experiment
from engine.spec.nearest import nearest

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<name>[A-Za-z_]\w*(?:\.\w+)*)
    |(?P<operator><=|>=|==|!=|<|>)
    |(?P<mark>[(),]))""",
    re.VERBOSE,
)
_WORDS = {"true": True, "false": False, "True": True, "False": False}
_RESERVED = ("and", "or", "not", "is", "gone", *_WORDS)


class _Token(NamedTuple):
    kind: str
    text: str


class _NotUnderstoodError(Exception):
    """Where the text stops being a condition; the message says what was expected."""


@dataclass(frozen=True)
class Surroundings:
    """What a condition can name beside the facts."""

    choices: Collection[str] | None = None
    """Of the step's question; None where any may be meant."""
    asked: Mapping[str, Collection[str]] | None = None
    """The named steps with a question up to here, with their choices; None where any may be."""
    later: Collection[str] = ()
    """The names of those that come later, which nobody has answered yet."""


def read_condition(
    text: object, place: str, problems: list[Problem], surroundings: Surroundings
) -> Condition | None:
    """The condition that a text is; adds to problems where it is none."""
    if not isinstance(text, str):
        problems.append(Problem(place, f"{text!r} is not a condition, like 'epoch >= 50'"))
        return None
    return _Parser(text, place, problems, surroundings).condition()


def read_reference(
    text: str, place: str, problems: list[Problem], surroundings: Surroundings
) -> Reference | None:
    """The fact or field that a text names, as a figure in a text does."""
    return _Parser(text, place, problems, surroundings).figure()


class _Parser:
    def __init__(
        self, text: str, place: str, problems: list[Problem], surroundings: Surroundings
    ) -> None:
        self._text, self._place = text, place
        self._problems, self._surroundings = problems, surroundings
        self._tokens: list[_Token] = []
        self._at = self._depth = 0

    def condition(self) -> Condition | None:
        found: list[Condition] = []
        return found[0] if self._read(lambda: found.append(self._any())) else None

    def figure(self) -> Reference | None:
        found: list[Reference] = []
        return found[0] if self._read(lambda: found.append(self._reference())) else None

    def _read(self, read: Callable[[], None]) -> bool:
        before = len(self._problems)
        try:
            self._tokens = _tokens(self._text)
            read()
            if self._at < len(self._tokens):
                raise _NotUnderstoodError(f'"{self._next.text}" is one too many')
        except _NotUnderstoodError as error:
            self._problems.append(Problem(self._place, f"{_short(self._text)}: {error}"))
        return len(self._problems) == before

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _Token("end", "")

    def _take(self) -> _Token:
        token = self._next
        self._at += 1
        return token

    def _takes(self, *words: str) -> bool:
        """Whether these words come next, which are taken then."""
        coming = [token.text for token in self._tokens[self._at : self._at + len(words)]]
        if coming != list(words):
            return False
        self._at += len(words)
        return True

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._takes("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._takes("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Condition:
        if self._takes("not"):
            return Not(self._deeper(self._one))
        if self._takes("("):
            inside = self._deeper(self._any)
            if not self._takes(")"):
                raise _NotUnderstoodError("a parenthesis is not closed")
            return inside
        reference = self._reference()
        if self._takes("is", "gone"):
            self._check_remembered(reference)
            return Gone(reference)
        if self._next.kind == "operator":
            operator = self._take().text
            assert operator in get_args(Operator), "the token is one"
            return self._comparison(reference, operator)  # type: ignore[arg-type]  # asserted above
        self._check_yes_no(reference)
        return Holds(reference)

    def _deeper(self, read: Callable[[], Condition]) -> Condition:
        self._depth += 1
        if self._depth > CONDITION_DEPTH.most:
            raise _NotUnderstoodError(f"there are {CONDITION_DEPTH.refusal(self._depth)}")
        found = read()
        self._depth -= 1
        return found

    def _reference(self) -> Reference:
        token = self._take()
        if token.kind == "end":
            raise _NotUnderstoodError("it ends where a fact is expected")
        if token.kind != "name" or token.text in _RESERVED:
            raise _NotUnderstoodError(f'"{token.text}" stands where a fact is expected')
        arguments = self._arguments() if self._takes("(") else ()
        name = token.text
        if name in FACTS:
            self._check_arguments(FACTS[name], arguments)
            return Reference(name, arguments)
        self._check_field(name, is_called=bool(arguments))
        return Reference(name, is_field=True)

    def _arguments(self) -> tuple[Argument, ...]:
        given: list[Argument] = []
        while not self._takes(")"):
            token = self._take()
            if token.kind == "number":
                given.append(float(token.text))
            elif token.kind == "text":
                given.append(token.text[1:-1])
            elif token.kind == "end":
                raise _NotUnderstoodError("a parenthesis is not closed")
            else:
                quote = f': write "{token.text}" in quotes' if token.kind == "name" else ""
                raise _NotUnderstoodError(f'"{token.text}" is neither number nor text{quote}')
            if self._next.text != ")" and not self._takes(","):
                raise _NotUnderstoodError("arguments are separated by commas and end with )")
        return tuple(given)

    def _comparison(self, left: Reference, operator: Operator) -> Condition:
        token = self._next
        right: Reference | float | str | bool
        if token.kind == "number":
            right = float(self._take().text)
        elif token.kind == "text":
            right = self._take().text[1:-1]
        elif token.text in _WORDS:
            right = _WORDS[self._take().text]
        else:
            right = self._reference()
        self._check_comparable(left, operator, right)
        return Comparison(left, operator, right)

    # What is understood, but not right: told beside whatever else is wrong.

    def _wrong(self, message: str) -> None:
        self._problems.append(Problem(self._place, message))

    def _check_arguments(self, fact: Fact, given: tuple[Argument, ...]) -> None:
        takes = fact.takes
        if not takes.most and given:
            self._wrong(f"{fact.name} takes nothing in parentheses")
        elif not takes.least <= len(given) <= takes.most:
            self._wrong(f"{fact.name} takes {takes.what} in parentheses")
        elif any(type(one) is not takes.kind for one in given):
            kind = "numbers" if takes.kind is float else "a text in quotes"
            self._wrong(f"{fact.name} takes {takes.what}: {kind}")
        else:
            for one in given:
                self._check_known(fact, one)

    def _check_known(self, fact: Fact, given: Argument) -> None:
        known = fact.takes.known() if fact.takes.known is not None else None
        around = self._surroundings
        if fact.name == "answered" and around.choices is not None:
            known = around.choices
        elif fact.name == "answer" and given in around.later:
            self._wrong(f'answer("{given}"): the step of this name comes later')
            return
        elif fact.name == "answer" and around.asked is not None:
            known = around.asked
        elif fact.name == "changed":
            self._check_field(str(given), is_called=False)
        if known is not None and given not in known:
            listed = f": there are {', '.join(known)}" if known else ": there is none"
            hint = nearest(str(given), known) or listed
            self._wrong(f'{fact.name}("{given}"): "{given}" is not {fact.takes.what}{hint}')

    def _check_field(self, name: str, *, is_called: bool) -> None:
        """Complain of a name that is neither a fact nor a key of an experiment."""
        field, *path = name.split(".")
        declared = Experiment.parameters()
        if is_called or field not in declared:
            known = [*FACTS, *declared]
            hint = nearest(name, known) or ": `perceptui learn --facts` lists them"
            self._wrong(f'unknown fact "{name}"{hint}')
            return
        while field == "layers" and path and path[0].isdecimal():
            path = path[1:]
        if not path:
            return
        arguments = _arguments_of(FAMILIES[field]) if field in FAMILIES else []
        if len(path) > 1 or path[0] not in arguments:
            hint = nearest(path[0], arguments)
            self._wrong(f'"{name}": no {field} has "{".".join(path)}"{hint}')

    def _check_yes_no(self, reference: Reference) -> None:
        if reference.is_field or reference.name not in FACTS:
            kind: object = _field_kind(reference.name)
            if kind is bool or kind is None:
                return
            self._wrong(f"{reference} is no yes or no: compare it with a value")
        elif FACTS[reference.name].kind != "yes-no":
            self._wrong(f"{reference} is no yes or no: compare it with a value")

    def _check_remembered(self, reference: Reference) -> None:
        fact = FACTS.get(reference.name)
        if fact is None or fact.was is None:
            known = ", ".join(name for name, one in FACTS.items() if one.was is not None)
            self._wrong(f"{reference} is gone: only of {known} it is remembered what was")

    def _check_comparable(
        self, left: Reference, operator: Operator, right: Reference | float | str | bool
    ) -> None:
        kind = _kind(left)
        other = _kind(right) if isinstance(right, Reference) else _KINDS[type(right)]
        if kind == "yes-no":
            self._wrong(f"{left} is a yes or no: write it alone, or `not {left}`")
        elif kind and other and kind != other:
            self._wrong(
                f"{left} is a {kind}, and {_shown(right)} is a {other}: they can't be compared"
            )
        elif kind == "text" and operator not in ("==", "!="):
            self._wrong(f"{left} is a text: compare it with == or !=")
        elif (
            left.name == "answer"
            and isinstance(right, str)
            and self._surroundings.asked is not None
            and left.arguments
        ):
            choices = self._surroundings.asked.get(str(left.arguments[0]), (right,))
            if right not in choices:
                self._wrong(f'{left}: "{right}" is none of {", ".join(choices)}')


_KINDS: dict[type, str] = {float: "number", str: "text", bool: ""}


def _kind(reference: Reference) -> str:
    """`number`, `text` or `yes-no`; empty where it is either."""
    fact = None if reference.is_field else FACTS.get(reference.name)
    if fact is None:
        return ""
    return "number" if fact.kind in NUMBERS else fact.kind


def _field_kind(name: str) -> object:
    """The type of a plain field of the experiment; None for an argument, which may be any."""
    declared = Experiment.parameters().get(name)
    return None if declared is None else declared[0]


def _arguments_of(family: type[Component]) -> list[str]:
    """Every argument that a member of a family has."""
    members = family.members().values()
    return sorted({name for member in members for name in member.parameter_names()})


def _tokens(text: str) -> list[_Token]:
    if len(text) > CONDITION.most:
        raise _NotUnderstoodError(f"it has {CONDITION.refusal(len(text))}")
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise _NotUnderstoodError(f'not understood from "{text[at:].strip()[:20]}" on')
        kind = match.lastgroup or ""
        tokens.append(_Token(kind, match[kind]))
        at = match.end()
    if not tokens:
        raise _NotUnderstoodError("it is empty")
    return tokens


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _short(text: str) -> str:
    return ascii(text if len(text) <= 60 else text[:57] + "...")
