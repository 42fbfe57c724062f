"""What a draft holds at one moment, and what follows from that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import BadExperiment, DataUnavailable, Problem
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from tui.editing.draft_items import Item, items_of
from tui.editing.outline import Opened
from tui.live.snapshot import Origin

if TYPE_CHECKING:
    from engine.doctor.refusal import Refusal


class DraftState(NamedTuple):
    """An experiment as it is edited, right or wrong, and where it came from."""

    name: str
    raw: dict[str, object]
    """Never changed, only replaced."""
    base: dict[str, object]
    """What was loaded or saved under the name."""
    origin: Origin | None = None
    """What was loaded; saving it under another name does not change that."""
    opened: Opened = frozenset()


class Derived:
    """What follows from the values of one state."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        self.raw = raw
        self.experiment: Experiment | None = None
        self.problems: tuple[Problem, ...] = ()
        self._items: tuple[Opened, list[Item]] | None = None
        self._refusal: Refusal | None = None
        try:
            # A path that is typed here is taken from here, like on the command line.
            self.experiment = from_raw(raw, folder=Path())
        except BadExperiment as error:
            self.problems = error.problems
        except DataUnavailable as error:
            self.problems = (Problem("data", str(error), error.code),)

    def refusal(self) -> Refusal:
        """Why it is refused and what would help, which is looked for once."""
        if self._refusal is None:
            from engine.doctor.refusal import refusal

            self._refusal = refusal(self.raw, Path())
        return self._refusal

    def items(self, opened: Opened) -> list[Item]:
        """The lines of the editor."""
        if self._items is None or self._items[0] != opened:
            self._items = opened, items_of(self.raw, self.problems, opened)
        return self._items[1]
