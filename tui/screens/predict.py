"""Asks the network about samples: typed, or picked from those at hand."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Footer, Input, Static

from engine.decoding import converted
from engine.errors import PerceptuiError
from engine.parts.data import Facts
from engine.parts.data.sheet.samples import Samples
from engine.parts.shapes import shape_text
from engine.runs.events import Prediction
from engine.runs.pictures import Boundary, Point
from tui.drawings import boundary_rows
from tui.live.samples_at_hand import Sample, new_samples, samples_at_hand
from tui.renderables.images import Image, gallery
from tui.renderables.predictions import class_prediction, value_prediction
from tui.renderables.sanitize import fit, plain
from tui.renderables.table import sentence
from tui.screens.host import AppScreen
from tui.screens.page import Page

MOST_FIELDS, MOST_TABLE_FIELDS = 6, 24
"""With more values, or more columns of a table, they are typed in one line."""
LABEL_WIDTH = 22


class ValueInput(Input):
    """Where values are typed; enter predicts."""

    BINDINGS = [Binding("enter", "submit", "Predict", key_display="enter")]  # noqa: RUF012  # Textual declares it so


class PredictScreen(AppScreen):
    """Values in; class and probabilities out, and where the point lies."""

    DEFAULT_CSS = """
    PredictScreen #title { height: 1; background: $panel; padding: 0 1; }
    PredictScreen VerticalScroll { padding: 0 1; scrollbar-size-vertical: 1; }
    PredictScreen Horizontal { height: 1; }
    PredictScreen .label { width: 22; max-width: 40%; height: 1; }
    PredictScreen Input, PredictScreen Input:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $boost;
    }
    PredictScreen #sample { height: 1; margin-bottom: 1; color: $text-muted; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("down", "sample(1)", "Next sample"),
        Binding("up", "sample(-1)", "Previous sample"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._facts: Facts | None = None
        self._read = Samples(())
        """How what is typed will be read: as the training read its own."""
        self._complaint = ""
        self._samples: list[Sample] = []
        self._place = -1

    def compose(self) -> ComposeResult:
        try:
            self._facts, self._samples = self._at_hand()
        except PerceptuiError as error:
            self._complaint = str(error)
        which = "newest" if self.shown.kind == "last" else "best"
        yield Static(f"Predict with the {which} checkpoint", id="title", markup=False)
        with VerticalScroll(can_focus=False):
            if self._facts is not None:
                yield from self._fields(self._facts)
            yield Static(id="sample", markup=False)
            yield Page()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        if self._facts is None:
            self._say(self._complaint or "Nothing is trained yet: press space on the workbench.")
            return
        self.query(Input).first().focus()
        if self._samples:
            self.refresh_bindings()
            self.action_sample(1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return bool(self._samples) if action == "sample" else True

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Predict what is typed."""
        self.query_one("#sample", Static).update("")
        self._predict(None)

    def action_sample(self, step: int) -> None:
        """Take the next or the previous of the samples at hand."""
        self._place = (self._place + step) % len(self._samples)
        sample = self._samples[self._place]
        fields = list(self.query(Input))
        texts = sample.values if len(fields) == len(sample.values) else [" ".join(sample.values)]
        for field, text in zip(fields, texts, strict=True):
            field.value = text
            field.action_select_all()  # what is typed takes its place
        label = f"sample {self._place + 1} of {len(self._samples)}, {sample.label}"
        self.query_one("#sample", Static).update(plain(label, self.host.look.ascii))
        self._predict(sample)

    def _at_hand(self) -> tuple[Facts | None, list[Sample]]:
        snapshot = self.shown
        if snapshot.experiment is None or snapshot.started is None:
            return None, []
        facts = converted(snapshot.started.facts, Facts)
        self._read = new_samples(snapshot.run, snapshot.experiment, facts)
        return facts, samples_at_hand(snapshot.experiment, facts, snapshot.pictures)

    def _fields(self, facts: Facts) -> Iterator[Horizontal]:
        ascii_only = self.host.look.ascii
        columns = self._read.columns
        most = MOST_TABLE_FIELDS if self._read.every else MOST_FIELDS
        if len(columns) <= most:
            named = facts.feature_names
            fields = [(c.name if named else f"value {c.name}", self._read.hint(c)) for c in columns]
        else:
            shape = f" ({shape_text(facts.shape)})" if len(facts.shape) > 1 else ""
            fields = [(f"{len(columns)} values{shape}", "separated by commas or spaces")]
        for name, hint in fields:
            label = Static(fit(name, LABEL_WIDTH - 1, ascii_only), classes="label", markup=False)
            yield Horizontal(label, ValueInput(placeholder=plain(hint, ascii_only)))

    def _typed(self) -> list[str]:
        texts = [field.value.strip() for field in self.query(Input)]
        return texts if len(texts) > 1 else self._read.divided(texts[0])

    @work(group="predict", exclusive=True, exit_on_error=False)
    async def _predict(self, sample: Sample | None) -> None:
        shown = self.shown
        assert shown.run is not None, "there are no fields without a run"
        try:
            rows = [self._typed()]
            (answer,) = await self.host.controller.predict(shown.run, rows, shown.kind)
        except PerceptuiError as error:
            self._say(str(error))
            return
        self.query_one(Page).show(lambda width: self._rows(answer, sample, width))

    def _say(self, text: str) -> None:
        look = self.host.look
        self.query_one(Page).show(lambda width: sentence(text, width, look, dim=False))

    def _rows(self, answer: Prediction, sample: Sample | None, width: int) -> list[Text]:
        look, facts = self.host.look, self._facts
        assert facts is not None, "nothing is predicted without facts"
        rows: list[Text] = []
        if sample is not None and (picture := sample.picture) is not None:
            image = Image(picture.width, picture.height, picture.channels, picture.pixels)
            rows += [*gallery([image], width, look), Text()]
        if facts.classes:
            shown = (answer.values, answer.predicted, answer.probabilities, facts.classes)
            rows += class_prediction(*shown, width, look)
        else:
            names, units = facts.target_names, facts.target_units
            shown_values = (answer.values, answer.outputs, width, look)
            interval = answer.low, answer.high
            rows += value_prediction(*shown_values, names=names, units=units, interval=interval)
        pictures = self.shown.pictures
        match answer.values:
            case [float(x1), float(x2)] if pictures is not None and pictures.boundary is not None:
                place = x1, x2
                rows += [Text(), *self._on_boundary(pictures.boundary, place, answer, width)]
        return rows

    def _on_boundary(
        self, drawn: Boundary, place: tuple[float, float], answer: Prediction, width: int
    ) -> list[Text]:
        """The boundary with this one point on it."""
        look = self.host.look
        x1, x2 = place
        inside = drawn.x1[0] <= x1 <= drawn.x1[1] and drawn.x2[0] <= x2 <= drawn.x2[1]
        if not inside:
            return sentence("The point lies outside of the drawn boundary.", width, look)
        label = _label(drawn, answer)
        alone = msgspec.structs.replace(drawn, points=[Point(x1, x2, label, label, False)])
        return boundary_rows(alone, min(width, 100), look)


def _label(drawn: Boundary, answer: Prediction) -> int:
    """The predicted class, or the level of the predicted value."""
    if drawn.classes:
        return drawn.classes.index(answer.predicted)
    low, high = drawn.values
    value = answer.outputs[0]
    if value is None or high <= low:
        return 0
    return min(max(round((value - low) / (high - low) * (drawn.levels - 1)), 0), drawn.levels - 1)
