"""Asks the network about samples: typed, or picked from those at hand."""

from __future__ import annotations

import asyncio
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
from engine.runs.contents import Moment
from engine.runs.events import Prediction
from engine.runs.pictures import Boundary, Point
from tui.drawings import boundary_rows
from tui.language import tr
from tui.live.samples_at_hand import Sample, new_samples, samples_at_hand, samples_of
from tui.live.snapshot import Snapshot
from tui.renderables.images import Image, gallery
from tui.renderables.predictions import class_prediction, value_prediction
from tui.renderables.sanitize import fit, plain
from tui.renderables.table import sentence
from tui.renderables.thumbnail import thumbnail
from tui.screens.host import AppScreen
from tui.screens.page import Page
from tui.widgets.value_input import ChoiceInput, ValueInput

MOST_FIELDS, MOST_TABLE_FIELDS = 6, 24
"""With more values, or more columns of a table, they are typed in one line."""
LABEL_WIDTH = 22
REST_S = 0.15
"""What is typed rests so long before it is asked."""


NOTHING_TRAINED = (
    "Nothing is trained yet: esc leads back to the workbench, where space trains. Then samples are "
    "chosen or typed here, and the network says at once what it makes of them."
)
_AROUND = 7
"""Rows of this screen that are not the page's, and those below a picture of the data."""


class PredictScreen(AppScreen):
    """Values in; class and probabilities out, and where the point lies."""

    DEFAULT_CSS = """
    PredictScreen #title { height: 1; background: $panel; padding: 0 1; }
    PredictScreen VerticalScroll { padding: 0 1; scrollbar-size-vertical: 1; }
    PredictScreen Horizontal { height: 1; }
    PredictScreen .label { width: 22; max-width: 40%; height: 1; }
    PredictScreen .hint { width: 1fr; height: 1; padding: 0 1; color: $text-muted; }
    PredictScreen.-narrow .hint { display: none; }
    PredictScreen Input, PredictScreen Input:focus {
        border: none; height: 1; padding: 0; width: 24; background: $boost;
    }
    PredictScreen Input.-line, PredictScreen Input.-line:focus { width: 1fr; }
    PredictScreen #sample { height: 1; margin-bottom: 1; color: $text-muted; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("down", "field(1)", "Next field", show=False),
        Binding("up", "field(-1)", "Field before", show=False),
        Binding("pagedown", "sample(1)", "Next sample", priority=True),
        Binding("pageup", "sample(-1)", "Sample before", show=False, priority=True),
        Binding("ctrl+t", "other_weights", "Best or newest weights"),
        Binding("escape", "back", "Back"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (64, "-wide")]  # noqa: RUF012  # Textual's own

    def __init__(self) -> None:
        super().__init__()
        self._facts: Facts | None = None
        self._read = Samples(())
        """How what is typed will be read: as the training read its own."""
        self._complaint = ""
        self._samples: list[Sample] = []
        self._place = -1
        self._kind: Moment = "last"

    def compose(self) -> ComposeResult:
        past = self._seen.past
        self._kind = self.shown.kind if past is None else past.step
        try:
            self._facts, self._samples = self._at_hand()
        except PerceptuiError as error:
            self._complaint = str(error)
        yield Static(self._heading(), id="title", markup=False)
        with VerticalScroll(can_focus=False):
            if self._facts is not None:
                yield from self._fields(self._facts)
            yield Static(id="sample", markup=False)
            yield Page()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        if self._facts is None:
            self.query_one(Page).show(self._before_training)
            return
        self.query(Input).first().focus()
        if self._samples:
            self.refresh_bindings()
            self.action_sample(1)
        else:
            self._say("Type what is to be predicted.")
        self._read_rows()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "other_weights":
            return self._has_better
        return bool(self._samples) if action == "sample" else True

    @property
    def _has_better(self) -> bool:
        """Whether weights were kept that are better than those it ended with."""
        shown = self.shown
        is_now = self._seen.past is None
        return (
            is_now and self._facts is not None and shown.best is not None and not shown.is_best_last
        )

    @property
    def _seen(self) -> Snapshot:
        """The run as it is seen now, which may be as it was."""
        return self.host.controller.travel.view(self.shown)

    def _heading(self) -> str:
        best, past = self.shown.best, self._seen.past
        if past is not None:
            return tr(f"Predict with the weights of the past: step {past.step:,}")
        if not self._has_better or best is None:
            return tr(f"Predict with the {'newest' if self._kind == 'last' else 'best'} checkpoint")
        if self._kind == "best":
            return tr(f"Predict with the best weights, of epoch {best.epoch:,}; ctrl+t: the newest")
        return tr(
            f"Predict with the newest weights; ctrl+t: the better ones of epoch {best.epoch:,}"
        )

    @work(group="rows", exclusive=True, exit_on_error=False)
    async def _read_rows(self) -> None:
        """Take real rows of the data, and between what its numbers lie."""
        run = self.shown.run
        rows = await self.host.controller.data_rows(run) if run is not None else None
        if rows is None or not rows.cells or self._facts is None:
            return
        at_hand = self._samples[self._place] if self._place >= 0 else None
        is_untouched = (
            self._is_sample(at_hand)
            if at_hand is not None
            else not any(field.value for field in self.query(Input))
        )
        drawn = [sample for sample in self._samples if sample.is_drawn]
        others = [sample for sample in self._samples if not sample.is_drawn]
        self._samples = [*drawn, *samples_of(rows), *others]
        for hint, bounds in zip(self.query(".hint").results(Static), rows.ranges, strict=False):
            if bounds is not None:
                hint.update(f"{bounds[0]:g} to {bounds[1]:g}")
        self.refresh_bindings()
        if is_untouched and not drawn:
            self._place = -1
            self.action_sample(1)

    def _is_sample(self, sample: Sample) -> bool:
        """Whether the fields hold a sample as it is."""
        return self._typed() == sample.values

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Predict what is typed."""
        self._predict_typed()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Predict while one types."""
        if any(field.value.strip() for field in self.query(Input)):
            self._predict_typed()

    def _predict_typed(self) -> None:
        at_hand = self._samples[self._place] if self._place >= 0 else None
        if at_hand is not None and self._is_sample(at_hand):
            return  # it is asked already
        self.query_one("#sample", Static).update("")
        self._predict(None, REST_S)

    def action_field(self, by: int) -> None:
        """Go to the next field, or to the one before."""
        fields = list(self.query(Input))
        if self.focused in fields:
            fields[(fields.index(self.focused) + by) % len(fields)].focus()

    def action_other_weights(self) -> None:
        """Ask the best weights instead of the newest, or the other way round."""
        self._kind = "last" if self._kind == "best" else "best"
        self.query_one("#title", Static).update(self._heading())
        at_hand = self._samples[self._place] if self._place >= 0 else None
        self._predict(at_hand if at_hand is not None and self._is_sample(at_hand) else None)

    def action_sample(self, step: int) -> None:
        """Take the next or the previous of the samples at hand."""
        self._place = (self._place + step) % len(self._samples)
        sample = self._samples[self._place]
        fields = list(self.query(Input))
        texts = sample.values if len(fields) == len(sample.values) else [" ".join(sample.values)]
        for field, text in zip(fields, texts, strict=True):
            with field.prevent(Input.Changed):
                field.value = text
            field.action_select_all()  # what is typed takes its place
        label = tr(f"sample {self._place + 1} of {len(self._samples)}, {sample.label}")
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
            for column in columns:
                name = column.name if named else tr(f"value {column.name}")
                hint = plain(self._read.hint(column), ascii_only)
                choices = (column.how or {}).get("known", ())
                field = ChoiceInput(choices, placeholder=hint) if choices else None
                aside = f"{self.host.look.pick('◂ ▸', '< >')} {hint}" if choices else hint
                yield Horizontal(
                    self._label_of(name),
                    field or ValueInput(placeholder=hint),
                    Static(aside, classes="hint", markup=False),
                )
            return
        shape = f" ({shape_text(facts.shape)})" if len(facts.shape) > 1 else ""
        line = ValueInput(placeholder=tr("separated by commas or spaces"), classes="-line")
        yield Horizontal(self._label_of(tr(f"{len(columns)} values{shape}")), line)

    def _label_of(self, name: str) -> Static:
        text = fit(name, LABEL_WIDTH - 1, self.host.look.ascii)
        return Static(text, classes="label", markup=False)

    def _typed(self) -> list[str]:
        texts = [field.value.strip() for field in self.query(Input)]
        return texts if len(texts) > 1 else self._read.divided(texts[0])

    @work(group="predict", exclusive=True, exit_on_error=False)
    async def _predict(self, sample: Sample | None, rest_s: float = 0.0) -> None:
        """Ask once nothing was typed for so long."""
        if rest_s:
            await asyncio.sleep(rest_s)
        shown = self.shown
        assert shown.run is not None, "there are no fields without a run"
        try:
            rows = [self._typed()]
            (answer,) = await self.host.controller.predict(shown.run, rows, self._kind)
        except PerceptuiError as error:
            self._say(str(error))
            return
        self.query_one(Page).show(lambda width: self._rows(answer, sample, width))

    def _before_training(self, width: int) -> list[Text]:
        """Why nothing can be predicted yet, and the data that there will be predictions of."""
        look, draft = self.host.look, self.host.draft
        told = sentence(self._complaint or NOTHING_TRAINED, width, look, dim=False)
        description = draft.examiner.known(draft.experiment)
        room = self.size.height - len(told) - _AROUND
        if self._complaint or description is None or room < 1:
            return told
        return [*told, Text(), *thumbnail(description, width, look, height=room)]

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
            rows += class_prediction(*shown, width, look, asked=facts.feature_names)
        else:
            names, units = facts.target_names, facts.target_units
            shown_values = (answer.values, answer.outputs, width, look)
            interval, asked = (answer.low, answer.high), facts.feature_names
            rows += value_prediction(
                *shown_values, names=names, units=units, interval=interval, asked=asked
            )
        pictures = self._seen.pictures
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
