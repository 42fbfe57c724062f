"""The app's vocabulary: what widgets and the controller tell the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from engine.spec.experiment import Experiment


class TrainingChanged(Message):
    """The controller has something new to show; sent at the screen's pace."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, TrainingChanged)


class DraftChanged(Message):
    """The edited experiment changed; it may be invalid."""


class PresetChosen(Message):
    """A person wants to work on this experiment."""

    def __init__(self, name: str, experiment: Experiment, *, is_new: bool = False) -> None:
        """is_new: it is kept nowhere yet."""
        super().__init__()
        self.name = name
        self.experiment = experiment
        self.is_new = is_new


class DataChosen(Message):
    """The edited experiment has other data now, and was made to fit it."""

    def __init__(self, told: str) -> None:
        """told: what was changed."""
        super().__init__()
        self.told = told


class DataDescribed(Message):
    """What the edited experiment's data looks like is known: the draft's examiner has it."""


class LessonChosen(Message):
    """A person wants to play this lesson."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class LessonChanged(Message):
    """The lesson that is open has something else to show."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, LessonChanged)
