"""Which pane is seen and has the focus, and which has the room where not all have it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual import work
from textual.binding import Binding
from textual.events import DescendantFocus, Resize
from textual.reactive import reactive

from tui.network_plan import Side, planned_shapes, room_for_network
from tui.screens.lesson import LessonScreen
from tui.widgets.lesson import LessonView
from tui.widgets.network import NetworkView
from tui.widgets.pane import LESSON, PaneColumn, PaneFrame, Tabs, bindings, names
from tui.widgets.picture import PictureView
from tui.widgets.snapshot_view import SnapshotView
from tui.widgets.status import StatusLine

_FRAME = 2
"""Rows, and columns, of a pane's border."""
VAST = 160
"""Columns from which on those beside the middle are wider."""
ASIDE = 200
"""Columns from which on a lesson stands left of the others, and leaves the picture enough."""
REST_S = 0.05
"""A size rests so long before a picture is drawn for it: a window that is dragged has many."""


class PanesScreen(LessonScreen):
    """Wide: everything at once; narrow: one pane at a time."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        *bindings(),
        Binding("Z", "zoom", "Zoom the pane, and back", show=False),
        Binding("tab", "next_pane(1)", "Next pane", show=False),
        Binding("shift+tab", "next_pane(-1)", "Pane before", show=False),
    ]
    AUTO_FOCUS = ""
    pane: reactive[str] = reactive("experiment")
    """The pane that has the focus: the one that is seen when there is room for one only."""
    zoomed: reactive[bool] = reactive(False)
    """Whether it has the whole screen, though there is room for all."""

    def __init__(self) -> None:
        super().__init__()
        self._is_built = False
        self._lesson_rows: int | None = None
        """How high the lesson's pane is where it stands below the others."""
        self._middle = "picture"
        """Which pane has the middle where there is room for one of them only."""

    @property
    def shows_all(self) -> bool:
        """Whether all panes are seen at once."""
        return self.has_class("-wide") and not self.zoomed

    def on_resize(self, event: Resize) -> None:
        self.set_class(self.size.width >= VAST, "-vast")
        self.set_class(self.size.width >= ASIDE, "-aside")
        self._draw_tabs()
        self._give_room()
        self.call_after_refresh(self._settle)

    def watch_pane(self) -> None:
        if not self._is_built:
            return
        if self.pane in ("network", "picture"):
            self._middle = self.pane
        self._give_room()
        self.set_class(self.pane == LESSON, "-at-lesson")
        for column in self.query(PaneColumn):
            column.choose(self.pane)
        self._draw_tabs()
        self._focus()
        self.call_after_refresh(self._settle)

    def watch_zoomed(self) -> None:
        self.set_class(self.zoomed, "-zoomed")
        self._give_room()
        self.call_after_refresh(self._settle)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A click into a pane leads to it."""
        for frame in event.widget.ancestors:
            if isinstance(frame, PaneFrame):
                self.pane = frame.pane.name

    def action_zoom(self) -> None:
        """Give the pane that has the focus the whole screen, or all of them their own again."""
        if self.has_class("-wide") or self.zoomed:
            self.zoomed = not self.zoomed
        else:
            self.tell("The pane has the whole screen already: digits lead to the others")

    def on_snapshot_view_picked(self, message: SnapshotView.Picked) -> None:
        self.action_zoom()

    def show_lesson(self) -> None:
        super().show_lesson()
        if self._is_built and self._fit_lesson():
            self.call_after_refresh(self._settle)

    def _fit_lesson(self) -> bool:
        """Below the others: no higher than its step, so that they have the rest; whether anew."""
        column = self.query_one(f"#{LESSON}", PaneFrame).parent
        view = self.query_one(LessonView)
        if not isinstance(column, PaneColumn):
            return False
        is_below = self.shows_all and self.play is not None and self.size.width < ASIDE
        rows = view.rows_wanted(self.size.width - _FRAME) + _FRAME if is_below else None
        is_new = rows != self._lesson_rows
        if is_new:
            self._lesson_rows = rows
            column.styles.height = rows
        return is_new

    def _give_room(self) -> None:
        """Where all panes are seen: the network only where it is asked for, or has room."""
        self._fit_lesson()
        side = self._side_of_network()
        shows_network = side is not None or self._middle == "network"
        off = {
            "network": not shows_network,
            "picture": side is None and shows_network,
            "unit": not shows_network and self.pane != "unit",
        }
        for name, is_off in off.items():
            self.query_one(f"#{name}", PaneFrame).set_class(is_off and self.shows_all, "-off")

    def _side_of_network(self) -> Side | None:
        """Where the network is drawn of the picture, if both have room."""
        experiment = self.host.draft.experiment
        column = self.query_one("#picture", PaneFrame).parent
        if not self.shows_all or experiment is None or not isinstance(column, PaneColumn):
            return None
        description = self.host.draft.examiner.known(experiment)
        facts = description.known_facts() if description is not None else None
        width, height = column.size
        if not height:
            return None
        side = room_for_network(planned_shapes(experiment, facts), width, height)
        column.set_class(side == "beside", "-beside")
        return side

    def on_network_view_numbers(self, message: NetworkView.Numbers) -> None:
        self.pane = "unit"

    def reword(self) -> None:
        for frame in self.query(PaneFrame):
            frame.reword()
        self._draw_tabs()

    def _draw_tabs(self) -> None:
        if self._is_built:
            self.query_one(Tabs).show(self.pane, self.size.width, self._panes)

    def on_tabs_chosen(self, message: Tabs.Chosen) -> None:
        self.action_pane(message.name)

    @property
    def _panes(self) -> Sequence[str]:
        """The panes that there are."""
        return names(with_lesson=self.play is not None)

    def action_pane(self, name: str) -> None:
        """Show a pane; where all are seen, go to it. Without a lesson its key lists them."""
        if name == LESSON and self.play is None:
            self.host.action_lessons()
        else:
            self.pane = name

    def action_next_pane(self, by: int) -> None:
        """Show the next pane; where all are seen, the focus goes on."""
        panes = self._panes
        self.action_pane(panes[(panes.index(self.pane) + by) % len(panes)])

    def grid(self) -> tuple[int, int]:
        """Columns and rows of the boundary that there is room for."""
        return self.query_one(PictureView).grid()

    def on_picture_view_resized(self, message: PictureView.Resized) -> None:
        """Also where another line has come or gone."""
        self._tell_grid()

    @work(group="grid", exclusive=True, exit_on_error=False)
    async def _tell_grid(self) -> None:
        await asyncio.sleep(REST_S)
        if self._is_built:
            await self.host.controller.look_at(self.grid())

    def on_screen_resume(self) -> None:
        if self._is_built:
            self._focus()  # at once: keys may follow already
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """Take the layout as it is now."""
        # Columns have their widths by now, and the screen the class of its own.
        self.query_one(StatusLine).facts = self.has_class("-wide")
        self._give_room()
        self._focus()
        self._tell_grid()
        self.show_inside(self._seen())

    def _focus(self) -> None:
        """Keys act on the pane that is chosen."""
        self.set_focus(self.query_one(f"#{self.pane}", PaneFrame).view)
