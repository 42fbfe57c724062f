"""A text to look at as it is: it can be copied, over SSH too, and saved to a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.sanitize import plain
from tui.renderables.table import sentence
from tui.screens.host import AppScreen
from tui.screens.page import Page
from tui.screens.save import SaveScreen

if TYPE_CHECKING:
    from engine.spec.experiment import Experiment


class WidePage(Page):
    """Lines as wide as they are; what is around it scrolls."""

    DEFAULT_CSS = "WidePage { width: auto; min-width: 100%; }"

    def get_content_width(self, container: Size, viewport: Size) -> int:
        rows = self.rows(container.width)
        return max((row.cell_len for row in rows), default=0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.rows(container.width))

    def make_rows(self, width: int, height: int) -> list[Text]:
        return self.rows(self._made[0] if self._made else width)


class DocumentScreen(AppScreen):
    """Shows a text that takes a while to write, and copies and saves exactly it."""

    DEFAULT_CSS = """
    DocumentScreen #title { height: 1; background: $panel; padding: 0 1; }
    DocumentScreen ScrollableContainer {
        padding: 0 1; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
    }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("c", "copy", "Copy"),
        Binding("s", "save", "Save"),
        Binding("escape", "back", "Back"),
    ]
    heading = ""
    """What the text is, in a line."""
    saving = ""
    """What is asked when it is saved."""
    writing = ""
    """What is said while it is written."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    async def written(self) -> str:
        """The text; raises PerceptuiError where it can't be had."""
        raise NotImplementedError

    def file_name(self) -> str:
        """Under which name it is saved, unless another is typed."""
        raise NotImplementedError

    def drawn(self, text: str, look: Look) -> list[Text]:
        """The text's lines; may be asked in another thread."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield Static(plain(tr(self.heading), self.host.look.ascii), id="title", markup=False)
        with ScrollableContainer():
            yield WidePage()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(ScrollableContainer).focus()
        self._write()

    def action_copy(self) -> None:
        """Copy the text to the terminal's clipboard, also over SSH (OSC 52)."""
        if self._text:
            self.app.copy_to_clipboard(self._text)
            self.tell("Copied, if the terminal allows it (OSC 52)")

    def action_save(self) -> None:
        """Save the text to a file."""
        if self._text:
            screen = SaveScreen(self.file_name(), title=tr(self.saving), replaced=_replaced)
            self.app.push_screen(screen, self._save)

    def _save(self, name: str | None) -> None:
        if name is not None:
            self._write_file(paths.expanded(name))

    @work(group="save", exit_on_error=False)
    async def _write_file(self, path: Path) -> None:
        data_dir = paths.data_dir(self.host.folders.data_dir)
        try:
            await asyncio.to_thread(_saved, path, self._text, self.host.draft.experiment, data_dir)
        except PerceptuiError as error:
            self.complain(error)
        else:
            self.tell(f"Saved {path}")

    @work(group="document", exclusive=True, exit_on_error=False)
    async def _write(self) -> None:
        self._say(self.writing)
        try:
            text = await self.written()
        except PerceptuiError as error:
            self._say(str(error), dim=False)
            return
        rows = await asyncio.to_thread(self.drawn, text, self.host.look)
        self._text = text
        self._show(lambda width: rows)

    def _say(self, text: str, *, dim: bool = True) -> None:
        look = self.host.look
        self._show(lambda width: sentence(text, width, look, dim=dim))

    def _show(self, make: Callable[[int], list[Text]]) -> None:
        self.query_one(WidePage).show(make)


def _saved(path: Path, text: str, experiment: Experiment | None, data_dir: Path) -> None:
    """Write a text, also over an older file; raises UsageError where that can't be done."""
    from engine.runs.files import replace_bytes
    from engine.runs.output import destination

    try:
        target = destination(path, experiment, data_dir, replace=True)
        replace_bytes(target, text.encode(), keep_mode=True)
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte
        if isinstance(error, PerceptuiError):
            raise
        reason = getattr(error, "strerror", "") or str(error)
        raise UsageError(f"{path}: can't be written ({reason})") from error


def _replaced(name: str) -> str:
    path = paths.expanded(name)
    return tr(f"{path} is there already. Replace it?") if path.exists() else ""
