"""Points are drawn on a plane, and are the data then."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from engine.errors import PerceptuiError
from tui.editing import drawn_points
from tui.language import tr
from tui.screens.host import AppScreen
from tui.screens.save import SaveScreen
from tui.widgets.keys import Keys
from tui.widgets.plane_pad import Placed, PlanePad

FOOTER = ("use", "put", "spray", "eraser", "undo", "clear", "back")
SUGGESTED = "points"


class DrawPointsScreen(AppScreen):
    """A plane, and above it how many points of which class there are.

    Returns the call of the data set that they were written as, or None.
    """

    DEFAULT_CSS = """
    DrawPointsScreen #title { height: 1; background: $panel; padding: 0 1; }
    DrawPointsScreen PlanePad { width: 1fr; height: 1fr; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "use", "Train on them", key_display="enter"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, name: str = "", points: Sequence[drawn_points.Point] = ()) -> None:
        """name: of the file that the points are of already."""
        super().__init__()
        self._file_name = name or SUGGESTED
        self._first = [Placed(*one) for one in points]
        self.call = ""
        """What they were written as."""

    def compose(self) -> ComposeResult:
        yield Static(id="title", markup=False)
        yield PlanePad(self._first)
        yield Keys(FOOTER)

    def on_mount(self) -> None:
        self.query_one(PlanePad).focus()
        self._tell()

    def on_plane_pad_changed(self, message: PlanePad.Changed) -> None:
        self._tell()

    def _tell(self) -> None:
        pad, look = self.query_one(PlanePad), self.host.look
        tool = (
            tr("the eraser")
            if pad.erases
            else tr(f"a spray of class {drawn_points.CLASSES[pad.kind]}")
            if pad.sprays
            else tr(f"points of class {drawn_points.CLASSES[pad.kind]}")
        )
        counts = "  ".join(
            f"{look.glyph(kind)} {drawn_points.CLASSES[kind]} {count:,}"
            for kind, count in enumerate(pad.counts)
        )
        keys = tr("1 to 4 choose a class, the mouse draws")
        self.query_one("#title", Static).update(f"{tool}   {counts or keys}")

    @work(group="use", exclusive=True, exit_on_error=False)
    async def action_use(self) -> None:
        """Write them into a file, which is the data of the experiment then."""
        points = list(self.query_one(PlanePad).points)
        screen = SaveScreen(
            self._file_name,
            title=tr("Write the points into this folder as"),
            problem=drawn_points.problem,
            replaced=drawn_points.replaced,
        )
        name = await self.app.push_screen_wait(screen)
        if name is None:
            return
        try:
            self.call = drawn_points.written(name, points)
        except PerceptuiError as error:
            self.complain(error)
            return
        self.action_back()
