"""The learning-rate finder: tries rates on a copy, draws the loss, and takes what it suggests."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.binding import Binding

from engine.errors import PerceptuiError
from engine.spec.experiment import Experiment
from tui.language import tr
from tui.messages import DraftChanged
from tui.renderables.look import Look
from tui.renderables.rate_chart import advice, rate_chart
from tui.renderables.table import sentence
from tui.screens.page_screen import PageScreen

if TYPE_CHECKING:
    from engine.runs.rate_test import RateTest

WAITING = (
    "Learning rates from tiny to huge are being tried on a copy: the network of the workbench is "
    "not touched, and a training that runs waits for it."
)
FRAME = 7
"""Rows that are not the curve's: title, footer and what is said below it."""


class TuneScreen(PageScreen):
    """The loss over growing rates; enter takes the suggested one."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "take", "Take it", key_display="enter", priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._test: RateTest | None = None

    def title_text(self) -> str:
        return tr(f"Find a learning rate for {self.host.draft.name}")

    def on_mount(self) -> None:
        experiment = self.host.draft.experiment
        if experiment is not None:
            self.page.show(lambda width: sentence(WAITING, width, self.host.look))
            self._try(experiment)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a rate that is suggested can be taken."""
        return action != "take" or (self._test is not None and self._test.suggested is not None)

    def why_not(self, action: str) -> str:
        """Why a key can't be used now."""
        return tr("No rate is suggested that could be taken") if action == "take" else ""

    @work(group="tune", exit_on_error=False)
    async def _try(self, experiment: Experiment) -> None:
        page, look = self.page, self.host.look
        try:
            test = await self.host.controller.tune(experiment)
        except PerceptuiError as error:
            text = str(error)
            page.show(lambda width: sentence(text, width, look, dim=False))
            return
        self._test = test
        self.refresh_bindings()
        now = experiment.optimizer.lr
        page.show(lambda width: rows(test, now, width, self.size.height - FRAME, look, at=page.at))

    def action_take(self) -> None:
        """Put the suggested rate into the experiment; undo takes it back."""
        draft = self.host.draft
        experiment = draft.experiment
        if self._test is None or self._test.suggested is None or experiment is None:
            return
        rate = self._test.suggested
        optimizer = dataclasses.replace(experiment.optimizer, lr=rate)
        draft.replace_all(dataclasses.replace(experiment, optimizer=optimizer))
        self.tell(f"Learning rate {rate:g}. z takes it back")
        below = self.app.screen_stack[-2]
        self.action_back()
        below.post_message(DraftChanged())


def rows(
    test: RateTest, now: float, width: int, height: int, look: Look, *, at: float | None = None
) -> list[Text]:
    """The curve, and below it what it says."""
    said = [row for text in advice(test, now) for row in sentence(text, width, look, dim=False)]
    return [*rate_chart(test, width, height, look, at=at), Text(), *said]
