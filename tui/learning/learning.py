"""The lesson that is open in the app, if one is: it is told all that really happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who learns nothing loads nothing of it
    from engine.doctor.finding import Finding
    from engine.lessons.lesson import Lesson
    from engine.lessons.situation import Deed
    from engine.parts.data import DataLocations
    from engine.runs import events as ev
    from engine.spec.experiment import Experiment
    from tui.learning.play import Play


class Learning:
    """Hands what happens on to the lesson.

    changed: called when it has something else to show, and whether its step is done since.
    """

    def __init__(self, changed: Callable[[bool], None]) -> None:
        self._changed = changed
        self.play: Play | None = None

    def open(self, lesson: Lesson, locations: DataLocations, *, keeps: bool = True) -> Play:
        """Have this lesson open, in no step yet; keeps: whether how far it is is written down."""
        from tui.learning import play

        self.play = play.Play(lesson, locations, keeps=keeps)
        return self.play

    def close(self) -> None:
        """Have none open; how far it is was written down already."""
        self.play = None
        self._changed(False)

    def left_for(self, name: str) -> None:
        """Another experiment, of this name, is put on the bench by hand."""
        if self.play is not None:
            self.play.leave_for(name)
            self._changed(False)

    def happened(self, event: ev.Event) -> None:
        """A training told something of itself."""
        if self.play is not None:
            self.play.situation.happened(event)
            if self.play.look():
                self._changed(True)

    def predicted(self, prediction: ev.Prediction) -> None:
        """A network was asked about a sample."""
        if self.play is not None:
            self.play.situation.predicted(prediction)
            self._changed(self.play.look())

    def did(self, what: Deed, detail: str = "") -> None:
        """Something else was done."""
        if self.play is not None:
            self.play.situation.did(what, detail)
            self._changed(self.play.look())

    def edited(self, experiment: Experiment | None, findings: Sequence[Finding]) -> None:
        """The experiment that is open is this one now."""
        if self.play is not None:
            self._changed(self.play.edited(experiment, findings))
