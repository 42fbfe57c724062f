"""The views of a sweep: its table, heat map, small pictures and curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message

from tui.language import tr
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.small_multiples import Small, small_multiples
from tui.renderables.table import sentence
from tui.widgets.cursor_rows import CursorRows, Line
from tui.widgets.rows import RowsView

if TYPE_CHECKING:  # the app loads its screens before the engine
    from engine.sweeps.results import Row
    from tui.past.sweep_view import Curve, SweepView

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

    @property
    def chosen(self) -> Row | None:
        """The configuration under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def show(self, view: SweepView, rows: Sequence[Row], hint: str) -> None:
        """Show these, the cursor on the configuration where it was."""
        before = self.chosen
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
        if self._view is None or not self._rows:
            return [Line(row) for row in sentence(self._hint, width, self.look, dim=False)]
        from tui.past.sweep_lines import results_sheet

        sheet = results_sheet(self._view.results, self.look, self._rows)
        lines = [Line(sheet.heading(width)), Line(sheet.rule(width))]
        for index in range(len(self._rows)):
            row = sheet.row(index, width)
            if index == self.cursor:
                row = self.marked(row, width, active=self.has_focus)
            lines.append(Line(row, index))
        return lines


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
