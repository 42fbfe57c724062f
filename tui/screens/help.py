"""Every key, read from what the screens themselves declare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

from tui.renderables.look import Look
from tui.renderables.sanitize import fit, plain
from tui.renderables.table import heading
from tui.screens.host import BenchScreen
from tui.screens.page import Page


class Keys(NamedTuple):
    """The keys of one screen, widget or the app."""

    title: str
    keys: list[tuple[str, str]]
    """What to press and what it does."""


class HelpScreen(BenchScreen):
    """Lists the keys of the screens it was called from, those on top first, then the app's."""

    DEFAULT_CSS = """
    HelpScreen #title { height: 1; background: $panel; padding: 0 1; }
    HelpScreen VerticalScroll { padding: 0 1; scrollbar-size-vertical: 1; }
    """
    BINDINGS = [Binding("escape", "back", "Back")]  # noqa: RUF012  # Textual declares it so

    def compose(self) -> ComposeResult:
        yield Static("Help: every key. The mouse works too.", id="title", markup=False)
        with VerticalScroll():
            yield Page()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        below = [screen for screen in self.app.screen_stack[::-1] if screen is not self]
        sections = all_keys(self.app, below)
        look = self.host.look
        self.query_one(Page).show(lambda width: list(rows(sections, width, look)))
        self.query_one(VerticalScroll).focus()


def all_keys(app: App[object], screens: Iterable[Screen[object]]) -> list[Keys]:
    """The keys of the first screen, of the app, then of all widgets and the other screens."""
    everywhere = [*_declared(app, type(app)), *_declared(app, Screen)]
    sections: list[Keys] = []
    seen: set[type] = set()
    for screen in screens:
        nodes: list[DOMNode] = [screen]
        nodes += [widget for widget in screen.query(Widget) if widget.can_focus]
        for node in nodes:
            if type(node) not in seen:
                seen.add(type(node))
                sections.append(Keys(_title(type(node)), list(_declared(app, type(node), Screen))))
    sections.insert(1, Keys("Everywhere", everywhere))
    return [section for section in sections if section.keys]


def rows(sections: Iterable[Keys], width: int, look: Look) -> Iterator[Text]:
    """A heading for each section, then a line for each key."""
    for number, section in enumerate(sections):
        if number:
            yield Text()
        yield heading(section.title, width, look)
        widest = min(max(len(key) for key, _ in section.keys), max(1, width // 3))
        for key, does in section.keys:
            shown = Text(fit(key, widest, look.ascii), Style(bold=True))
            shown.pad_right(widest - shown.cell_len)
            rest = fit(does, max(0, width - widest - 4), look.ascii)
            yield Text.assemble("  ", shown, "  ", rest)


def _declared(
    app: App[object], kind: type[DOMNode], without: type[DOMNode] | None = None
) -> Iterator[tuple[str, str]]:
    """The keys that a class and its bases but one declare, those of one action together."""
    found: dict[tuple[str, str], list[str]] = {}
    taken: set[str] = set()
    for one in kind.__mro__:
        if one is without:
            continue
        for binding in Binding.make_bindings(one.__dict__.get("BINDINGS", [])):
            if binding.key in taken or not binding.description:
                continue
            taken.add(binding.key)
            display = plain(app.get_key_display(binding))
            found.setdefault((binding.action, binding.description), []).append(display)
    for (_, description), keys in found.items():
        yield " ".join(dict.fromkeys(keys)), description


def _title(kind: type[DOMNode]) -> str:
    """`RunsScreen` as `Runs`, `EntryList` as `Entry list`."""
    name = kind.__name__.removesuffix("Screen")
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).split()
    return " ".join(words).capitalize()
