"""Who is told what really happens in the app, as a lesson must know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the first screen is there before the engine is loaded
    from engine.lessons.situation import Deed
    from engine.runs import events as ev


class Witness(Protocol):
    """Sees what a training tells, what a network is asked, and what else a person does."""

    def happened(self, event: ev.Event) -> None:
        """A training told something of itself."""

    def predicted(self, prediction: ev.Prediction) -> None:
        """A network was asked about a sample."""

    def did(self, what: Deed, detail: str = "") -> None:
        """Something else was done."""


class Nobody:
    """Sees nothing."""

    def happened(self, event: ev.Event) -> None:
        """Nothing comes of it."""

    def predicted(self, prediction: ev.Prediction) -> None:
        """Nothing comes of it."""

    def did(self, what: Deed, detail: str = "") -> None:
        """Nothing comes of it."""
