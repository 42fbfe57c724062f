"""The views of a sweep: its table, heat map, small pictures and curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.small_multiples import Small, small_multiples
from tui.renderables.table import Sheet, sentence
from tui.widgets.cursor_rows import CursorRows, Line
from tui.widgets.rows import RowsView

if TYPE_CHECKING:  # the app loads its screens before the engine
    from engine.sweeps.results import Row
    from tui.past.sweep_view import Curve, SweepView

MOST_LISTED = 1_000
"""Configurations in the table; a filter leads to those behind them."""
MOST_CURVES = 8
MOST_PICTURES = 60


class SweepTable(CursorRows, can_focus=True):
    """Configurations under a cursor; enter opens one."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "select", "Open", key_display="enter"),
    ]

    class Selected(Message):
        """The configuration under the cursor is to be opened."""

    class Moved(Message):
        """The cursor is on another configuration, or there are others."""

    def __init__(self) -> None:
        super().__init__()
        self._view: SweepView | None = None
        self._rows: Sequence[Row] = ()
        self._hint = ""
        self._sheet: Sheet | None = None
        self._drawn_for: Look | None = None

    @property
    def chosen(self) -> Row | None:
        """The configuration under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def show(self, view: SweepView, rows: Sequence[Row], hint: str) -> None:
        """Show these, the cursor on the configuration where it was."""
        from tui.past.sweep_lines import results_sheet

        before, rows = self.chosen, rows[:MOST_LISTED]
        known = self._view.results if self._view is not None else None
        if view.results is not known or rows != self._rows or self._drawn_for != self.look:
            self._sheet = results_sheet(view.results, self.look, rows) if rows else None
            self._drawn_for = self.look
        self._view, self._rows, self._hint = view, rows, hint
        if before is not None:
            places = {row.cell: place for place, row in enumerate(rows)}
            self.cursor = places.get(before.cell, self.cursor)
        self.cursor = self.validate_cursor(self.cursor)
        self.remake()
        self.post_message(self.Moved())

    def watch_cursor(self) -> None:
        super().watch_cursor()
        self.post_message(self.Moved())

    def num_items(self) -> int:
        return len(self._rows)

    def picked(self) -> None:
        self.post_message(self.Selected())

    def action_select(self) -> None:
        """Open the configuration under the cursor."""
        self.picked()

    def lines(self, width: int, height: int) -> list[Line]:
        """What there is to say where there is nothing to list."""
        return [Line(row) for row in sentence(self._hint, width, self.look, dim=False)]

    def make_rows(self, width: int, height: int) -> list[Text]:
        sheet, total = self._sheet, len(self._rows)
        if sheet is None:
            return super().make_rows(width, height)
        room, below = max(width - 2, 0), max(height - 2, 0)  # arrows; the heading and its rule
        self._keep_seen(self.cursor, self.cursor, below)
        self._top = max(0, min(self._top, total - below))
        seen = [
            Line(self._row(sheet, place, room), place)
            for place in range(self._top, min(self._top + below, total))
        ]
        drawn = self._drawn(seen, total, width) if seen else []
        self._shown = [Line(Text()), Line(Text()), *seen]  # where a click is looked up
        return [sheet.heading(room), sheet.rule(room), *drawn]

    def _row(self, sheet: Sheet, place: int, width: int) -> Text:
        row = sheet.row(place, width)
        return self.marked(row, width, active=self.has_focus) if place == self.cursor else row


class SweepMap(RowsView):
    """The heat map over two axes, with the configuration under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: SweepView | None = None
        self._chosen: Row | None = None

    def show(self, view: SweepView, chosen: Row | None) -> None:
        """Show this, the cursor on that."""
        is_new, self._view, self._chosen = self._view is None, view, chosen
        if is_new:
            self.refresh(layout=True)
        self.remake()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.make_rows(width, 0))

    def make_rows(self, width: int, height: int) -> list[Text]:
        from tui.past.sweep_lines import has_map, results_map

        if self._view is None:
            return []
        if not has_map(self._view.plan):
            return sentence("A heat map takes two axes of single values.", width, self.look)
        values = self._chosen.values if self._chosen is not None else None
        return results_map(self._view.results, width, self.look, values)


class SweepPictures(RowsView):
    """The boundaries side by side, in the order of the table."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._pictures: list[Small] = []

    def show(self, view: SweepView, rows: Sequence[Row], chosen: Row | None) -> None:
        """Show the boundaries of these."""
        marked = chosen.cell if chosen is not None else None
        self._pictures = [
            Small(" ".join(row.values), view.boundaries[row.cell], row.cell == marked)
            for row in rows[:MOST_PICTURES]
            if row.cell in view.boundaries
        ]
        self.remake()

    def make_rows(self, width: int, height: int) -> list[Text]:
        if not self._pictures:
            text = tr(
                "Boundaries are drawn of data with two inputs, once a training of it is over."
            )
            return sentence(text, width, self.look)
        return small_multiples(self._pictures, width, height, self.look)


class SweepCurves(RowsView):
    """The training losses of the first few of the table."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._curves: list[LossSeries] = []
        self.is_log = False

    def show(self, view: SweepView, curves: Sequence[tuple[Row, Curve]]) -> None:
        """Show these."""
        self._curves = [
            LossSeries(view.title(row), [at for at, _ in curve], [loss for _, loss in curve])
            for row, curve in curves
        ]
        self.remake()

    def make_rows(self, width: int, height: int) -> list[Text]:
        title = tr("Training loss")
        return loss_chart(self._curves, width, height, self.look, log=self.is_log, title=title)
