"""The editor: the experiment as a list of lines, each of which opens its form."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.binding import Binding

from engine.errors import Problem
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import Experiment
from tui.editing.draft import Draft
from tui.editing.draft_items import MORE, Item, value_text
from tui.messages import DraftChanged
from tui.renderables.look import RED, Look
from tui.renderables.numbers import count
from tui.renderables.sanitize import fit, plain
from tui.renderables.table import sentence
from tui.screens.field_form import FieldForm
from tui.screens.fields import FieldsScreen
from tui.screens.form import ComponentForm
from tui.widgets.cursor_rows import CursorRows, Line

_INDENT = 3
_LEAST_VALUE = 14
"""Columns that a layer's call keeps before shapes and parameters are left out."""


class Editor(CursorRows, can_focus=True):
    """Shows and edits the app's draft."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "edit", "Edit"),
        Binding("a", "add_layer", "Add layer"),
        Binding("delete,backspace", "remove_layer", "Remove", key_display="del"),
        Binding("K,shift+up", "move_layer(-1)", "Move up", key_display="K"),
        Binding("J,shift+down", "move_layer(1)", "Move down", key_display="J"),
        Binding("z", "undo", "Undo"),
        Binding("ctrl+y", "redo", "Redo"),
    ]

    @property
    def draft(self) -> Draft:
        """The experiment that is edited; it belongs to the app."""
        draft = getattr(self.app, "draft", None)
        assert isinstance(draft, Draft), "the app of an Editor has a Draft as `draft`"
        return draft

    @property
    def item(self) -> Item:
        """The line under the cursor."""
        items = self.draft.items()
        return items[min(self.cursor, len(items) - 1)]

    def show_draft(self) -> None:
        """Show the draft after something else changed it."""
        self.cursor = self.validate_cursor(self.cursor)
        self.remake()
        self.refresh_bindings()

    def num_items(self) -> int:
        return len(self.draft.items())

    def watch_cursor(self) -> None:
        super().watch_cursor()
        self.refresh_bindings()

    def lines(self, width: int, height: int) -> list[Line]:
        items = self.draft.items()
        shape_width = max(len(item.output) for item in items)
        params = [count(i.params) if i.params is not None else "" for i in items]
        params_width = max(map(len, params))
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
                rows.append(Line(self._heading(section, items, width)))
            right = ""
            if item.output and shape_width:
                right = "  " + _spelled(item.output, self.look).rjust(shape_width)
                free = width - _INDENT - cell_len(item.value) - cell_len(right)
                if params_width and (own or free >= params_width + 2):
                    right += "  " + own.rjust(params_width)
            row, is_cut = self._row(item, right, labels, width, index)
            rows.append(Line(row, index))
            if is_cut and index == self.cursor:
                rows += [Line(text, index) for text in self._whole(item, width)]
            for text in sentence(item.problem, max(0, width - _INDENT), self.look, dim=False):
                told = Text(" " * _INDENT).append(text.plain, self.look.paint(RED))
                rows.append(Line(told, index))
        return rows

    def _heading(self, section: str, items: list[Item], width: int) -> Text:
        row = Text(section, Style(bold=True))
        known = [item.params for item in items if item.params is not None]
        if section == "Layers" and known and not self.draft.problems:
            total = f"{count(sum(known))} params"
            row.append(" " * max(1, width - row.cell_len - len(total)))
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
        row = Text(look.pick("▸", ">") if here else " ")
        row.append(look.pick("✗ ", "! ") if item.problem else "  ", look.paint(RED, bold=True))
        room = max(0, width - row.cell_len - len(right))
        whole = _spelled(item.value, look)
        label = ""
        if item.label and width > 24:
            indent = min(labels + 2, room - cell_len(plain(whole, look.ascii)))
            label = item.label.ljust(max(indent, len(item.label) + 1))
        row.append(label, Style(dim=True))
        value = fit(whole, max(0, room - len(label)), look.ascii)
        row.append(value, look.paint(RED) if item.problem else Style())
        if right:
            row.append(" " * max(0, width - row.cell_len - len(right)))
            row.append(right, Style(dim=True))
        is_cut = value != plain(whole, look.ascii)
        return self._highlit(row, width) if here else row, is_cut

    def _whole(self, item: Item, width: int) -> list[Text]:
        """The rows of a value that its own row had to cut."""
        room = max(0, width - _INDENT)
        rows = sentence(_spelled(item.value, self.look), room, self.look, dim=False)
        return [self._highlit(Text(" " * _INDENT).append_text(row), width) for row in rows]

    def _highlit(self, row: Text, width: int) -> Text:
        """A row of the item under the cursor."""
        return self.marked(row, width, active=True) if self.has_focus else row

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what can't be done here: None."""
        if not isinstance(getattr(self.app, "draft", None), Draft):
            return True
        layer, layers = self.item.layer, len(self.draft.layers())
        can = True
        if action == "remove_layer":
            can = layer is not None
        elif action == "move_layer":
            by = parameters[0] if parameters else 0
            can = layer is not None and isinstance(by, int) and 0 <= layer + by < layers
        elif action == "undo":
            can = self.draft.can_undo()
        elif action == "redo":
            can = self.draft.can_redo()
        return True if can else None

    def picked(self) -> None:
        self.action_edit()

    def action_edit(self) -> None:
        """Open the form of the line under the cursor."""
        item, draft = self.item, self.draft
        index = item.layer
        if item.key == "layers":
            self.action_add_layer()
        elif item.key == MORE:
            self.app.push_screen(FieldsScreen(draft.raw), self._edit_field)
        elif index is not None:
            self._edit_layer(index)
        else:
            self._edit_field(item.key)

    def action_add_layer(self) -> None:
        """Choose a layer to put behind the one under the cursor."""
        draft, item = self.draft, self.item
        index = 0 if item.section == "Data" else len(draft.layers())
        if item.layer is not None:
            index = item.layer + 1

        def check(text: str) -> list[Problem]:
            return draft.problems_after(lambda trial: trial.add_layer(index, text))

        def add(text: str | None) -> None:
            if text is not None:
                draft.add_layer(index, text)
                self._changed(f"layers.{index}")

        self.app.push_screen(ComponentForm("layers", "", check), add)

    def action_remove_layer(self) -> None:
        """Take the layer under the cursor out."""
        if (index := self.item.layer) is not None:
            self.draft.remove_layer(index)
            last = len(self.draft.layers()) - 1
            self._changed(f"layers.{min(index, last)}")

    def action_move_layer(self, by: int) -> None:
        """Move the layer under the cursor along the chain."""
        if (index := self.item.layer) is not None:
            self._changed(f"layers.{self.draft.move_layer(index, by)}")

    def action_undo(self) -> None:
        """Take the last change back."""
        self.draft.undo()
        self._changed()

    def action_redo(self) -> None:
        """Make the change again that was taken back."""
        self.draft.redo()
        self._changed()

    def _edit_layer(self, index: int) -> None:
        draft = self.draft

        def check(text: str) -> list[Problem]:
            place = ("layers", index)
            return draft.problems_after(lambda trial: trial.replace_component(place, text))

        def take(text: str | None) -> None:
            if text is not None:
                draft.replace_component(("layers", index), text)
                self._changed()

        self.app.push_screen(ComponentForm("layers", str(draft.layers()[index]), check), take)

    def _edit_field(self, key: str | None) -> None:
        if key is None:
            return
        draft = self.draft
        _, declaration = Experiment.parameters()[key]
        default = "" if declaration.required else value_text(key, declaration.default)
        now = value_text(key, draft.raw[key]) if key in draft.raw else default

        def set_in(target: Draft, text: str) -> None:
            if text == default and key not in Experiment.always_written:
                target.unset(key)
            else:
                target.set(key, text)

        def check(text: str) -> list[Problem]:
            return draft.problems_after(lambda trial: set_in(trial, text))

        def take(text: str | None) -> None:
            if text is not None:
                set_in(draft, text)
                self._changed(key)

        if key in FAMILIES:
            self.app.push_screen(ComponentForm(key, now, check), take)
        else:
            text = now if key in draft.raw else ""
            self.app.push_screen(FieldForm(key, text, check), take)

    def _changed(self, key: str = "") -> None:
        """Show the change, the cursor on the line of a key, and tell the screen."""
        keys = [item.key for item in self.draft.items()]
        if key in keys:
            self.cursor = keys.index(key)
        self.show_draft()
        self.post_message(DraftChanged())


def _spelled(text: str, look: Look) -> str:
    """A text in the terminal's characters."""
    return text.replace("×", "x").replace("…", "...") if look.ascii else text
