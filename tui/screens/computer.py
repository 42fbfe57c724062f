"""This computer: how busy it is, and where the time of a step goes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.binding import Binding

from engine.computer import Computer, Reading
from engine.errors import PerceptuiError
from tui.language import tr
from tui.renderables.computer import computer_rows, step_rows
from tui.renderables.numbers import rate
from tui.renderables.sanitize import plain
from tui.renderables.table import heading, sentence
from tui.screens.page_screen import PageScreen
from tui.widgets.status import state_of

if TYPE_CHECKING:
    from engine.runs.step_times import StepTimes

EVERY_S = 1.0
WAITING = "enter times the parts of a step on a copy; a training that runs waits for it, a second."
TIMING = "Steps are being timed."


class ComputerScreen(PageScreen):
    """Processors, memory and cards, once a second; enter times a step."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "time", "Time a step", key_display="enter"),
        Binding("i", "back", "Back", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._computer = Computer()
        self._reading: Reading | None = None
        self._times: StepTimes | None = None
        self._said = WAITING

    def title_text(self) -> str:
        return tr("This computer")

    def on_mount(self) -> None:
        self._read()
        self.set_interval(EVERY_S, self._read)

    def on_unmount(self) -> None:
        self._computer.close()

    @work(group="time", exclusive=True, exit_on_error=False)
    async def action_time(self) -> None:
        """Measure where the time of the edited experiment's steps goes."""
        experiment = self.host.draft.experiment
        if experiment is None:
            self.complain("the experiment is not valid: the workbench says what is wrong")
            return
        self._say(TIMING)
        try:
            self._times = await self.host.controller.time_steps(experiment)
        except PerceptuiError as error:
            self._say(str(error))
        else:
            self._say("")

    def _say(self, text: str) -> None:
        self._said = text
        self._show()

    @work(group="read", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        self._reading = await asyncio.to_thread(self._computer.read)
        self._show()

    def _show(self) -> None:
        self.page.show(self._rows)

    def _rows(self, width: int) -> list[Text]:
        look, rows = self.host.look, []
        if self._reading is not None:
            rows += computer_rows(self._reading, width, look)
        rows += [Text(), heading("The training", width, look)]
        rows += sentence(self._training(), width, look, dim=False)
        if self._times is not None:
            rows += [Text(), *step_rows(self._times, width, look)]
        if self._said:
            rows += [Text(), *sentence(self._said, width, look)]
        return rows

    def _training(self) -> str:
        snapshot = self.host.controller.snapshot
        started, newest = snapshot.started, snapshot.newest
        if started is None:
            return tr("Nothing is trained yet.")
        parts = [tr(f"{plain(snapshot.name)} is {state_of(snapshot)} on {started.device}")]
        if newest is not None:
            parts.append(rate(newest.samples_per_s, "samples"))
        if snapshot.progress is not None:
            parts.append(tr(f"its process holds {snapshot.progress.memory_bytes / 1e6:,.0f} MB"))
        return f"{', '.join(parts)}."
