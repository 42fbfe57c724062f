"""The sides of the workbench, each declared once: keys, tabs, help, layout and pages follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple, Self, get_args

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Click, Resize
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui.language import tr
from tui.widgets.editor import Editor
from tui.widgets.lesson import LessonView
from tui.widgets.network import NetworkView
from tui.widgets.notes import DoctorNote
from tui.widgets.picture import PictureView
from tui.widgets.snapshot_view import SnapshotView
from tui.widgets.training import LossCurve, Scores
from tui.widgets.unit import UnitView

Column = Literal["left", "middle", "right", "lesson"]
COLUMNS: tuple[Column, ...] = get_args(Column)
"""Where there is room for all panes; those of one column stand below each other. The lesson's is
below the others, or left of them."""


LESSON = "lesson"
"""The pane that is there while a lesson is open."""


class PaneKey(NamedTuple):
    """A key that stands below a pane."""

    key: str
    does: str
    action: str = ""
    """Of the screen, where it does nothing for some data; empty: it does something for any."""


@dataclass(frozen=True)
class Pane:
    """One side of the workbench."""

    name: str
    """In the tabs and the help; where there is room for one pane only, its tab leads to it."""
    title: str
    """On its border."""
    column: Column
    content: Callable[[], Sequence[SnapshotView | Editor | DoctorNote | UnitView]]
    """Makes the views in it, from top to bottom; the first has the focus."""
    keys: tuple[PaneKey, ...] = ()
    """Its own few keys, with what they do: below it."""


PANES = (
    Pane("experiment", "Experiment", "left", lambda: (Editor(),)),
    Pane(
        "network", "Network", "middle", lambda: (NetworkView(),),
        (
            *(PaneKey("enter", "numbers"), PaneKey("0", "silence"), PaneKey("a", "before")),
            *(PaneKey("i", "new"), PaneKey("z", "back")),
        ),
    ),
    Pane(
        "picture", "Picture", "middle", lambda: (PictureView(),),
        (
            *(PaneKey("b", "bands", "discrete"), PaneKey("t", "test points", "test_points")),
            *(PaneKey("o", "samples", "by_sample"), PaneKey("{ }", "sampling", "sampling")),
        ),
    ),
    Pane(
        "loss", "Loss", "right", lambda: (LossCurve(),),
        (PaneKey("l", "log"), PaneKey("[ ]", "smooth"), PaneKey("V", "metric")),
    ),
    Pane("scores", "Scores", "right", lambda: (Scores(),), (PaneKey("M", "matrix", "matrix"),)),
    Pane(
        "unit", "Unit", "right", lambda: (UnitView(),),
        (PaneKey("enter", "set"), PaneKey("0", "silence"), PaneKey("z", "back")),
    ),
    Pane("doctor", "Doctor", "left", lambda: (DoctorNote(),), (PaneKey("d", "all"),)),
    Pane(
        LESSON, "Lesson", "lesson", lambda: (LessonView(),),
        (PaneKey("H", "hint"), PaneKey("A", "show"), PaneKey("O", "anew"), PaneKey("L", "all")),
    ),
)  # fmt: skip
"""All of them, in the order of their keys."""

NAMES = tuple(pane.name for pane in PANES)


def names(*, with_lesson: bool) -> Sequence[str]:
    """The panes that there are now: that of the lesson only where one is open."""
    return [name for name in NAMES if with_lesson or name != LESSON]


_CORNERS = 6
"""Columns that a line on the border leaves free."""


class PaneFrame(Vertical):
    """A pane's views, with its title on the border."""

    def __init__(self, pane: Pane) -> None:
        super().__init__(*pane.content(), id=pane.name, classes="pane")
        self.pane = pane
        self._keys: Sequence[tuple[str, str]] = [(one.key, one.does) for one in pane.keys]
        self._is_titled_only = False
        self.show_title(pane.title)

    def on_resize(self, event: Resize) -> None:
        self._show_keys(event.size.width)

    def reword(self) -> None:
        """Say its title and its keys in another language; what it shows now is said later."""
        self.show_title(self.pane.title)
        self._show_keys(self.outer_size.width)

    def offer(
        self, does_something: Callable[[str], bool], said: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Name those of its own keys whose action does something now.

        said: what an action does to what is shown now, where that has another name.
        """
        offered = [one for one in self.pane.keys if not one.action or does_something(one.action)]
        self.show_keys([(one.key, said.get(one.action, one.does)) for one in offered])

    def show_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """Name these keys, which are of now."""
        self._keys = tuple(keys)
        self._show_keys(self.outer_size.width)

    def _show_keys(self, width: int) -> None:
        """Its keys, as many as there is room for."""
        told = keys_line(self._keys, width - _CORNERS)
        if told != self.border_subtitle:
            self.border_subtitle = told

    def show_title(self, title: str) -> None:
        """What it shows, behind the key that leads to it."""
        told = f"{NAMES.index(self.pane.name) + 1} {tr(title)}"
        if told == self.border_title:
            return
        self._is_titled_only = True
        try:
            self.border_title = told
        finally:
            self._is_titled_only = False

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Textual's; for another title only the row with it is painted, not all that is below."""
        if self._is_titled_only and not regions:
            regions = (Region(-1, -1, self.outer_size.width, 1),)  # from the content's corner
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    @property
    def view(self) -> Widget:
        """What has the focus where the pane has it."""
        return self.children[0]


def keys_line(keys: Sequence[tuple[str, str]], room: int) -> str:
    """A pane's keys as markup: closer together where room is tight, the last left out then."""
    said = [(key, tr(text)) for key, text in keys]
    for number in range(len(said), 0, -1):
        told = [f"{key} {text}" for key, text in said[:number]]
        for gap in ("  ", " "):
            if cell_len(gap.join(told)) <= room:
                return gap.join(f"[b]{_escaped(key)}[/b] {text}" for key, text in said[:number])
    return ""


def _escaped(key: str) -> str:
    """A key as markup may have it."""
    return key.replace("[", r"\[")


class PaneColumn(Vertical):
    """The panes of one column."""

    def __init__(self, column: Column) -> None:
        self.panes = [pane for pane in PANES if pane.column == column]
        super().__init__(*map(PaneFrame, self.panes), classes=f"column -{column}")

    def choose(self, name: str) -> None:
        """Mark the pane that is seen where there is room for one, if it stands here."""
        self.set_class(any(pane.name == name for pane in self.panes), "-chosen")
        for frame in self.query_children(PaneFrame):
            frame.set_class(frame.id == name, "-chosen")


def bindings() -> list[Binding]:
    """A digit for each pane."""
    return [
        Binding(str(key), f"pane('{name}')", name.capitalize(), show=False)
        for key, name in enumerate(NAMES, start=1)
    ]


class Tabs(Static):
    """The panes to choose from, where there is room for one only; a click chooses."""

    class Chosen(Message):
        """A pane is to be seen."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def show(self, chosen: str, width: int, panes: Sequence[str] = NAMES) -> None:
        """Mark the pane that is seen among those that there are."""
        self._labels = tab_labels(chosen, width, panes)
        self.update(tabs(chosen, width, panes), layout=False)

    def on_click(self, event: Click) -> None:
        end = 0
        for name, label in self._labels.items():
            end += cell_len(label)
            if event.x < end:
                self.post_message(self.Chosen(name))
                return

    _labels: Mapping[str, str] = {}  # replaced, never changed


def tab_labels(chosen: str, width: int, panes: Sequence[str] = NAMES) -> dict[str, str]:
    """What each pane is called; where it is narrow only the chosen one has a name."""
    spacious = width >= sum(cell_len(tr(name)) + 5 for name in panes)
    return {
        name: f" {index} {tr(name)} " if spacious or name == chosen else f" {index} "
        for index, name in enumerate(NAMES, start=1)
        if name in panes
    }


def tabs(chosen: str, width: int, panes: Sequence[str] = NAMES) -> Text:
    """The panes with their keys, the chosen one marked; where it is narrow, alone with its name."""
    row = Text(no_wrap=True, overflow="crop")
    for name, label in tab_labels(chosen, width, panes).items():
        row.append(label, "reverse" if name == chosen else "")
    return row
