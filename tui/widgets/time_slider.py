"""The slider of a run's past: it is there as long as one looks back."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message

from tui.language import tr
from tui.live.snapshot import Snapshot
from tui.renderables.numbers import metric
from tui.renderables.time_line import share_of, time_line
from tui.widgets.snapshot_view import SnapshotView

KEYS = "{ } move, space: now, C: continue from here"


class TimeSlider(SnapshotView):
    """Which moment is seen; the mouse drags it."""

    DEFAULT_CSS = """
    TimeSlider { height: 1; display: none; background: $panel; }
    TimeSlider.-past { display: block; }
    """

    class Moved(Message):
        """A person wants to see another moment."""

        def __init__(self, share: float) -> None:
            """share: of the way from the first snapshot to now."""
            super().__init__()
            self.share = share

    def watch_snapshot(self, before: Snapshot, after: Snapshot) -> None:
        is_past = after.past is not None
        self.set_class(is_past, "-past")
        self.screen.set_class(is_past, "-in-past")
        super().watch_snapshot(before, after)

    def drawn_from(self, snapshot: Snapshot) -> tuple[object, ...]:
        return (snapshot.past,)

    def make_rows(self, width: int, height: int) -> list[Text]:
        past = self.snapshot.past
        if past is None:
            return []
        return [time_line(self._told(width), past.index / past.count, width, self.look)]

    def _told(self, width: int) -> str:
        """The moment, and the keys where they have room."""
        past = self.snapshot.past
        if past is None:
            return ""
        parts = [tr(f"step {past.step:,}"), tr(f"epoch {past.epoch:,}")]
        if past.loss is not None:
            parts.append(tr(f"loss {metric(past.loss)}"))
        told = "  ".join(parts)
        keys = tr(KEYS)
        return f"{told}   {keys}" if width >= cell_len(told) + cell_len(keys) + 24 else told

    def on_mouse_down(self, event: MouseDown) -> None:
        self.capture_mouse()
        self._move(event.x)

    def on_mouse_move(self, event: MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._move(event.x)

    def on_mouse_up(self, event: MouseUp) -> None:
        self.release_mouse()

    def _move(self, column: int) -> None:
        share = share_of(column, self.size.width, self._told(self.size.width))
        if share is not None:
            self.post_message(self.Moved(share))
