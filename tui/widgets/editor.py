"""The editor: the experiment as a list of lines, each of which opens its form."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.binding import Binding
from textual.events import Click
from textual.reactive import reactive

from engine.errors import Problem
from engine.parts.layers.address import Address, key
from engine.spec import layer_texts
from engine.spec.catalogue import FAMILIES
from engine.spec.experiment import Experiment
from tui.editing.draft import Draft
from tui.editing.draft_items import MORE, Item, value_text
from tui.editing.topics import of_line
from tui.language import tr
from tui.messages import DraftChanged
from tui.renderables.sanitize import plain
from tui.renderables.table import sentence
from tui.screens.field_form import FieldForm
from tui.screens.fields import FieldsScreen
from tui.screens.form import ComponentForm
from tui.widgets.cursor_rows import LEFT, CursorRows, Line
from tui.widgets.editor_lines import EditorLines, sign_columns
from tui.widgets.handle_rows import FORTH

LEAST_HELP = 5
"""Rows that must be free for help on the line under the cursor."""
HELP_INDENT = 1
NOTHING_DONE, NOTHING_UNDONE = "There is nothing to take back", "Nothing was taken back"
"""Why undo and redo do nothing."""


class Editor(CursorRows, can_focus=True):
    """Shows and edits the app's draft."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "edit", "Edit"),
        Binding("a", "add_layer", "Add layer"),
        Binding("delete,backspace", "remove_layer", "Remove", key_display="del"),
        Binding("K,shift+up", "move_layer(-1)", "Move up", key_display="K"),
        Binding("J,shift+down", "move_layer(1)", "Move down", key_display="J"),
        Binding("F", "freeze_layer", "Freeze", show=False),
        Binding("right", "open_block(True)", "Open block", key_display="→"),
        Binding("left", "open_block(False)", "Close block", key_display="←"),
        Binding("right", "step_up", "Step", key_display="← →"),
        Binding("left", "step_down", "Step back", key_display="←", show=False),
        Binding("space", "switch", "On or off", key_display="space"),
        Binding("right", "choose(1)", "Next choice", key_display="→", show=False),
        Binding("left", "choose(-1)", "Choice before", key_display="←", show=False),
        Binding("z", "undo", "Undo"),
        Binding("ctrl+y", "redo", "Redo"),
    ]

    chosen: reactive[int] = reactive(0, repaint=False)
    """Which of the choices of its line the cursor is on."""
    _opened: Experiment | None = None
    """What was opened when the draft was shown last."""

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

    def on_mount(self) -> None:
        self._opened = self._origin()

    def show_draft(self) -> None:
        """Show the draft after something else changed it; another experiment from its top."""
        opened = self._origin()
        if opened != self._opened:
            self._opened = opened
            self.cursor = 0
        self.cursor = self.validate_cursor(self.cursor)
        self.remake()
        self.refresh_bindings()

    def _origin(self) -> Experiment | None:
        origin = self.draft.origin
        return origin.experiment if origin is not None else None

    def num_items(self) -> int:
        return len(self.draft.items())

    def watch_cursor(self) -> None:
        super().watch_cursor()
        self.draft.end_steps()
        self.refresh_bindings()

    def watch_chosen(self) -> None:
        self.remake()

    def lines(self, width: int, height: int) -> list[Line]:
        items, complete = self.draft.items(), not self.draft.problems
        drawn = EditorLines(items, self.cursor, self.look, self.chosen, complete, self._highlit)
        rows = drawn.lines(width, height)
        told = self._help(width) if height - len(rows) > LEAST_HELP else []
        fits = told and len(rows) + len(told) < height
        return [*rows, Line(Text()), *(Line(row) for row in told)] if fits else rows

    def _help(self, width: int) -> list[Text]:
        """What the line under the cursor means, where rows are left below all lines."""
        topics = of_line(self.draft, self.item)
        if not topics:
            return []
        told = topics[0]()
        rows = [
            *sentence(told.what, width - HELP_INDENT, self.look),
            *sentence(told.here, width - HELP_INDENT, self.look),
        ]
        return [Text(" " * HELP_INDENT).append_text(row) for row in rows]

    def _highlit(self, row: Text, width: int) -> Text:
        """A row of the item under the cursor."""
        return self.marked(row, width, active=True) if self.has_focus else row

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey what can't be done here: None."""
        if not isinstance(getattr(self.app, "draft", None), Draft):
            return True
        item = self.item
        layer = item.layer
        can = True
        if action == "remove_layer":
            can = layer is not None
        elif action == "freeze_layer":
            return layer is not None  # elsewhere the key is another's
        elif action == "move_layer":
            by = parameters[0] if parameters else 0
            can = layer is not None and isinstance(by, int) and self.draft.can_move(layer, by)
        elif action == "open_block":
            closing = not (parameters and parameters[0])
            # Where there is no block there is no such key.
            return item.block == ("open" if closing else "closed") or (closing and item.depth > 0)
        elif action in ("step_up", "step_down"):
            return item.is_stepper
        elif action in ("switch", "choose"):
            return item.is_switches
        elif action == "undo":
            can = self.draft.can_undo()
        elif action == "redo":
            can = self.draft.can_redo()
        return True if can else None

    def why_not(self, action: str) -> str:
        """Why the line under the cursor can't be changed so."""
        return {
            "remove_layer": "Only a layer can be removed: move the cursor onto one",
            "freeze_layer": "Only a layer can be frozen: move the cursor onto one",
            "move_layer": "Only a layer can be moved, and not past the network's ends",
            "open_block": "Here enter edits: ← and → step a value between ‹ and ›, or open a block",
            "step_up": "Only a value between arrows goes in steps",
            "step_down": "Only a value between arrows goes in steps",
            "switch": "Only the inputs are switched on and off: move the cursor onto their line",
            "choose": "Only the inputs stand beside one another",
            "undo": NOTHING_DONE,
            "redo": NOTHING_UNDONE,
        }.get(action, "")

    def picked(self) -> None:
        self.action_edit()

    def action_edit(self) -> None:
        """Open the form of the line under the cursor."""
        item, draft = self.item, self.draft
        address = item.layer
        if item.key == "layers":
            self.action_add_layer()
        elif item.key == MORE:
            self.app.push_screen(FieldsScreen(draft.raw, draft.experiment), self._edit_field)
        elif address is not None:
            self._edit_layer(address)
        else:
            self._edit_field(item.key.partition(".")[0])

    def action_step_up(self) -> None:
        """Move the value under the cursor to the next."""
        self._step(1)

    def action_step_down(self) -> None:
        """Move the value under the cursor to the one before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        if self.draft.step(self.item.key, by):
            self._changed()

    def action_choose(self, by: int) -> None:
        """Go to the next of the choices beside one another, or to the one before."""
        self.chosen = min(max(self.chosen + by, 0), len(self._choices()) - 1)

    def action_switch(self) -> None:
        """Switch the choice under the cursor on or off."""
        choices = self._choices()
        if not choices:
            return
        self.chosen = min(self.chosen, len(choices) - 1)
        self._switch(choices[self.chosen])

    def _choices(self) -> list[str]:
        return list(self.draft.choices(self.item.key))

    def _switch(self, choice: str) -> None:
        if self.draft.switch(self.item.key, choice):
            self._changed()
        else:
            self.app.notify("One input at least must stay on", markup=False)

    def action_add_layer(self) -> None:
        """Choose a layer to put behind the one under the cursor, or first into an open block."""
        draft, item = self.draft, self.item
        address: Address = (0 if item.section == "Data" else len(draft.layers()),)
        if item.layer is not None:
            *around, index = item.layer
            address = (*item.layer, 0) if item.block == "open" else (*around, index + 1)

        def check(text: str) -> list[Problem]:
            return draft.problems_after(lambda trial: trial.add_layer(address, text))

        def add(text: str | None) -> None:
            if text is not None:
                draft.add_layer(address, text)
                self._changed(key(address))

        def added(text: str) -> Experiment | None:
            return draft.after(lambda trial: trial.add_layer(address, text)).experiment

        self.app.push_screen(ComponentForm("layers", "", check, address, added), add)

    def action_remove_layer(self) -> None:
        """Take the layer under the cursor out."""
        if (address := self.item.layer) is not None:
            self.draft.remove_layer(address)
            *around, index = address
            keys = {item.key for item in self.draft.items()}
            nearest = [(*around, index), (*around, index - 1), tuple(around)]
            self._changed(next((key(one) for one in nearest if key(one) in keys), ""))

    def action_freeze_layer(self) -> None:
        """Leave the layer under the cursor as it is in the training, or have it learn again."""
        if (address := self.item.layer) is not None:
            self.draft.freeze_layer(address)
            self._changed()

    def action_move_layer(self, by: int) -> None:
        """Move the layer under the cursor along the chain."""
        if (address := self.item.layer) is not None:
            self._changed(key(self.draft.move_layer(address, by)))

    def action_open_block(self, is_open: bool) -> None:
        """Show the layers inside of the block under the cursor, or close the block around it."""
        item = self.item
        if item.layer is None or (is_open and item.block != "closed"):
            return
        address = item.layer if is_open or item.block == "open" else item.layer[:-1]
        if address:
            self.draft.open_block(address, is_open=is_open)
            self._place_cursor(key(address))
            self.show_draft()

    def action_undo(self) -> None:
        """Take the last change back."""
        self._travel(self.draft.undo)

    def action_redo(self) -> None:
        """Make the change again that was taken back."""
        self._travel(self.draft.redo)

    def _travel(self, go: Callable[[], None]) -> None:
        """Go through the changes, and say where that leads to another experiment."""
        before = self.draft.name
        go()
        self._changed()
        if self.draft.name != before:
            text = tr(
                f"This is {self.draft.name or 'another experiment'} again, no longer {before}"
            )
            self.app.notify(plain(text, self.look.ascii), markup=False)

    def _edit_layer(self, address: Address) -> None:
        draft = self.draft

        def check(text: str) -> list[Problem]:
            return draft.problems_after(lambda trial: trial.replace_component(address, text))

        def take(text: str | None) -> None:
            if text is not None:
                draft.replace_component(address, text)
                self._changed()

        def taken(text: str) -> Experiment | None:
            return draft.after(lambda trial: trial.replace_component(address, text)).experiment

        text = str(layer_texts.at(draft.layers(), address))
        self.app.push_screen(ComponentForm("layers", text, check, address, taken), take)

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

        def taken(text: str) -> Experiment | None:
            return draft.after(lambda trial: set_in(trial, text)).experiment

        if key in FAMILIES:
            self.app.push_screen(ComponentForm(key, now, check, key, taken), take)
        else:
            text = now if key in draft.raw else ""
            self.app.push_screen(FieldForm(key, text, check, taken), take)

    def on_click(self, event: Click) -> None:
        """A click on a block's sign opens or closes it, one on an arrow or a choice moves it.

        Any other is for the line.
        """
        items = self.draft.items()
        index = self.item_at(event.y)
        if index is None or index >= len(items):
            return
        item = items[index]
        if event.x in sign_columns(item):
            event.prevent_default()
            self.cursor = index
            self.action_open_block(item.block == "closed")
        elif event.button == LEFT and (spot := self.spot_at(event.x, event.y)):
            event.prevent_default()
            self.cursor = index
            if item.is_stepper:
                self._step(1 if spot == FORTH else -1)
            else:
                self.chosen = self._choices().index(spot)
                self._switch(spot)

    def _place_cursor(self, where: str) -> None:
        keys = [item.key for item in self.draft.items()]
        if where in keys:
            self.cursor = keys.index(where)

    def _changed(self, where: str = "") -> None:
        """Show the change, the cursor on the line of a key, and tell the screen."""
        self._place_cursor(where)
        self.show_draft()
        if self.draft.remark:
            self.app.notify(plain(f"{self.draft.remark}: left out", self.look.ascii), markup=False)
        self.post_message(DraftChanged())
