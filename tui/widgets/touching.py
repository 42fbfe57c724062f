"""The keys that change a network by hand, for the panes that show it."""

from __future__ import annotations

from typing import Literal

from textual.binding import Binding
from textual.message import Message
from textual.widget import Widget

What = Literal["set", "silence", "redraw", "take back"]

BINDINGS = [
    Binding("0", "touch('silence')", "Silence it, wake it", show=False),
    Binding("i", "touch('redraw')", "New random numbers for its layer", show=False),
    Binding("z", "touch('take back')", "Take the newest touch back", show=False),
    Binding("a", "before", "Before its activation, after it", show=False),
    Binding("w", "learned", "What pictures' weights are, what a sample gives", show=False),
    Binding("comma", "sample(-1)", "Sample before", show=False),
    Binding("full_stop", "sample(1)", "Next sample", show=False),
]
"""Beside what a pane's own keys are."""


class Touched(Message):
    """Somebody wants the network changed."""

    def __init__(self, what: What) -> None:
        super().__init__()
        self.what = what


class Looked(Message):
    """Something else of the network is to be seen."""


class Turned(Message):
    """A key that changes how the network is seen, wherever it was pressed."""

    def __init__(self, how: Literal["before", "learned", "sample"], by: int = 0) -> None:
        super().__init__()
        self.how = how
        self.by = by


class Touching(Widget):
    """A pane that shows a network, and through which it can be changed."""

    def action_touch(self, what: What) -> None:
        """Change the network by hand; z takes it back while no step was trained since."""
        self.post_message(Touched(what))

    def action_before(self) -> None:
        """Show what goes into the activations, or what comes out."""
        self.post_message(Turned("before"))

    def action_learned(self) -> None:
        """Show weights and kernels as pictures, or what is made of the chosen sample."""
        self.post_message(Turned("learned"))

    def action_sample(self, by: int) -> None:
        """Send another sample through the network; those that are wrong come first."""
        self.post_message(Turned("sample", by))
