"""Asks what becomes of a live run when its person leaves."""

from __future__ import annotations

from typing import Literal

from tui.language import tr
from tui.screens.choice import Answer, ChoiceScreen

Leaving = Literal["leave", "stop"]


class QuitScreen(ChoiceScreen[Leaving | None]):
    """Returns `leave` (it trains on), `stop` (it ends, its checkpoint is kept) or None (stay)."""

    def __init__(self) -> None:
        answers: list[Answer[Leaving | None]] = [
            Answer("l", "Leave it running: find it again on the first screen", "leave"),
            Answer("s", "Stop it and keep what it learned", "stop"),
            Answer("esc", "Stay here", None),
        ]
        super().__init__(tr("A training is under way. What becomes of it?"), answers)
