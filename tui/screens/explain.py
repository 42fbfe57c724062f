"""What the cursor is on, in two sentences, with something to try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.binding import Binding
from textual.widgets import Static

from engine.errors import PerceptuiError
from tui.language import tr
from tui.renderables.side_by_side import side_by_side
from tui.renderables.table import heading, sentence
from tui.screens.page_screen import PageScreen

if TYPE_CHECKING:
    from engine.explanation.explanation import Explanation, Trial
    from engine.runs.side_by_side import SideBySide
    from tui.editing.topics import Topic

TRYING = "Two copies are being trained, a second or two. A training that runs waits for them."


class ExplainScreen(PageScreen):
    """One thing at a time; the arrows lead to what belongs to it."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "try_it", "Try it", key_display="enter"),
        Binding("right,tab", "turn(1)", "Next", key_display="→", priority=True),
        Binding("left,shift+tab", "turn(-1)", "Before", key_display="←", priority=True),
        Binding("h,f2", "back", "Back", show=False),
    ]

    def __init__(self, topics: Sequence[Topic]) -> None:
        """topics: at least one, the one to begin with first."""
        super().__init__()
        self._topics = topics
        self._place = 0
        self._told: Explanation | None = None
        self._said = ""
        self._both: SideBySide | None = None

    def title_text(self) -> str:
        count = len(self._topics)
        return tr(f"Explain ({self._place + 1} of {count})") if count > 1 else tr("Explain")

    def on_mount(self) -> None:
        self.action_turn(0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be compared can be tried."""
        if action == "try_it":
            return self._told is not None and self._told.trial is not None
        if action == "turn":
            return len(self._topics) > 1
        return True

    def action_turn(self, by: int) -> None:
        """Explain what comes next, or before."""
        self._place = (self._place + by) % len(self._topics)
        self.workers.cancel_group(self, "try")
        self._told, self._both, self._said = self._topics[self._place](), None, ""
        self._show()
        self.refresh_bindings()

    @work(group="try", exclusive=True, exit_on_error=False)
    async def action_try_it(self) -> None:
        """Train the two that differ in it side by side."""
        trial = self._told.trial if self._told is not None else None
        if trial is None:
            return
        self._say(TRYING)
        try:
            self._both = await self.host.controller.train_both(trial.first, trial.second)
        except PerceptuiError as error:
            self._say(str(error))
        else:
            self._say("")

    def _say(self, text: str) -> None:
        self._said = text
        self._show()

    def _show(self) -> None:
        told = self._told
        assert told is not None, "something is explained as soon as the screen is there"
        self.query_one("#title", Static).update(self.title_text())
        self.page.show(lambda width: self._rows(told, width))

    def _rows(self, told: Explanation, width: int) -> list[Text]:
        look = self.host.look
        rows = [heading(told.title, width, look), Text()]
        for text in (told.what, told.here):
            rows += sentence(text, width, look, dim=False)
        if self._both is not None and told.trial is not None:
            return [*rows, Text(), *side_by_side(told.trial, self._both, width, look)]
        asked = self._said or (_offer(told.trial) if told.trial is not None else "")
        return [*rows, Text(), *sentence(asked, width, look)]


def _offer(trial: Trial) -> str:
    return tr(
        "enter tries it: two copies are trained side by side for a moment: "
        f"{trial.first_name}, and {trial.second_name}."
    )
