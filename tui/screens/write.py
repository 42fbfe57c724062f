"""A network that learned what comes next goes on with what is typed, while it trains, too."""

from __future__ import annotations

import asyncio

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Footer, Input, Static

from engine.decoding import converted
from engine.errors import PerceptuiError
from engine.parts.data import Facts
from engine.runs.contents import Moment
from engine.service import protocol as p
from tui.language import tr
from tui.live.snapshot import PastMoment, Snapshot
from tui.renderables.sequence import following_rows
from tui.renderables.table import sentence
from tui.renderables.written import continued_rows
from tui.screens.host import AppScreen
from tui.screens.page import Page

REST_S = 0.15
"""What is typed rests so long before the network is asked."""
LIVE_S = 1.0
"""While it trains it is asked again so often."""
LENGTH = 160
BY, MOST = 0.1, 3.0
"""Steps of the temperature, and the highest."""
LABEL_WIDTH = 16


def writes(snapshot: Snapshot) -> bool:
    """Whether what is trained is asked for the next token of a text."""
    if snapshot.started is None:
        return False
    facts = converted(snapshot.started.facts, Facts)
    return bool(facts.tokens and facts.positions)


class WriteScreen(AppScreen):
    """A beginning and a temperature; what the network writes, and what it says comes next."""

    DEFAULT_CSS = """
    WriteScreen #title { height: 1; background: $panel; padding: 0 1; }
    WriteScreen Horizontal { height: 1; padding: 0 1; }
    WriteScreen .label { width: 16; max-width: 40%; height: 1; }
    WriteScreen #how { width: 1fr; height: 1; }
    WriteScreen Input, WriteScreen Input:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $boost;
    }
    WriteScreen VerticalScroll { padding: 1 1 0 1; scrollbar-size-vertical: 1; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("up", "temper(1)", "Bolder", priority=True),
        Binding("down", "temper(-1)", "Surer", priority=True),
        Binding("pagedown", "draw(1)", "Another text", priority=True),
        Binding("pageup", "draw(-1)", "Text before", show=False, priority=True),
        Binding("ctrl+t", "other_weights", "Best or newest weights"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._kind: Moment = "last"
        self._tenths = 10
        """The temperature, in steps."""
        self._seed = 0
        self._step = -1
        """Steps done when it was asked last; -1: it never was."""
        self._is_asked = False
        """Whether an answer is on its way."""

    def compose(self) -> ComposeResult:
        past = self._past
        self._kind = self.shown.kind if past is None else past.step
        yield Static(self._heading(), id="title", markup=False)
        with Horizontal():
            yield Static(tr("Goes on after"), classes="label", markup=False)
            yield Input(placeholder=tr("the beginning of a line"))
        with Horizontal():
            yield Static(tr("Temperature"), classes="label", markup=False)
            yield Static(self._how(), id="how", markup=False)
        with VerticalScroll(can_focus=False):
            yield Page()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        field = self.query_one(Input)
        field.focus()
        self.watch(field, "selection", self._moved, init=False)
        self.set_interval(LIVE_S, self._keep_up)
        self._ask()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._has_better if action == "other_weights" else True

    @property
    def temperature(self) -> float:
        return self._tenths * BY

    @property
    def _past(self) -> PastMoment | None:
        """The moment that is seen in place of now; None where nobody went back."""
        return self.host.controller.travel.view(self.shown).past

    @property
    def _has_better(self) -> bool:
        shown = self.shown
        return self._past is None and shown.best is not None and not shown.is_best_last

    def action_temper(self, by: int) -> None:
        """Draw more boldly, or more surely."""
        self._tenths = min(max(self._tenths + by, 0), round(MOST / BY))
        self._again()

    def action_draw(self, by: int) -> None:
        """Have another text drawn, or the one before."""
        self._seed = max(0, self._seed + by)
        self._again()

    def action_other_weights(self) -> None:
        """Ask the best weights instead of the newest, or the other way round."""
        self._kind = "last" if self._kind == "best" else "best"
        self._again()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Write on after what is typed."""
        self._ask(REST_S)

    def _moved(self) -> None:
        """Tell what comes next where the cursor is."""
        self._ask(REST_S)

    def _again(self) -> None:
        self.query_one("#title", Static).update(self._heading())
        self.query_one("#how", Static).update(self._how())
        self._ask()

    def _keep_up(self) -> None:
        """Ask again where the network has learned meanwhile."""
        shown = self.shown
        progress = shown.progress
        is_new = progress is not None and progress.step != self._step
        if shown.is_live and self._kind == "last" and is_new and not self._is_asked:
            self._ask()

    def _heading(self) -> str:
        if isinstance(self._kind, int):
            return tr(f"What the weights of step {self._kind:,} write")
        weights = tr("best weights") if self._kind == "best" else tr("newest weights")
        return tr(f"What the {weights} write")

    def _how(self) -> str:
        """The temperature in numbers and words."""
        told = (
            tr("always the likeliest")
            if not self._tenths
            else tr("surer than it says")
            if self._tenths < 10
            else tr("as it says")
            if self._tenths == 10
            else tr("bolder than it says")
        )
        return tr(f"{self.temperature:.1f}, {told}; text {self._seed + 1:,}")

    @work(group="write", exclusive=True, exit_on_error=False)
    async def _ask(self, rest_s: float = 0.0) -> None:
        """Ask once nothing was typed for so long."""
        if rest_s:
            await asyncio.sleep(rest_s)
        shown, field = self.shown, self.query_one(Input)
        assert shown.run is not None, "a training that has begun has a run"
        prompt, place = field.value, field.cursor_position
        self._is_asked = True
        try:
            told = await self.host.controller.write(
                shown.run, prompt, LENGTH, self.temperature, self._seed, self._kind, place
            )
        except PerceptuiError as error:
            text, look = str(error), self.host.look
            self.query_one(Page).show(lambda width: sentence(text, width, look, dim=False))
            return
        finally:
            self._is_asked = False
        self._step = told.step
        self.query_one(Page).show(lambda width: self._rows(told, prompt, place, width))

    def _rows(self, told: p.Written, prompt: str, place: int, width: int) -> list[Text]:
        look = self.host.look
        before = prompt[:place]
        title = tr(f"What comes after “{before}”") if before else tr("What a line begins with")
        return [
            *continued_rows(prompt, told.text, width, look),
            Text(),
            *following_rows(told.following, width, look, title),
        ]
