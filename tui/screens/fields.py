"""The list of all of an experiment's fields, to choose one from."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from engine.spec.experiment import Experiment
from tui.editing.draft_items import value_text
from tui.editing.topics import Topic, of_fields
from tui.language import tr
from tui.screens.form_frame import Form
from tui.widgets.choices import Choice, Choices

_ELSEWHERE = ("data", "layers", "measured", "healthy")
"""Fields with lines of their own, or that are not a person's to type."""


class FieldsScreen(Form):
    """Gives the key of the field that was chosen, or None."""

    def __init__(self, raw: Mapping[str, object], experiment: Experiment | None = None) -> None:
        """experiment: what the fields make together; None where they are not valid."""
        super().__init__()
        self._experiment = experiment
        self._choices = [
            Choice(key, d.help, value_text(key, raw.get(key, "" if d.required else d.default)))
            for key, (_, d) in Experiment.parameters().items()
            if key not in _ELSEWHERE
        ]

    def compose(self) -> ComposeResult:
        with Vertical(id="frame"):
            yield Static(tr("All fields"), id="title", markup=False)
            yield Input(
                compact=True, id="call", placeholder=tr("a word to search for"), max_length=80
            )
            with Vertical(id="body"):
                yield Choices(id="choices")
            yield Static("", id="told", markup=False)
            keys = self.keys_text(
                tr("enter edit"), tr("up/down choose"), tr("f2 explain"), tr("esc cancel")
            )
            yield Static(keys, id="keys", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self._list("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._list(event.value)

    def on_choices_picked(self, event: Choices.Picked) -> None:
        self.answer(event.name)

    def action_accept(self) -> None:
        """Take the field under the cursor."""
        if current := self.query_one(Choices).current:
            self.answer(current)

    def action_next(self) -> None:
        """The next field."""
        self.query_one(Choices).cursor += 1

    def action_previous(self) -> None:
        """The field before."""
        self.query_one(Choices).cursor -= 1

    def topics(self) -> list[Topic]:
        """The field under the cursor."""
        current, experiment = self.query_one(Choices).current, self._experiment
        return of_fields(experiment, [current]) if experiment is not None and current else []

    def _list(self, word: str) -> None:
        word = word.strip().lower()
        found = [c for c in self._choices if word in c.name.lower() or word in c.help.lower()]
        # A name that has the word says more than a sentence that has it.
        self.query_one(Choices).show(sorted(found, key=lambda c: word not in c.name.lower()))
