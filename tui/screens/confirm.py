"""Asks before something is done that can't be taken back."""

from __future__ import annotations

from tui.screens.choice import Answer, ChoiceScreen


class ConfirmScreen(ChoiceScreen[bool]):
    """Returns whether to go ahead; `yes` says what that does. Enter alone changes nothing."""

    def __init__(self, question: str, yes: str) -> None:
        answers = [Answer("y", yes, True), Answer("esc", "Cancel", False)]
        super().__init__(question, answers, first=1)
