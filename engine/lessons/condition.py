"""Conditions as small structs: what a step asks for, answered from a situation, never evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.lessons.fact import Argument, Value
from engine.lessons.facts import FACTS
from engine.lessons.situation import Situation
from engine.parts.component import Component, Declared
from engine.parts.layers.block import Block

Operator = Literal["<", "<=", ">", ">=", "==", "!="]


@dataclass(frozen=True)
class Reference:
    """A fact by its name, or a field of the experiment by its key."""

    name: str
    """`train_loss`, or dotted as `--set` takes it: `layers.0.out_features`, `optimizer`."""
    arguments: tuple[Argument, ...] = ()
    is_field: bool = False

    def value(self, situation: Situation) -> Value:
        """What it is now; None where that is not known."""
        if self.is_field:
            return _field(situation, self.name.split("."))
        return FACTS[self.name].read(situation, self.arguments)

    def __str__(self) -> str:
        if not self.arguments:
            return self.name
        given = (f'"{one}"' if isinstance(one, str) else f"{one:g}" for one in self.arguments)
        return f"{self.name}({', '.join(given)})"


@dataclass(frozen=True)
class Holds:
    """A yes-or-no fact."""

    reference: Reference

    def is_so(self, situation: Situation) -> bool:
        return self.reference.value(situation) is True


@dataclass(frozen=True)
class Gone:
    """Something that was there earlier in the step and is not now."""

    reference: Reference

    def is_so(self, situation: Situation) -> bool:
        was = FACTS[self.reference.name].was
        assert was is not None, "the parser refuses what nobody remembers"
        now = self.reference.value(situation) is True
        return not now and was(situation, self.reference.arguments)


@dataclass(frozen=True)
class Comparison:
    """A fact against a value, or against another fact; false where one of them is not known."""

    left: Reference
    operator: Operator
    right: Reference | float | str | bool

    def is_so(self, situation: Situation) -> bool:
        left = self.left.value(situation)
        right = self.right.value(situation) if isinstance(self.right, Reference) else self.right
        return left is not None and right is not None and _compared(left, self.operator, right)


@dataclass(frozen=True)
class Not:
    """What is not so."""

    part: Condition

    def is_so(self, situation: Situation) -> bool:
        return not self.part.is_so(situation)


@dataclass(frozen=True)
class All:
    """Several conditions that all hold."""

    parts: tuple[Condition, ...]

    def is_so(self, situation: Situation) -> bool:
        return all(part.is_so(situation) for part in self.parts)


@dataclass(frozen=True)
class Any:
    """Several conditions of which one holds."""

    parts: tuple[Condition, ...]

    def is_so(self, situation: Situation) -> bool:
        return any(part.is_so(situation) for part in self.parts)


Condition = Holds | Gone | Comparison | Not | All | Any


def references(condition: Condition) -> Iterator[Reference]:
    """Every fact and field that a condition asks about."""
    match condition:
        case Not(part):
            yield from references(part)
        case All(parts) | Any(parts):
            for one in parts:
                yield from references(one)
        case Comparison(left, _, right):
            yield left
            if isinstance(right, Reference):
                yield right
        case Holds(reference) | Gone(reference):
            yield reference


def _compared(left: Value, operator: Operator, right: Value) -> bool:
    if operator in ("==", "!="):
        return (left == right) is (operator == "==")
    if isinstance(left, str) or isinstance(right, str) or left is None or right is None:
        return False  # of a field that is a word now: batch_size of "full"
    match operator:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _field(situation: Situation, path: list[str]) -> Value:
    """The value of an experiment's field; of a component its name."""
    found: object = situation.experiment
    for name in path:
        if isinstance(found, Block) and name.isdecimal():
            found = found.inside
        if isinstance(found, tuple):
            found = found[int(name)] if name.isdecimal() and int(name) < len(found) else None
        elif isinstance(found, Declared) and name in found.parameters():
            found = getattr(found, name)
        else:
            return None
    if isinstance(found, Component):
        return found.name
    return found if isinstance(found, float | int | str | bool) else None
