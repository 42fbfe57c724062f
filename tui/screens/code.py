"""The plain PyTorch script of exactly the experiment on the workbench."""

from __future__ import annotations

from rich.text import Text

from engine.errors import UsageError
from tui.renderables.look import Look
from tui.renderables.python_lines import highlighted
from tui.screens.document import DocumentScreen


class CodeScreen(DocumentScreen):
    """The script, highlighted; it can be copied and saved."""

    heading = "Code: run alone, it gives the same numbers"
    saving = "Save the script as"
    writing = "Writing the script"

    async def written(self) -> str:
        experiment = self.host.draft.experiment
        if experiment is None:
            raise UsageError("The experiment is not valid yet: the workbench says what is wrong.")
        return await self.host.controller.script(experiment)

    def file_name(self) -> str:
        return f"{self.host.draft.name or 'experiment'}.py"

    def drawn(self, text: str, look: Look) -> list[Text]:
        return highlighted(text, look)
