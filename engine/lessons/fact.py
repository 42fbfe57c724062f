"""What a fact is that conditions and texts of lessons name: declared once, with how it is read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from engine.lessons.situation import Situation

Value = float | str | bool | None
"""None where it is not known, or not yet."""
Argument = float | str
Kind = Literal["number", "count", "share", "text", "yes-no"]
"""How it is compared and told; a share is told in percent."""

NUMBERS: tuple[Kind, ...] = ("number", "count", "share")


@dataclass(frozen=True)
class Taken:
    """What a fact takes in its parentheses."""

    what: str
    """As a message has it: `the code of a finding`."""
    kind: type[float] | type[str]
    least: int = 1
    most: int = 1
    known: Callable[[], Collection[str]] | None = None
    """The texts that there are; None where any may be meant."""


NOTHING = Taken("nothing", str, 0, 0)


@dataclass(frozen=True)
class Fact:
    """Something of a situation that has a name."""

    name: str
    kind: Kind
    what: str
    """What it is, in one sentence that begins small."""
    read: Callable[[Situation, tuple[Argument, ...]], Value]
    takes: Taken = NOTHING
    was: Callable[[Situation, tuple[Argument, ...]], bool] | None = None
    """Whether it held earlier in the step, for `is gone`; None where nobody remembers."""
    is_figure: bool = False
    """Whether it is one of the many that differ by what is measured, and of which samples."""


FACTS: dict[str, Fact] = {}
"""Every fact by its name, in the order of declaration."""


def declare(fact: Fact) -> None:
    """Let a fact be known."""
    assert fact.name not in FACTS, f"{fact.name} is declared twice"
    FACTS[fact.name] = fact


def fact(
    kind: Kind, what: str, name: str = ""
) -> Callable[[Callable[[Situation], Value]], Callable[[Situation], Value]]:
    """Declare a fact that takes nothing, read by the decorated function and named like it."""

    def declared(read: Callable[[Situation], Value]) -> Callable[[Situation], Value]:
        declare(Fact(name or read.__name__, kind, what, lambda situation, _: read(situation)))
        return read

    return declared
