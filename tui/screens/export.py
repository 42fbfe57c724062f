"""Writes a run, or what it learned, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.message import Message
from textual.widgets import Footer, Static

from engine import paths
from engine.errors import PerceptuiError
from engine.export import FORMATS, Format
from engine.runs.contents import CheckpointKind
from tui.language import tr
from tui.renderables.palette import ATTENTION
from tui.renderables.sanitize import crop, fit, plain
from tui.renderables.table import sentence
from tui.screens.host import AppScreen
from tui.screens.page import Page
from tui.screens.save import SaveScreen, nothing
from tui.widgets.cursor_rows import CursorRows, Line

if TYPE_CHECKING:
    from engine.runs.run import Run

WEIGHTS: dict[CheckpointKind, str] = {
    "last": "the weights of its end",
    "best": "the weights of its best epoch",
}


class FormatList(CursorRows, can_focus=True):
    """Every format with what it is and what for; what is missing stands there before it is asked
    for."""

    DEFAULT_CSS = "FormatList { height: 1fr; padding: 0 1; }"
    BINDINGS = [Binding("enter", "pick", "Write it", key_display="enter")]  # noqa: RUF012  # Textual declares it so

    class Chosen(Message):
        """This one is to be written."""

        def __init__(self, format: Format) -> None:
            self.format = format
            super().__init__()

    def num_items(self) -> int:
        return len(FORMATS)

    def picked(self) -> None:
        self.action_pick()

    def action_pick(self) -> None:
        """Write what is under the cursor."""
        self.post_message(self.Chosen([*FORMATS.values()][self.cursor]))

    def lines(self, width: int, height: int) -> list[Line]:
        lines: list[Line] = []
        is_roomy = height >= 3 * len(FORMATS)
        for item, (name, format) in enumerate(FORMATS.items()):
            missing = format.missing()
            what = tr(f"needs {missing}") if missing else tr(format.what)
            style = self.look.paint(ATTENTION) if missing else Style()
            row = Text.assemble((f"{name:<12}", Style(bold=True)), (what, style))
            row = crop(row, width, self.look.ascii)
            if item == self.cursor:
                row = self.marked(row, width, active=self.has_focus)
            lines.append(Line(row, item))
            purpose = fit(f"{'':<12}{tr(format.purpose)}", width, self.look.ascii)
            lines.append(Line(Text(purpose, Style(dim=True)), item))
            if is_roomy:
                lines.append(Line(Text()))
        return lines


class ExportScreen(AppScreen):
    """A list of formats; what was written is named whole, and its path can be copied."""

    DEFAULT_CSS = """
    ExportScreen #title { height: 1; background: $panel; padding: 0 1; }
    ExportScreen Page { padding: 0 1; max-height: 5; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("w", "weights", "Last or best weights"),
        Binding("y", "copy_path", "Copy the path"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, run: Run, name: str) -> None:
        """name: what is exported, as people call it."""
        super().__init__()
        self._run = run
        self._name = name
        self._kind: CheckpointKind = "last"
        self._written: Path | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="title", markup=False)
        yield FormatList()
        yield Page()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(FormatList).focus()
        self._show_title()
        self._say("Only script and csv tell of the training; the others are what was learned.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what there is can be chosen or copied."""
        if action == "weights":
            return self._run.directory.checkpoint("best").is_file()
        if action == "copy_path":
            return self._written is not None
        return True

    def why_not(self, action: str) -> str:
        """Why a key can't be used now."""
        return {
            "weights": "The run has kept no best weights: there are those of its end only",
            "copy_path": "Nothing is written yet",
        }.get(action, "")

    def action_weights(self) -> None:
        """Take the other weights."""
        self._kind = "best" if self._kind == "last" else "last"
        self._show_title()

    def action_copy_path(self) -> None:
        """Copy where the last file was written."""
        if self._written is not None:
            self.app.copy_to_clipboard(str(self._written))
            self.tell("Copied, if the terminal allows it (OSC 52)")

    def on_format_list_chosen(self, message: FormatList.Chosen) -> None:
        self._write(message.format)

    @work(group="export", exclusive=True, exit_on_error=False)
    async def _write(self, format: Format) -> None:
        if missing := format.missing():
            self.complain(f"{format.name} needs {missing}")
            return
        suggested = format.name if format.is_folder else f"{self._name}{format.suffix}"
        replaced = nothing if format.is_folder else _replaced  # a run has its own part of it
        screen = SaveScreen(suggested, title=tr(f"Write {format.name} as"), replaced=replaced)
        name = await self.app.push_screen_wait(screen)
        if name is None:
            return
        output = paths.expanded(name).absolute()
        self._say(f"Writing {output}")
        replace = output.exists()  # that was asked; of a folder only the run's own part goes
        try:
            await self.host.controller.export(
                self._run, format.name, output, self._kind, replace=replace
            )
        except PerceptuiError as error:
            self._say(str(error))
            self.complain(error)
            return
        self._written = output
        if format.is_folder:
            self._say(f"Written; y copies the path: {output}")
        else:
            size = output.stat().st_size
            self._say(f"Written, {size:,} bytes; y copies the path: {output}")
        self.refresh_bindings()

    def _show_title(self) -> None:
        text = tr(f"Export {self._name}: {tr(WEIGHTS[self._kind])}")
        self.query_one("#title", Static).update(Text(plain(text, self.host.look.ascii)))

    def _say(self, text: str) -> None:
        look = self.host.look
        self.query_one(Page).show(lambda width: sentence(text, width, look, dim=False))


def _replaced(name: str) -> str:
    path = paths.expanded(name)
    return tr(f"{path} is there already. Replace it?") if path.exists() else ""
