"""Asks how an experiment is to be made fit its data."""

from __future__ import annotations

from collections.abc import Sequence

from engine.doctor.ways_out import Way
from tui.language import tr
from tui.screens.choice import Answer, ChoiceScreen


class FixScreen(ChoiceScreen[Way | None]):
    """Returns the way that was chosen, None to change nothing; every way was tried before."""

    def __init__(self, problem: str, ways: Sequence[Way]) -> None:
        answers: list[Answer[Way | None]] = [
            Answer(str(number), way.text, way) for number, way in enumerate(ways, start=1)
        ]
        answers.append(Answer("esc", "Change nothing", None))
        super().__init__(tr(f"Fix model: {problem}"), answers)
