"""Two or more runs on one chart, in one table, and what their networks draw."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.binding import Binding

from engine.errors import PerceptuiError
from engine.runs.run import Run
from tui.language import tr
from tui.past.comparison import Comparison, compare, told
from tui.past.run_names import letter
from tui.renderables.compared_pictures import Signed, compared_pictures
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.palette import class_hue
from tui.renderables.table import Cell, Column, heading, sentence, table
from tui.screens.page_screen import PageScreen

if TYPE_CHECKING:
    from engine.service.protocol import RunsCompared

MOST_DRAWN = 8
"""Runs whose pictures are asked for: each is loaded with its data."""
GRID = 24, 24
"""Columns and rows of the matrix that is drawn: of a tile's half blocks."""


class CompareScreen(PageScreen):
    """Which came out best, every score, what differs, their loss curves and their pictures."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("l", "log_scale", "Log scale"),
    ]

    def __init__(self, runs: Sequence[Run]) -> None:
        super().__init__()
        self._runs = runs
        self._log = False
        self._comparison: Comparison | None = None
        self._found: RunsCompared | None = None
        self._told: list[str] = []
        """What is said of them on the same samples, once that is found out."""
        self._drawn: list[Signed] = []
        """What their networks draw, as far as it has come."""

    def title_text(self) -> str:
        return tr(f"{len(self._runs)} runs compared")

    def on_mount(self) -> None:
        self.host.learning.did("compared")
        self._read()

    def action_log_scale(self) -> None:
        """Powers of ten equally far apart, or not."""
        self._log = not self._log
        self._show()

    @work(group="compare", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        self._comparison = await asyncio.to_thread(compare, self._runs)
        self._show()
        self._told = await self._contests(self._comparison.runs)
        self._show()
        await self._draw(self._comparison.runs[:MOST_DRAWN])

    async def _draw(self, runs: Sequence[Run]) -> None:
        """Have each network drawn as it is at its end; one whose data is gone is left out."""
        for place, run in enumerate(runs):
            with suppress(PerceptuiError):
                found = await self.host.controller.review(run, "last", GRID, measure=False)
                self._drawn.append((letter(place), found.pictures))
                self._show()

    async def _contests(self, runs: Sequence[Run]) -> list[str]:
        """Which is better on the same samples, or why that can't be said."""
        from tui.renderables.judgement.comparison import sentences

        letters = [letter(place) for place in range(len(runs))]
        try:
            found = await self.host.controller.compare(runs)
        except PerceptuiError as error:
            said = str(error)
            for run, sign in zip(runs, letters, strict=True):
                said = said.replace(run.name, sign)  # as they are called here
            return [said]
        self._found = found
        return [one for contest in found.contests for one in sentences(contest, letters)]

    def _show(self) -> None:
        if self._comparison is not None:
            self.page.show(self._rows)

    def _rows(self, width: int) -> list[Text]:
        comparison, look = self._comparison, self.host.look
        assert comparison is not None, "shown once it is read"
        letters = [letter(place) for place in range(len(comparison.runs))]
        rows = [
            Text.assemble(
                (f"{sign} ", look.paint(class_hue(place), bold=True)),
                heading(name, max(0, width - len(sign) - 1), look),
            )
            for place, (sign, name) in enumerate(zip(letters, comparison.names, strict=True))
        ]
        if comparison.verdicts:
            text = " ".join(told(one, letters) for one in comparison.verdicts)
            rows += [Text(), *sentence(text, width, look, dim=False)]
        for one in self._told:
            rows += sentence(one, width, look, dim=False)
        rows += [Text(), *self._scores(comparison, letters, width)]
        columns = (Column("What differs", least=8), *(Column(name, least=6) for name in letters))
        rows.append(Text())
        if comparison.differences:
            body = [(name, *values) for name, values in comparison.differences]
            rows += table(columns, body, width, look)
        else:
            rows += sentence("Their experiments are the same.", width, look)
        from tui.renderables.judgement.comparison import disagreements

        series = [
            LossSeries(name, [epoch for epoch, _ in curve], [loss for _, loss in curve])
            for name, curve in zip(letters, comparison.curves, strict=True)
        ]
        height = max(6, min(16, self.size.height // 2))
        title = tr("Training loss")
        at = self.page.at
        curves = loss_chart(series, width, height, look, log=self._log, title=title, at=at)
        rows += [Text(), *curves]
        if pictures := compared_pictures(self._drawn, width, height, look):
            rows += [Text(), *pictures]
        if self._found is not None:
            apart = disagreements(self._found, letters)
            rows += [Text(), *apart.text(width, look)]
        return rows

    def _scores(self, comparison: Comparison, letters: Sequence[str], width: int) -> list[Text]:
        columns = (
            Column("What came out", least=8),
            *(Column(name, right=True, least=6) for name in letters),
        )
        body: list[Sequence[Cell]] = []
        for name, values in comparison.outcomes:
            best = comparison.best.get(name, [])
            marked = (Text(v, "bold") if place in best else v for place, v in enumerate(values))
            body.append((name, *marked))
        return table(columns, body, width, self.host.look)
