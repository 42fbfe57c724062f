"""The rows of the editor: items with their shapes and parameters, blocks indented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.editing.draft_items import Item
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.numbers import count
from tui.renderables.palette import BROKEN
from tui.renderables.sanitize import fit, plain
from tui.renderables.table import sentence
from tui.widgets.cursor_rows import Line
from tui.widgets.handle_rows import choice_rows, stepper_row

_INDENT = 3
_BLOCK_SIGNS = {"": "", "closed": "+ ", "open": "- "}
_LEAST_SHAPE, _LEAST_PARAMS, _ROOMY = 5, 6, 44
"""Columns that shapes and parameters have where so many are, so that few edits move them."""
_HOLE = Style(reverse=False, bold=True)
"""Of the choice that the cursor is on, in a row that is reversed."""
_LEAST_VALUE = 14
"""Columns that a layer's call keeps before shapes and parameters are left out."""


@dataclass(frozen=True)
class EditorLines:
    """Draws the items of a draft."""

    items: list[Item]
    cursor: int
    look: Look
    chosen: int
    """Which of a line's choices the cursor is on."""
    is_complete: bool
    """Whether all parameters are known."""
    highlit: Callable[[Text, int], Text]
    """Marks a row of the item under the cursor, over a width."""

    def lines(self, width: int, height: int) -> list[Line]:
        """Every row at a width, with free lines between the sections where there is room."""
        items = self.items
        roomy = width >= _ROOMY
        shape_width = max(len(item.output) for item in items)
        shape_width = max(shape_width, _LEAST_SHAPE) if roomy else shape_width
        params = [count(i.params) if i.params is not None else "" for i in items]
        params_width = max(map(len, params))
        params_width = max(params_width, _LEAST_PARAMS) if roomy else params_width
        if width - shape_width - params_width - 4 < _INDENT + _LEAST_VALUE:
            params_width = 0
        if width - shape_width - params_width - 4 < _INDENT + _LEAST_VALUE:
            shape_width = 0
        labels = max(len(item.label) for item in items)
        spacious = height >= len(items) + 6
        rows: list[Line] = []
        section = ""
        for index, (item, own) in enumerate(zip(items, params, strict=True)):
            if item.section != section:
                rows += [Line(Text())] if spacious and rows else []
                section = item.section
                rows.append(Line(self._heading(section, width)))
            if item.handled is not None:
                rows += self._handle_lines(item, labels, width, index)
                rows += self._problem_lines(item, width, index)
                continue
            right = ""
            if item.output and shape_width:
                right = "  " + _spelled(item.output, self.look).rjust(shape_width)
                free = width - _INDENT - cell_len(_sign(item) + item.value) - cell_len(right)
                if params_width and (own or free >= params_width + 2):
                    right += "  " + own.rjust(params_width)
            row, is_cut = self._row(item, right, labels, width, index)
            rows.append(Line(row, index))
            if is_cut and index == self.cursor:
                rows += [Line(text, index) for text in self._whole(item, width)]
            rows += self._problem_lines(item, width, index)
        return rows

    def _problem_lines(self, item: Item, width: int, index: int) -> list[Line]:
        rows = sentence(item.problem, max(0, width - _INDENT), self.look, dim=False)
        told = (Text(" " * _INDENT).append(row.plain, self.look.paint(BROKEN)) for row in rows)
        return [Line(row, index) for row in told]

    def _handle_lines(self, item: Item, labels: int, width: int, index: int) -> list[Line]:
        """A value between its arrows, or choices that are on or off."""
        one, look = item.handled, self.look
        assert one is not None, "others have a row of their own"
        here = index == self.cursor
        lead = self._lead(item, here)
        if one.choices:
            label = item.label.ljust(len(item.label) + 1)
            on = {choice: choice in one.value for choice in one.choices}
            chosen = self.chosen if here else None
            room = width - lead.cell_len
            drawn = choice_rows(on, room, look, chosen, less=len(label))
        else:
            label = item.label.ljust(max(labels + 2, len(item.label) + 1))
            if width < len(label) + _LEAST_VALUE:
                label = item.label.ljust(len(item.label) + 1)
            drawn = [stepper_row(one.shown, look, is_broken=bool(item.problem))]
        lines = []
        for number, row in enumerate(drawn):
            first = Text(" " * lead.cell_len)
            if not number:
                first = lead.copy().append(label, Style(dim=True))
            line = row.moved(first)
            text = self.highlit(line.text, width) if here else line.text
            if here and row.cursor is not None and text is not line.text:
                left = row.cursor.start + first.cell_len
                text.stylize(_HOLE, left, left + len(row.cursor))
            lines.append(Line(text, index, line.spots))
        return lines

    def _lead(self, item: Item, here: bool) -> Text:
        row = Text(self.look.pick("▸", ">") if here else " ")
        if item.is_frozen and not item.problem:
            return row.append(self.look.pick("❄ ", "* "))
        sign = self.look.pick("✗ ", "! ") if item.problem else "  "
        return row.append(sign, self.look.paint(BROKEN, bold=True))

    def _heading(self, section: str, width: int) -> Text:
        row = Text(tr(section), Style(bold=True))
        known = [item.params for item in self.items if item.params is not None and not item.depth]
        if section == "Layers" and known and self.is_complete:
            total = tr(f"{count(sum(known))} params")
            frozen = sum(i.params or 0 for i in self.items if i.is_frozen and not i.depth)
            if frozen:
                total = tr(f"{count(sum(known))} params, {count(frozen)} frozen")
            row.append(" " * max(1, width - row.cell_len - cell_len(total)))
            row.append(total, Style(dim=True))
        return row

    def _row(
        self, item: Item, right: str, labels: int, width: int, index: int
    ) -> tuple[Text, bool]:
        """The row of a line, and whether its value is cut.

        A long value begins further left than the others: it ends where the room does.
        """
        look = self.look
        here = index == self.cursor
        row = self._lead(item, here)
        room = max(0, width - row.cell_len - len(right))
        whole = _spelled(item.value, look)
        label = ""
        if item.label and width > 24:
            indent = min(labels + 2, room - cell_len(plain(whole, look.ascii)))
            label = item.label.ljust(max(indent, len(item.label) + 1))
        sign = _sign(item)
        row.append(label + sign, Style(dim=True))
        left = max(0, room - len(label + sign))
        is_brief = item.block == "open" and cell_len(whole) > left  # a name says more than […
        value = fit(whole.partition("(")[0] if is_brief else whole, left, look.ascii)
        row.append(value, look.paint(BROKEN) if item.problem else Style())
        if right:
            row.append(" " * max(0, width - row.cell_len - len(right)))
            row.append(right, Style(dim=True))
        is_cut = value != plain(whole, look.ascii)
        return self.highlit(row, width) if here else row, is_cut

    def _whole(self, item: Item, width: int) -> list[Text]:
        """The rows of a value that its own row had to cut."""
        room = max(0, width - _INDENT)
        rows = sentence(_spelled(item.value, self.look), room, self.look, dim=False)
        return [self.highlit(Text(" " * _INDENT).append_text(row), width) for row in rows]


def sign_columns(item: Item) -> range:
    """Where a block's sign stands in its row; nowhere for any other item."""
    left = _INDENT + 2 * item.depth
    return range(left, left + len(_BLOCK_SIGNS[item.block]))


def _sign(item: Item) -> str:
    """What stands before a layer: an indent for each block around it, and a block's sign."""
    return "  " * item.depth + _BLOCK_SIGNS[item.block]


def _spelled(text: str, look: Look) -> str:
    """A text in the terminal's characters."""
    return text.replace("×", "x").replace("…", "...") if look.ascii else text
