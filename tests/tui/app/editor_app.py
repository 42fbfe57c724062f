"""The smallest app that has an editor: a draft, an editor, and what it said."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

from engine.spec.experiment_reader import from_raw
from tui.editing.draft import Draft
from tui.messages import DraftChanged
from tui.renderables.look import Look
from tui.screens.field_form import FieldForm
from tui.screens.form import ComponentForm
from tui.screens.form_frame import Form
from tui.widgets.editor import Editor

TINY: dict[str, object] = {
    "data": "circle(samples=8)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1)"],
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "SGD(lr=0.5)",
    "epochs": 3,
}


class EditorApp(App[None]):
    """Hosts an editor over a draft of the tiny experiment, with some fields changed."""

    def __init__(self, *, ascii: bool = False, **changes: object) -> None:
        super().__init__()
        self.look = Look(ascii=ascii)
        self.draft = Draft()
        self.draft.load("tiny", from_raw({**TINY, **changes}))
        self.num_changes = 0

    def compose(self) -> ComposeResult:
        yield Editor()

    def on_draft_changed(self, message: DraftChanged) -> None:
        self.num_changes += 1

    @property
    def editor(self) -> Editor:
        """The editor."""
        return self.query_one(Editor)

    @property
    def form(self) -> Form:
        """The form that is open."""
        assert isinstance(self.screen, Form)
        return self.screen

    @property
    def component_form(self) -> ComponentForm:
        """The component's form that is open."""
        assert isinstance(self.screen, ComponentForm)
        return self.screen

    @property
    def field_form(self) -> FieldForm:
        """The field's form that is open."""
        assert isinstance(self.screen, FieldForm)
        return self.screen

    def rows(self) -> list[str]:
        """What the editor shows, without spaces at the end."""
        height = self.editor.size.height
        return [self.editor.render_line(y).text.rstrip() for y in range(height)]

    def told(self) -> str:
        """What the open form says of the input."""
        return str(self.form.query_one("#told", Static).render())
