"""A digit is drawn, and the network says at once what it takes it for."""

from __future__ import annotations

import asyncio

from rich.style import Style
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import Resize
from textual.widgets import Static

from engine.decoding import converted
from engine.errors import PerceptuiError
from engine.export.predictions import DrawingPredicted
from engine.parts.data import Facts
from engine.runs.contents import Moment
from tui.language import tr
from tui.live.snapshot import PastMoment, Snapshot
from tui.renderables.images import Image, gallery
from tui.renderables.predictions import probability_rows
from tui.renderables.table import sentence
from tui.screens.host import AppScreen
from tui.screens.page import Page
from tui.widgets.canvas import Canvas, canvas_side
from tui.widgets.keys import Keys

REST_S = 0.1
"""What is drawn rests so long before the network is asked."""
BARS = 30
"""Columns that the answer has beside the canvas at least."""
SEEN = 14
"""Columns of the picture that the network was shown."""
EMPTY = "Draw with the arrows: space puts the pen down and up, e the eraser; or with the mouse."


def drawable(snapshot: Snapshot) -> Facts | None:
    """The facts of a training whose samples can be drawn: gray pictures of classes."""
    if snapshot.started is None:
        return None
    facts = converted(snapshot.started.facts, Facts)
    return facts if len(facts.shape) == 3 and facts.shape[0] == 1 and facts.classes else None


FOOTER = ("pen", "eraser", "clear", "values", "other_weights", "back")


class DrawScreen(AppScreen):
    """A canvas, and beside it what the network says of what is on it."""

    DEFAULT_CSS = """
    DrawScreen #title { height: 1; background: $panel; padding: 0 1; }
    DrawScreen Horizontal { height: 1fr; padding: 1 1 0 1; }
    DrawScreen Canvas { margin-right: 2; }
    DrawScreen Page { width: 1fr; height: 1fr; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("ctrl+t", "other_weights", "Best or newest weights"),
        Binding("v", "values", "Samples, values"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts
        self._kind: Moment = "last"

    def compose(self) -> ComposeResult:
        past = self._past
        self._kind = self.shown.kind if past is None else past.step
        _, rows, columns = self._facts.shape
        yield Static(self._heading(), id="title", markup=False)
        with Horizontal():
            yield Canvas(canvas_side(rows), canvas_side(columns))
            yield Page()
        yield Keys(FOOTER)

    def on_mount(self) -> None:
        self.canvas.focus()
        self._fit()
        self._say(EMPTY)

    def on_resize(self, event: Resize) -> None:
        self._fit()

    @property
    def canvas(self) -> Canvas:
        return self.query_one(Canvas)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._has_better if action == "other_weights" else True

    def action_other_weights(self) -> None:
        """Ask the best weights instead of the newest, or the other way round."""
        self._kind = "last" if self._kind == "best" else "best"
        self.query_one("#title", Static).update(self._heading())
        self._ask()

    def action_values(self) -> None:
        """Go to the samples at hand, and to where values are typed."""
        from tui.screens.predict import PredictScreen

        if self.is_current:
            self.app.switch_screen(PredictScreen())

    def on_canvas_drawn(self, message: Canvas.Drawn) -> None:
        self.query_one("#title", Static).update(self._heading())
        self._ask()

    @property
    def _has_better(self) -> bool:
        shown = self.shown
        return self._past is None and shown.best is not None and not shown.is_best_last

    @property
    def _past(self) -> PastMoment | None:
        """The moment that is seen in place of now; None where nobody went back."""
        return self.host.controller.travel.view(self.shown).past

    def _heading(self) -> str:
        weights = tr("best weights") if self._kind == "best" else tr("newest weights")
        if isinstance(self._kind, int):
            weights = tr(f"weights of step {self._kind:,}")
        state = tr(self.query_one(Canvas).state) if self.is_mounted else ""
        return tr(f"Draw, and the {weights} say what it is{f': {state}' if state else ''}")

    def _fit(self) -> None:
        """Give each pixel two columns where there is room."""
        canvas = self.canvas
        width, height = self.size.width - 4 - BARS, self.size.height - 3
        canvas.is_wide = 2 * canvas.columns <= width and canvas.rows <= height
        canvas.styles.width = canvas.columns * (2 if canvas.is_wide else 1)
        canvas.styles.height = canvas.rows if canvas.is_wide else (canvas.rows + 1) // 2
        canvas.remake()

    @work(group="draw", exclusive=True, exit_on_error=False)
    async def _ask(self) -> None:
        """Ask once the drawing rests."""
        canvas, shown = self.canvas, self.shown
        if not any(canvas.pixels):
            self._say(EMPTY)
            return
        await asyncio.sleep(REST_S)
        assert shown.run is not None, "a training that has begun has a run"
        size = canvas.rows, canvas.columns
        try:
            told = await self.host.controller.predict_drawing(
                shown.run, canvas.pixels, size, self._kind
            )
        except PerceptuiError as error:
            self._say(str(error))
            return
        self.query_one(Page).show(lambda width: self._rows(told, width))

    def _say(self, text: str) -> None:
        look = self.host.look
        self.query_one(Page).show(lambda width: sentence(text, width, look, dim=False))

    def _rows(self, told: DrawingPredicted, width: int) -> list[Text]:
        look, facts, answer = self.host.look, self._facts, told.prediction
        _, rows, columns = facts.shape
        image = Image(columns, rows, 1, told.seen, tr("as the network sees it"))
        bars = probability_rows(answer.predicted, answer.probabilities, facts.classes, width, look)
        room = self.size.height - 4 - len(bars)
        picture = gallery([image], width, look, columns=min(SEEN, columns))
        if not picture or room < len(picture):
            return bars
        picture[-1].stylize(Style(dim=True, bold=False))
        return [*bars, Text(), *picture]
