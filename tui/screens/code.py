"""The plain PyTorch script of exactly the experiment on the workbench."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import ScrollableContainer
from textual.geometry import Size
from textual.widgets import Footer, Static

from engine import paths
from engine.errors import PerceptuiError, UsageError
from tui.renderables.look import Look
from tui.renderables.sanitize import plain
from tui.renderables.table import sentence
from tui.screens.host import BenchScreen
from tui.screens.page import Page
from tui.screens.save import SaveScreen

if TYPE_CHECKING:
    from engine.spec.experiment import Experiment


class CodeView(Page):
    """Lines as wide as they are; what is around it scrolls."""

    DEFAULT_CSS = "CodeView { width: auto; min-width: 100%; }"

    def get_content_width(self, container: Size, viewport: Size) -> int:
        rows = self.rows(container.width)
        return max((row.cell_len for row in rows), default=0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.rows(container.width))

    def make_rows(self, width: int, height: int) -> list[Text]:
        return self.rows(self._made[0] if self._made else width)


class CodeScreen(BenchScreen):
    """The script, highlighted; it can be copied and saved."""

    DEFAULT_CSS = """
    CodeScreen #title { height: 1; background: $panel; padding: 0 1; }
    CodeScreen ScrollableContainer {
        padding: 0 1; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
    }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("c", "copy", "Copy"),
        Binding("s", "save", "Save"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._code = ""

    def compose(self) -> ComposeResult:
        yield Static("Code: run alone, it gives the same numbers", id="title", markup=False)
        with ScrollableContainer():
            yield CodeView()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(ScrollableContainer).focus()
        self._write()

    def action_copy(self) -> None:
        """Copy the script to the terminal's clipboard, also over SSH (OSC 52)."""
        if self._code:
            self.app.copy_to_clipboard(self._code)
            self.tell("Copied, if the terminal allows it (OSC 52)")

    def action_save(self) -> None:
        """Save the script to a file."""
        if self._code:
            name = f"{self.host.draft.name or 'experiment'}.py"
            screen = SaveScreen(name, title="Save the script as", replaced=_replaced)
            self.app.push_screen(screen, self._save)

    def _save(self, name: str | None) -> None:
        if name is not None:
            self._write_file(paths.expanded(name))

    @work(group="save", exit_on_error=False)
    async def _write_file(self, path: Path) -> None:
        data_dir = paths.data_dir(self.host.folders.data_dir)
        try:
            await asyncio.to_thread(_saved, path, self._code, self.host.draft.experiment, data_dir)
        except PerceptuiError as error:
            self.complain(error)
        else:
            self.tell(f"Saved {path}")

    @work(group="script", exclusive=True, exit_on_error=False)
    async def _write(self) -> None:
        page = self.query_one(CodeView)
        look = self.host.look
        experiment = self.host.draft.experiment
        if experiment is None:
            text = "The experiment is not valid yet: the workbench says what is wrong."
            page.show(lambda width: sentence(text, width, look))
            return
        page.show(lambda width: sentence("Writing the script", width, look))
        try:
            code = await self.host.controller.script(experiment)
        except PerceptuiError as error:
            text = str(error)
            page.show(lambda width: sentence(text, width, look, dim=False))
            return
        rows = await asyncio.to_thread(highlighted, code, look)
        self._code = code
        page.show(lambda width: rows)


def _saved(path: Path, code: str, experiment: Experiment | None, data_dir: Path) -> None:
    """Write a script, also over an older file; raises UsageError where that can't be done."""
    from engine.runs.files import replace_bytes
    from engine.runs.output import destination

    try:
        target = destination(path, experiment, data_dir, replace=True)
        replace_bytes(target, code.encode(), keep_mode=True)
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        if isinstance(error, PerceptuiError):
            raise
        reason = getattr(error, "strerror", "") or str(error)
        raise UsageError(f"{path}: can't be written ({reason})") from error


def _replaced(name: str) -> str:
    path = paths.expanded(name)
    return f"{path} is there already. Replace it?" if path.exists() else ""


def highlighted(code: str, look: Look) -> list[Text]:
    """The lines of a Python program in the terminal's own colors."""
    from rich.syntax import Syntax

    safe = "\n".join(plain(line, look.ascii) for line in code.rstrip("\n").split("\n"))
    if not look.has_color:
        return [Text(line) for line in safe.split("\n")]
    syntax = Syntax("", "python", theme="ansi_dark", background_color="default")
    rows = list(syntax.highlight(safe).split("\n"))
    for row in rows:
        row.rstrip()
    return rows
