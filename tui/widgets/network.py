"""The network as a pane: a tile for every unit, with a cursor over them."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Blur, Click, Focus, MouseScrollDown, MouseScrollUp, Resize
from textual.message import Message
from textual.reactive import reactive

from engine.explanation.explanation import Figure
from engine.runs.inside import Inside, Look, Unit
from tui.language import tr
from tui.live.snapshot import Snapshot
from tui.renderables.network.arrangement import SIZES
from tui.renderables.network.drawing import NetworkDrawing
from tui.renderables.network.figures import Done, done_rows
from tui.renderables.network.large import titled
from tui.renderables.sequence import layer_rows
from tui.renderables.table import sentence
from tui.widgets import touching
from tui.widgets.snapshot_view import SnapshotView
from tui.widgets.touching import Looked, Touching

ARRIVING = "The network with its first weights is being drawn."
NOTHING = "There is no network to draw: the experiment (1) says what is missing."
LEAST_NETWORK = 3
"""Rows that it has in any case, whatever else is to be told."""
FIRST_SAMPLE = -1
"""The engine's for the one to look at first."""


class NetworkView(SnapshotView, Touching, can_focus=True):
    """Draws a network from within; knows which unit is looked at, and how."""

    figure = Figure(
        "Network",
        "Draws each unit as a tile: orange where it gives less than nothing, blue where more. "
        "Lines are weights, the heavier the larger.",
        "Here {layers} layers hold {parameters} numbers to learn.",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move('left')", "Unit at the left", show=False),
        Binding("right", "move('right')", "Unit at the right", show=False),
        Binding("up", "move('up')", "Unit above", show=False),
        Binding("down", "move('down')", "Unit below", show=False),
        Binding("enter", "pick", "Its numbers, to set one", show=False),
        *touching.BINDINGS,
    ]

    chosen: reactive[Unit | None] = reactive(None, repaint=False)
    """The unit that is looked at; None for the output."""
    is_before: reactive[bool] = reactive(False, repaint=False)
    """Whether tiles are of what goes into the activations."""
    is_learned: reactive[bool] = reactive(False, repaint=False)
    """Whether weights are drawn as pictures, not what is made of the sample."""
    sample: reactive[int] = reactive(FIRST_SAMPLE, repaint=False)
    """Of a picture: the row of the one that goes through the network."""
    problem: reactive[str] = reactive("", repaint=False)
    """Why there is none."""
    is_new: reactive[bool] = reactive(False, repaint=False)
    """Whether it will be there in a moment."""

    done: reactive[Done | None] = reactive(None, repaint=False)
    """The newest touch of the unit, where nothing else tells what it did."""

    class Numbers(Message):
        """The chosen unit's numbers are to be seen."""

    @property
    def inside(self) -> Inside | None:
        """What is known of the network."""
        return self.snapshot.inside

    @property
    def unit(self) -> Unit | None:
        """The unit that is looked at, one that there is; None while nothing is known."""
        inside = self.inside
        if inside is None:
            return self.chosen
        chosen = self.chosen
        if chosen is not None:
            for column in inside.columns:
                if column.layer == chosen.layer and chosen.index < column.num_units:
                    return chosen
        output = next((column for column in inside.columns if column.is_output), inside.columns[-1])
        return Unit(output.layer, output.units[0].index)

    @property
    def is_of_pictures(self) -> bool:
        """Whether samples go through it one by one."""
        inside = self.inside
        if inside is None:
            return False
        tile = inside.columns[0].units[0].tile
        return tile is not None and tile.kind in ("map", "weights")

    def look_wanted(self, *, large: tuple[int, int]) -> Look:
        """What is to be asked for; large: cells of the chosen unit's own tile."""
        tile = self._drawing().arrangement.tile if self.inside is not None else SIZES[4]
        is_half = self.look.half_blocks
        is_sampled = self.is_of_pictures and not self.is_learned
        return Look(
            columns=tile[0],
            rows=2 * tile[1] - 1 if is_half else max(tile[1] - 1, 1),
            before=self.is_before,
            unit=self.unit if self.inside is not None else None,
            large=large,
            sample=self.sample if is_sampled else None,
        )

    def drawn_from(self, snapshot: Snapshot) -> tuple[object, ...]:
        return snapshot.inside, snapshot.phase, snapshot.pictures if self._has_maps else None

    def make_rows(self, width: int, height: int) -> list[Text]:
        if self.inside is None:
            told = self.problem or (ARRIVING if self.is_new else NOTHING)
            return sentence(told, width, self.look)
        drawing = self._drawing()
        rows = drawing.rows()
        below = [*self._map_rows(width, height), *self._done_rows(width, height)]
        return [*rows, *([Text()] * (drawing.height - len(rows))), *below]

    def _drawing(self) -> NetworkDrawing:
        assert self.inside is not None, "there is a network"
        width, height = self.size
        height -= len(self._done_rows(width, height)) + len(self._map_rows(width, height))
        return NetworkDrawing(
            self.inside, width, height, self.look, self.unit, is_active=self.has_focus
        )

    @property
    def _has_maps(self) -> bool:
        """Whether something is seen of what the unit's layer does with a sequence."""
        return bool(self._map_rows(*self.size))

    def _map_rows(self, width: int, height: int) -> list[Text]:
        """What the unit's layer does with a sequence, below the network."""
        pictures, unit = self.snapshot.pictures, self.unit
        if pictures is None or unit is None or self.inside is None:
            return []
        room = height * 2 // 3
        return layer_rows(pictures.maps, pictures.plane, unit.layer, width, room, self.look)

    def _done_rows(self, width: int, height: int) -> list[Text]:
        """What the newest touch did, below the network."""
        rows = [] if self.done is None else done_rows(self.done, width, self.look)
        return rows[: max(height - LEAST_NETWORK, 0)]

    def watch_chosen(self) -> None:
        self._turned()

    def watch_is_before(self) -> None:
        self._turned()

    def watch_is_learned(self) -> None:
        self._turned()

    def watch_sample(self) -> None:
        self._turned()

    def watch_done(self) -> None:
        self.remake()

    def watch_problem(self) -> None:
        self.remake()

    def watch_is_new(self) -> None:
        self.remake()

    def _turned(self) -> None:
        self.remake()
        self.post_message(Looked())

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.post_message(Looked())

    def on_focus(self, event: Focus) -> None:
        self.remake()

    def on_blur(self, event: Blur) -> None:
        self.remake()

    def heading(self) -> str:
        """What the pane is called now."""
        inside, unit = self.inside, self.unit
        if inside is None or unit is None:
            return tr("Network")
        side = tr(", before activations") if self.is_before else ""
        return tr(f"Network: {titled(inside, unit)}{side}")

    def action_pick(self) -> None:
        """Go to the unit's numbers."""
        self.post_message(self.Numbers())

    def action_move(self, where: str) -> None:
        """Look at the unit that lies there."""
        inside, unit = self.inside, self.unit
        if inside is None or unit is None or not self.size.area:
            return
        self.chosen = self._drawing().neighbor(where)

    def step(self, by: int) -> None:
        """Look at the unit before in the same column, or the next."""
        inside, unit = self.inside, self.unit
        if inside is None or unit is None:
            return
        for column in inside.columns:
            if column.layer == unit.layer:
                order = [one.index for one in column.units]
                at = order.index(unit.index) if unit.index in order else 0
                index = order[max(0, min(at + by, len(order) - 1))]
                self.chosen = Unit(unit.layer, index)

    def next_sample(self, by: int) -> None:
        """Take the next of the samples that are to be looked at, or the one before."""
        seen = self.inside.sample if self.inside is not None else None
        if seen is None or not seen.rows:
            return
        at = seen.rows.index(seen.sample.row) if seen.sample.row in seen.rows else -1
        self.sample = seen.rows[(at + by) % len(seen.rows)]

    def on_click(self, event: Click) -> None:
        if self.inside is None:
            return
        unit = self._drawing().unit_at(event.x, event.y)
        if unit is None:
            return
        if unit == self.unit and event.chain > 1:
            self.post_message(self.Numbers())
        self.chosen = unit

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        event.stop()
        self.step(1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        event.stop()
        self.step(-1)
