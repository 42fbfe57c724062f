"""Asks what becomes of a live training when another experiment is to be trained."""

from __future__ import annotations

from typing import Literal

from tui.language import tr
from tui.screens.choice import Answer, ChoiceScreen

Freeing = Literal["begin", "toggle"]


class BusyScreen(ChoiceScreen[Freeing | None]):
    """Returns `begin` (it is stopped, its checkpoint kept), `toggle` (it is paused or goes on)."""

    def __init__(self, live: str, wanted: str, *, is_paused: bool) -> None:
        wanted = wanted or "this"
        answers: list[Answer[Freeing | None]] = [
            Answer("s", f"Stop and keep it, find it under Recent runs; begin {wanted}", "begin"),
            Answer("p", "Go on with it" if is_paused else "Pause it", "toggle"),
            Answer("esc", f"Change nothing: {wanted} is not trained", None),
        ]
        state = tr("is paused") if is_paused else tr("is training")
        super().__init__(
            tr(f"{live or 'Another experiment'} {state}. What becomes of it?"), answers
        )
