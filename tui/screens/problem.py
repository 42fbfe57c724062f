"""What to hand to someone who is asked for help."""

from __future__ import annotations

import asyncio
import os
from functools import partial

from rich.text import Text

from engine import paths
from tui import problem_report
from tui.renderables.look import Look
from tui.renderables.sanitize import plain
from tui.screens.document import DocumentScreen


class ProblemScreen(DocumentScreen):
    """Versions, device, terminal, the last errors and the experiment; nothing is sent."""

    heading = "Report a problem: nothing is sent. c copies it, s saves it, and you hand it on"
    saving = "Save the report as"
    writing = "Looking around"

    async def written(self) -> str:
        host = self.host
        return await asyncio.to_thread(
            partial(
                problem_report.written,
                look=host.look,
                size=(self.app.size.width, self.app.size.height),
                environment=os.environ,
                snapshot=host.controller.snapshot,
                experiment=host.draft.experiment,
                errors=tuple(host.errors),
                log=paths.log_file(),
            )
        )

    def file_name(self) -> str:
        return "perceptui-problem.md"

    def drawn(self, text: str, look: Look) -> list[Text]:
        return [Text(plain(line, look.ascii)) for line in text.splitlines()]
