"""What every view of a training is."""

from __future__ import annotations

from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive

from engine.explanation.explanation import Figure
from tui.live.snapshot import Snapshot
from tui.widgets.rows import RowsView

EMPTY = Snapshot()


class SnapshotView(RowsView):
    """Shows one side of the controller's newest snapshot."""

    BINDINGS = [Binding("enter", "pick", "Zoom", show=False)]  # noqa: RUF012  # Textual's own

    class Picked(Message):
        """Enter was pressed on it: it is to be seen large."""

    snapshot: reactive[Snapshot] = reactive(EMPTY, repaint=False)

    def action_pick(self) -> None:
        """Have it seen large, or as before."""
        self.post_message(self.Picked())

    @property
    def figure(self) -> Figure | None:
        """How to read it; None where it says all itself."""
        return None

    def drawn_from(self, snapshot: Snapshot) -> tuple[object, ...]:
        """What of a snapshot is drawn: rows are made anew only where one of these is another."""
        return (snapshot,)

    def watch_snapshot(self, before: Snapshot, after: Snapshot) -> None:
        old, new = self.drawn_from(before), self.drawn_from(after)
        if any(one is not other for one, other in zip(old, new, strict=True)):
            self.remake()
