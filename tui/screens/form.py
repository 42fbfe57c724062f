"""The form of a component, drawn from its declaration."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from engine.limits import CALL
from engine.parts.component import Component
from engine.parts.layers.address import Address
from engine.spec.catalogue import FAMILIES
from tui.editing import topics
from tui.editing.call_form import (
    ParsedCall,
    fields_of,
    matching,
    read_call,
    read_texts,
    written,
)
from tui.editing.topics import Topic
from tui.language import tr
from tui.screens.form_frame import Check, Form, Taken
from tui.widgets.call_input import CallInput
from tui.widgets.choices import Choice, Choices
from tui.widgets.parameter_row import Cycle, ParameterRow, spread


class ComponentForm(Form):
    """Chooses a component of a family and its arguments; gives the call, or None.

    The text at the top is the truth: a name filters the list, a whole call is the fast path,
    and the fields below are another way to write the same call.
    """

    def __init__(
        self,
        family: str,
        call_text: str = "",
        check: Check | None = None,
        place: str | Address = "",
        taken: Taken | None = None,
    ) -> None:
        """place: where the component will stand, in the experiment that `taken` makes of a call."""
        super().__init__()
        self._place = place
        self._taken = taken or (lambda text: None)
        self._family = family
        self._initial = call_text
        self._check = check or (lambda text: ())
        self._parsed = read_call(family, call_text)
        self._seen = call_text
        """The text at the top that was read last."""
        self.rows: list[ParameterRow] = []
        """The fields that are asked for, or were last."""
        self._asked: dict[str, str] = {}
        """Their texts that were read last."""
        self._moved = False
        """Whether the list's cursor was moved since the text was typed."""

    def compose(self) -> ComposeResult:
        with Vertical(id="frame"):
            yield Static(self._title(), id="title", markup=False)
            yield CallInput(
                self._initial,
                compact=True,
                id="call",
                max_length=CALL.most,
                placeholder=tr("a name to search for, or a whole call"),
            )
            with Vertical(id="body"):
                yield Choices(id="choices")
                yield VerticalScroll(id="fields", can_focus=False)
            yield Static("", id="told", markup=False)
            yield Static("", id="keys", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        component = self._parsed.component
        if component is not None and component.parameters():
            self._ask(component)
        else:
            self._choose()

    @property
    def call(self) -> Input:
        """The text at the top."""
        return self.query_one("#call", Input)

    @property
    def choices(self) -> Choices:
        """The list of the family's components."""
        return self.query_one(Choices)

    @property
    def asking(self) -> bool:
        """Whether the fields are shown, not the list."""
        return bool(self.query_one("#fields").display)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._catch_up()

    def on_cycle_changed(self, event: Cycle.Changed) -> None:
        self._catch_up()

    def on_choices_picked(self, event: Choices.Picked) -> None:
        self._pick(event.name)

    def on_descendant_focus(self) -> None:
        if self.focused is self.call and self.asking:
            self._choose()
        self._say()

    def action_accept(self) -> None:
        """Take a valid call; a name that is only begun becomes the list's choice."""
        self._catch_up()
        text, name = self.call.value, self.choices.current
        if self.asking:
            if self._parsed.call:
                self.answer(self._parsed.call)
        elif self._parsed.call and not self._moved:
            self.answer(self._parsed.call)
        elif name and (self._moved or "(" not in text):
            self._pick(name)

    def action_next(self) -> None:
        """The next component of the list, or the next field."""
        if self.asking:
            self._focus_row(1)
        else:
            self._move(1)

    def action_next_part(self) -> None:
        """From the text to the fields of what is chosen."""
        self._catch_up()
        if self.asking:
            self._focus_row(1)
        elif self._parsed.component is not None and not self._moved:
            self._ask(self._parsed.component)
        elif self.choices.current:
            self._ask(FAMILIES[self._family].members()[self.choices.current])

    def action_previous(self) -> None:
        """The component or field before; from the first field back to the list."""
        if self.asking:
            self._focus_row(-1)
        else:
            self._move(-1)

    def _move(self, by: int) -> None:
        self._catch_up()
        self._moved = True
        self.choices.cursor += by
        self._say()

    def _focus_row(self, by: int) -> None:
        rows = self.rows
        focused = [index for index, row in enumerate(rows) if row.control is self.focused]
        index = (focused[0] if focused else -1) + by
        if index < 0:
            self._choose()
        elif index < len(rows):
            self.set_focus(rows[index].control)

    def _pick(self, name: str) -> None:
        component = FAMILIES[self._family].members()[name]
        if not component.parameters():
            self.answer(f"{name}()")
        else:
            self._ask(component)

    def _choose(self) -> None:
        """Show the list."""
        self._moved = False
        self.query_one("#fields").display = False
        self.choices.display = True
        self.set_focus(self.call)
        self._list()
        self._say()

    def _ask(self, component: type[Component]) -> None:
        """Show the component's fields, the first that lacks a value in focus."""
        fields = fields_of(component.parameters())
        if not fields:
            return
        if component is not self._parsed.component:
            self._write(component, read_texts(self._family, component, {}))
        texts = self._parsed.texts
        self.rows = [ParameterRow(self.look, one, texts.get(one.name, "")) for one in fields]
        self._asked = {row.field.name: row.text for row in self.rows}
        place = self.query_one("#fields")
        place.remove_children()
        place.mount(*self.rows)  # not awaited: keys that follow at once find their field
        self.choices.display = False
        place.display = True
        lacking = [r for r in self.rows if r.field.declaration.required and not r.text]
        self.set_focus((lacking or self.rows)[0].control)
        self.call_after_refresh(self._spread)
        self._say()

    def _catch_up(self) -> None:
        """Read what was typed since; a key may come before the message that a text changed."""
        texts = {row.field.name: row.text for row in self.rows}
        if self.call.value != self._seen:
            self._moved = False
            self._seen = self.call.value
            self._parsed = read_call(self._family, self._seen)
            self._list()
        elif self.asking and self._parsed.component and texts != self._asked:
            self._asked = texts
            self._write(
                self._parsed.component, read_texts(self._family, self._parsed.component, texts)
            )
        self._say()

    def _write(self, component: type[Component], parsed: ParsedCall) -> None:
        self._parsed = parsed
        with self.call.prevent(Input.Changed):
            self._seen = self.call.value = parsed.call or written(component, parsed.texts)

    def topics(self) -> list[Topic]:
        """The field in focus, or the component under the list's cursor."""
        component = FAMILIES[self._family].members().get(self.choices.current)
        if not self.asking:
            return topics.of_kind(component) if component is not None else []
        component = self._parsed.component
        assert component is not None, "its fields are shown"
        first = next((r.field.name for r in self.rows if r.control is self.focused), "")
        experiment = self._taken(self._parsed.call) if self._parsed.call else None
        if experiment is None:
            return topics.of_kind(component, first)
        return topics.of_component(experiment, self._place, first)

    def _list(self) -> None:
        text, component = self.call.value, self._parsed.component
        wanted = "" if "(" in text or text == self._initial else text
        found = [Choice(m.name, m.help()) for m in matching(self._family, wanted)]
        begun = text.partition("(")[0].strip()
        self.choices.show(found, component.name if component else begun)

    def _say(self) -> None:
        parsed, text = self._parsed, self.call.value
        searching = not self.asking and "(" not in text and bool(self.choices.current)
        remarks = [str(p) for p in self._check(parsed.call)] if parsed.call else []
        remarks = [*self._missing(), *remarks]
        problems = () if searching and not parsed.call else parsed.problems
        self.tell(self._help(), problems, remarks)
        sign = self.look.pick("↑↓", "up/down")
        keys = (
            (
                tr("enter accept"),
                tr(f"{sign} next field"),
                tr("shift+tab list"),
                tr("f2 explain"),
                tr("esc cancel"),
            )
            if self.asking
            else (
                tr("enter take"),
                tr(f"{sign} choose"),
                tr("tab arguments"),
                tr("f2 explain"),
                tr("esc cancel"),
            )
        )
        self.query_one("#keys", Static).update(self.keys_text(*keys))

    def _missing(self) -> list[str]:
        """The paths that are typed and lead nowhere."""
        component, texts = self._parsed.component, self._parsed.texts
        fields = fields_of(component.parameters()) if component is not None else []
        found = [one.missing(texts.get(one.name, "")) for one in fields]
        return [complaint for complaint in found if complaint]

    def _spread(self) -> None:
        place = self.query_one("#fields")
        spread(self.rows if self.asking else [], place.size.width, place.size.height)

    def on_resize(self) -> None:
        self.call_after_refresh(self._spread)

    def _help(self) -> str:
        for row in self.rows if self.asking else []:
            if row.control is self.focused:
                return f"{row.field.name}: {row.field.asked}"
        component = FAMILIES[self._family].members().get(self.choices.current)
        return f"{component.signature()}: {component.help()}" if component else ""

    def _title(self) -> str:
        what = FAMILIES[self._family].family
        return tr(f"Change the {what}") if self._initial else tr(f"Add a {what}")
