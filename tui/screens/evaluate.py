"""A run judged: is its network good, how sure is that, where does it fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work

from engine.errors import PerceptuiError
from tui.language import tr
from tui.renderables.judgement.section import Section
from tui.renderables.table import sentence
from tui.screens.page_screen import PageScreen

if TYPE_CHECKING:
    from engine.runs.run import Run

WAITING = (
    "The network is judged on its data, against what needs no network: a training that runs "
    "waits for it."
)


class EvaluateScreen(PageScreen):
    """What `perceptui evaluate` says, the verdict first."""

    def __init__(self, run: Run, name: str) -> None:
        """name: what the run is called."""
        super().__init__()
        self._run, self._name = run, name

    def title_text(self) -> str:
        return tr(f"How good is {self._name}?")

    def on_mount(self) -> None:
        self.page.show(lambda width: sentence(WAITING, width, self.host.look))
        self._judge()

    @work(group="evaluate", exclusive=True, exit_on_error=False)
    async def _judge(self) -> None:
        from tui.renderables.judgement.sections import sections

        page, look = self.page, self.host.look
        try:
            judgement = await self.host.controller.judge(self._run)
        except PerceptuiError as error:
            text = str(error)
            page.show(lambda width: sentence(text, width, look, dim=False))
            return
        found = list(sections(judgement))
        page.show(lambda width: self._rows(found, width))

    def _rows(self, found: Sequence[Section], width: int) -> list[Text]:
        rows: list[Text] = []
        for one in found:
            rows += [*one.text(width, self.host.look), Text()]
        return rows
