"""Values that are moved without a form: in steps, or the choices of a list on and off."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from engine.parts.component import Declared
from engine.parts.kinds import Handle, Parameter, alternatives
from tui.editing.call_form import typed

MOST_UNKNOWN = 4096
"""Taken for the number of samples where that is not known."""
_EXACT = 10
"""Decimals to which a multiple of a step is rounded: 0.30000000000000004 is 0.3."""


@dataclass(frozen=True)
class Handled:
    """A value, and how it may be moved."""

    handle: Handle
    kind: Any
    declaration: Parameter
    value: Any

    @property
    def choices(self) -> tuple[str, ...]:
        """What can be switched on and off; empty for a value that goes in steps."""
        if get_origin(self.kind) is not tuple:
            return ()
        return tuple(map(str, get_args(get_args(self.kind)[0])))

    @property
    def shown(self) -> str:
        """A value that goes in steps, as it stands between its arrows."""
        if self.handle.is_share:
            return f"{100 * self.value:.4g}%"
        return typed(self.value)

    def stepped(self, by: int, most: int = MOST_UNKNOWN) -> object | None:
        """The next value in a direction; None at the end of what is accepted.

        most: training samples, of which a batch can't have more.
        """
        new = self._doubled(by, most) if self.handle.doubles else self._added(by)
        if isinstance(new, str) or new is None:
            return new
        return new if self.declaration.holds(new) else None

    def switched(self, choice: str) -> tuple[str, ...]:
        """The choices with this one on that was off, or off that was on; in their own order."""
        on = {*self.value} ^ {choice}
        return tuple(one for one in self.choices if one in on)

    def _added(self, by: int) -> float:
        steps = round(self.value / self.handle.by, _EXACT)
        number = math.floor(steps) + 1 if by > 0 else math.ceil(steps) - 1
        added: float = round(number * self.handle.by, _EXACT)
        return added

    def _doubled(self, by: int, most: int) -> int | str | None:
        words = [
            word
            for kind in alternatives(self.kind)
            if get_origin(kind) is Literal
            for word in get_args(kind)
        ]
        if isinstance(self.value, str):
            return None if by > 0 else _power_below(max(most, 2))
        if by < 0:
            return _power_below(self.value) if self.value > 1 else None
        doubled: int = 2 ** self.value.bit_length()
        return words[0] if words and doubled >= most else doubled


def handled(declared: Declared) -> Mapping[str, Handled]:
    """The parameters that have a handle, by name: those that are switched first."""
    found = {
        name: Handled(parameter.handle, kind, parameter, getattr(declared, name))
        for name, (kind, parameter) in declared.parameters().items()
        if parameter.handle is not None
    }
    return dict(sorted(found.items(), key=lambda pair: not pair[1].choices))


def _power_below(number: int) -> int:
    """The largest power of two that is less; of a number from 2 on."""
    power: int = 2 ** ((number - 1).bit_length() - 1)
    return power
