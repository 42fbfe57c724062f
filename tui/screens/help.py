"""Every key, read from what the screens themselves declare; each line does what it says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Input, Static

from tui.language import tr
from tui.renderables.sanitize import fit
from tui.renderables.table import heading
from tui.screens.declared import Key, declared, do
from tui.screens.host import AppScreen
from tui.widgets.cursor_rows import CursorRows, Line


class Keys(NamedTuple):
    """The keys of one screen, widget or the app."""

    title: str
    keys: list[Key]


class KeyList(CursorRows):
    """The sections with a cursor, narrowed to the words that were typed."""

    DEFAULT_CSS = "KeyList { height: 1fr; padding: 0 1; }"

    class Picked(Message):
        """What is under the cursor was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self._sections: list[Keys] = []
        self._words: list[str] = []

    def show(self, sections: list[Keys]) -> None:
        """List these from now on."""
        self._sections = sections
        self.remake()

    def narrow(self, text: str) -> None:
        """List only what has every word in its title, its key or what it does."""
        self._words = text.lower().split()
        self.cursor = 0
        self.remake()

    @property
    def chosen(self) -> Key | None:
        """What is under the cursor."""
        keys = [key for section in self._seen() for key in section.keys]
        return keys[self.cursor] if self.cursor < len(keys) else None

    def num_items(self) -> int:
        return sum(len(section.keys) for section in self._seen())

    def picked(self) -> None:
        self.post_message(self.Picked())

    def lines(self, width: int, height: int) -> list[Line]:
        lines: list[Line] = []
        item = 0
        for section in self._seen():
            if lines:
                lines.append(Line(Text()))
            lines.append(Line(heading(section.title, width, self.look)))
            widest = min(max(len(key.label) for key in section.keys), max(1, width // 3))
            for key in section.keys:
                row = self._row(key, widest, width)
                marked = self.marked(row, width, active=True) if item == self.cursor else row
                lines.append(Line(marked, item))
                item += 1
        return lines or [Line(Text(tr("Nothing is called so: esc shows all"), Style(dim=True)))]

    def _row(self, key: Key, widest: int, width: int) -> Text:
        ascii_only = self.look.ascii
        label = Text(fit(key.label, widest, ascii_only), Style(bold=key.is_usable))
        label.pad_right(widest - label.cell_len)
        does = key.does if key.is_usable else tr(f"{key.does} (not now)")
        rest = Text(fit(does, max(0, width - widest - 4), ascii_only))
        if not key.is_usable:
            rest.stylize(Style(dim=True))
        return Text.assemble("  ", label, "  ", rest)

    def _seen(self) -> list[Keys]:
        kept = [
            Keys(title, [key for key in keys if self._matches(title, key)])
            for title, keys in self._sections
        ]
        return [section for section in kept if section.keys]

    def _matches(self, title: str, key: Key) -> bool:
        text = f"{title} {key.label} {key.does} {key.told}".lower()
        return all(word in text for word in self._words)


class HelpScreen(AppScreen):
    """Lists the keys of the screens it was called from, those on top first, then the app's."""

    DEFAULT_CSS = """
    HelpScreen #title { height: 1; background: $panel; padding: 0 1; }
    HelpScreen Input, HelpScreen Input:focus { height: 1; border: none; padding: 0 1; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "do", "Do it", key_display="enter"),
        Binding("escape", "clear_or_back", "Back"),
        *[Binding(key, f"move({by})", show=False) for key, by in (("up", -1), ("down", 1))],
        *[Binding(f"page{key}", f"move({by})", show=False) for key, by in (("up", -10),
                                                                           ("down", 10))],
    ]  # fmt: skip

    def compose(self) -> ComposeResult:
        yield Static(tr("Help: every key. The mouse works too."), id="title", markup=False)
        yield Input(placeholder=tr("type to find, enter does it"))
        yield KeyList()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        below = [screen for screen in self.app.screen_stack[::-1] if screen is not self]
        self.query_one(KeyList).show(all_keys(self.app, below))
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one(KeyList).narrow(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.action_do()

    def on_key_list_picked(self, event: KeyList.Picked) -> None:
        self.action_do()

    def action_move(self, by: int) -> None:
        """Move the cursor over the keys."""
        self.query_one(KeyList).action_move_cursor(by)

    def action_do(self) -> None:
        """Go back to whose key it is, and do what it does."""
        key = self.query_one(KeyList).chosen
        if key is None or not self.is_current:
            return
        if not key.is_usable:
            self.complain(key.why_not)
            return
        self.action_back()  # where the key is an app's, nothing else closes this
        self.app.call_later(do, self.app, key)

    def action_clear_or_back(self) -> None:
        """Show every key again; where all are shown, go back."""
        field = self.query_one(Input)
        if field.value:
            field.value = ""
        else:
            self.action_back()


def all_keys(app: App[object], screens: Iterable[Screen[object]]) -> list[Keys]:
    """The keys of the first screen, of the app, then of all widgets and the other screens."""
    sections: list[Keys] = []
    seen: set[type] = set()
    everywhere = list(declared(app, app, type(app)))
    for number, screen in enumerate(screens):
        if not number:
            everywhere += declared(app, screen, Screen)
        nodes: list[DOMNode] = [screen]
        nodes += [widget for widget in screen.query(Widget) if widget.can_focus]
        for node in nodes:
            if type(node) not in seen:
                seen.add(type(node))
                keys = declared(app, node, type(node), Screen)
                sections.append(Keys(tr(section_title(type(node).__name__)), list(keys)))
    sections.insert(1, Keys(tr("Everywhere"), everywhere))
    return [section for section in sections if section.keys]


def section_title(name: str) -> str:
    """What the keys of a class stand under: `RunsScreen` as `Runs`, `EntryList` as `Entry list`."""
    name = name.removesuffix("Screen")
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).split()
    return " ".join(words).capitalize()
