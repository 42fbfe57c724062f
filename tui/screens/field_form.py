"""The form of one of the experiment's own fields, drawn from its declaration."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from engine.spec.experiment import Experiment
from tui.editing.call_form import Field, typed
from tui.editing.topics import Topic, of_fields
from tui.language import tr
from tui.screens.form_frame import Check, Form, Taken
from tui.widgets.parameter_row import ParameterRow, spread


class FieldForm(Form):
    """Asks for the value of one of the experiment's own fields.

    Gives its text as `--set KEY=TEXT` reads it, or None.
    """

    DEFAULT_CSS = """
    FieldForm #frame { height: auto; }
    FieldForm #body { height: auto; margin: 1 0; }
    FieldForm.-low #body { margin: 0; }
    """

    def __init__(
        self, key: str, text: str = "", check: Check | None = None, taken: Taken | None = None
    ) -> None:
        """taken: the experiment that accepting a text would make."""
        super().__init__()
        self._taken = taken or (lambda text: None)
        self._field = Field(key, *Experiment.parameters()[key])
        self._initial = text
        self._check = check or (lambda text: ())

    def compose(self) -> ComposeResult:
        with Vertical(id="frame"):
            yield Static(tr(f"Set {self._field.name}"), id="title", markup=False)
            with Vertical(id="body"):
                yield ParameterRow(self.look, self._field, self._initial)
            yield Static("", id="told", markup=False)
            keys = self.keys_text(
                tr("enter accept"), tr("empty for the default"), tr("f2 explain"), tr("esc cancel")
            )
            yield Static(keys, id="keys", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self._say()

    def on_resize(self) -> None:
        self.call_after_refresh(self._spread)

    def _spread(self) -> None:
        row = self.query_one(ParameterRow)
        spread([row], row.size.width, self.size.height)

    def on_input_changed(self) -> None:
        self._say()

    def on_cycle_changed(self) -> None:
        self._say()

    def action_accept(self) -> None:
        """Take a valid value."""
        text, problem, _ = self._read()
        if not problem:
            self.answer(text)

    def topics(self) -> list[Topic]:
        """The field, with what is typed."""
        text, problem, _ = self._read()
        experiment = None if problem else self._taken(text)
        return of_fields(experiment, [self._field.name]) if experiment is not None else []

    def _read(self) -> tuple[str, str, list[str]]:
        """The text to set, what is wrong with it, and what it means for the rest."""
        try:
            text = typed(self._field.value(self.query_one(ParameterRow).text))
        except ValueError as error:
            return "", str(error), []
        found = self._check(text)
        own = [p.message for p in found if p.place.startswith(self._field.name)]
        return text, "; ".join(own), [str(p) for p in found]

    def _say(self) -> None:
        text, problem, remarks = self._read()
        missing = self._field.missing(text)
        told = [] if problem else [*([missing] if missing else []), *remarks]
        self.tell(self._field.asked, [problem] if problem else [], told)
