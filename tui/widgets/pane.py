"""The sides of the workbench, and the line that names them where there is room for one only."""

from __future__ import annotations

from rich.text import Text
from textual.containers import Vertical

from tui.widgets.editor import Editor
from tui.widgets.notes import DoctorNote
from tui.widgets.training import SnapshotView

PANES = ("experiment", "picture", "loss", "scores")


class Pane(Vertical):
    """One side of the workbench, with a title on its border."""

    def __init__(self, *children: SnapshotView | Editor | DoctorNote, id: str, title: str) -> None:
        super().__init__(*children, id=id, classes="pane")
        self.border_title = title


def tabs(chosen: str, width: int) -> Text:
    """The panes with their keys, the chosen one marked; where it is narrow, alone with its name."""
    row = Text(no_wrap=True, overflow="crop")
    spacious = width >= sum(len(name) + 5 for name in PANES)
    for index, name in enumerate(PANES, start=1):
        label = f" {index} {name} " if spacious or name == chosen else f" {index} "
        row.append(label, "reverse" if name == chosen else "")
    return row
