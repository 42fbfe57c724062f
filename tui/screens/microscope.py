"""One step, part by part, before it is done: the microscope."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, VerticalScroll
from textual.events import Resize
from textual.widgets import Static

from engine.errors import PerceptuiError, UsageError
from tui.language import tr
from tui.renderables.microscope import code_rows, part_lines, part_rows, part_title, told_weights
from tui.renderables.sanitize import fit
from tui.renderables.table import sentence
from tui.screens.page import CurvePage, Page
from tui.screens.page_screen import PageScreen
from tui.widgets.keys import Keys

if TYPE_CHECKING:
    from engine.runs.dissected_step import DissectedStep, Focus

LookAt = Callable[["Focus"], Awaitable["DissectedStep"]]
"""Takes the step that comes next apart; raises PerceptuiError."""
Do = Callable[[], Awaitable[bool]]
"""Does it; whether it is being done."""

WAITING = "The step is being taken apart, on a copy of the network."
ASK_S = 0.05
"""Between two questions whether the step is done."""
FOOTER = ("turn(1)", "turn(-1)", "do", "sample(1)", "weight(1)", "sample(-1)", "back")


class MicroscopeScreen(PageScreen):
    """Arrows go through the parts; enter, or the arrow behind the last one, does the step."""

    DEFAULT_CSS = """
    MicroscopeScreen #line { height: auto; max-height: 3; padding: 0 1; }
    MicroscopeScreen #parts { height: 1fr; layout: horizontal; }
    MicroscopeScreen #code { display: none; width: 42; padding: 1 0 0 1; }
    MicroscopeScreen.-wide #code { display: block; }
    MicroscopeScreen VerticalScroll { width: 1fr; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("right,tab", "turn(1)", "Next", key_display="→", priority=True),
        Binding("left,shift+tab", "turn(-1)", "Before", key_display="←", priority=True),
        Binding("enter", "do", "Do the step", key_display="enter", priority=True),
        Binding("full_stop", "sample(1)", "Next sample", key_display="."),
        Binding("comma", "sample(-1)", "Sample before", key_display=","),
        Binding("w", "weight(1)", "Next weight"),
        Binding("W", "weight(-1)", "Weight before", show=False),
        Binding("m", "back", "Back", show=False),
    ]

    def __init__(self, name: str, look_at: LookAt, do: Do) -> None:
        """name: of what is trained."""
        super().__init__()
        self._name = name
        self._look_at, self._do = look_at, do
        self._step: DissectedStep | None = None
        self._place = 0
        self._is_doing = False
        self._weight: int | None = None
        """Which of those that are told of is spelled out; None for the one that moves most."""

    def title_text(self) -> str:
        if self._step is None:
            return tr(f"One step of {self._name}")
        title = part_title(self._step, self._place)
        return tr(f"{title} ({self._name}, step {self._step.step:,})")

    def compose(self) -> ComposeResult:
        yield Static(id="title", markup=False)
        yield Page(id="line")
        with Container(id="parts"):
            yield Page(id="code")
            with VerticalScroll():
                yield CurvePage()
        yield Keys(FOOTER)

    def on_mount(self) -> None:
        self._say(WAITING)
        self._take_apart(0)

    def on_resize(self, event: Resize) -> None:
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only a step that is seen can be gone through; samples only where there are several."""
        if action in ("turn", "do", "weight"):
            return self._step is not None
        if action == "sample":
            return self._step is not None and self._step.batch.num_samples > 1
        return True

    def why_not(self, action: str) -> str:
        """Why a key can't be used now."""
        if action == "sample" and self._step is not None:
            return tr("The batch has one sample only")
        return WAITING if action in ("turn", "do", "sample", "weight") else ""

    def action_turn(self, by: int) -> None:
        """Go to the next part, or the one before; behind the last one the step is done."""
        if self._step is None:
            return
        if self._place + by >= len(self._step.parts):
            self.action_do()
            return
        self._place = max(0, self._place + by)
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_sample(self, by: int) -> None:
        """Look at another sample of the batch."""
        step = self._step
        if step is not None:
            self._take_apart((step.sample + by) % step.batch.num_samples)

    def action_weight(self, by: int) -> None:
        """Spell another weight out: how it moves, and in the part before how its gradient came."""
        step = self._step
        if step is None:
            return
        count = len(told_weights(step))
        at = self._weight if self._weight is not None else -1 if by > 0 else 0
        self._weight = (at + by) % count
        self._place = len(step.parts) - 1
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_do(self) -> None:
        """Do the step as it is seen, and take the next one apart."""
        if self._step is not None and not self._is_doing:
            self._is_doing = True
            self._do_it(self._step)

    @work(group="dissect", exclusive=True, exit_on_error=False)
    async def _take_apart(self, sample: int) -> None:
        from engine.runs.dissected_step import Focus

        try:
            self._take(await self._look_at(Focus(sample=sample)))
        except PerceptuiError as error:
            self._say(str(error))

    @work(group="do", exclusive=True, exit_on_error=False)
    async def _do_it(self, step: DissectedStep) -> None:
        from engine.runs.dissected_step import Focus

        try:
            if not await self._do():
                return
            found = step
            while found.step == step.step:
                await asyncio.sleep(ASK_S)
                found = await self._look_at(Focus(sample=step.sample))
        except UsageError:  # there is none after it
            self.tell(f"Step {step.step:,} is done, and was the last one")
            self.action_back()
        except PerceptuiError as error:
            self.complain(error)
            self.action_back()
        else:
            self._tell_done(step, found)
            self._place, self._weight = 0, None
            self._take(found)
        finally:
            self._is_doing = False

    def _tell_done(self, step: DissectedStep, after: DissectedStep) -> None:
        """Say that it is done; whether it came out as it was seen is looked up."""
        same = step.digest == after.digest_before
        how = tr(", every weight as it was shown") if same else ""
        self.tell(f"Step {step.step:,} is done{how}; this is the next one")

    def _take(self, step: DissectedStep) -> None:
        self._step = step
        self._show()
        self.refresh_bindings()

    def _say(self, text: str) -> None:
        self.query_one("#title", Static).update(self._title())
        look = self.host.look
        self.page.show(lambda width: sentence(text, width, look, dim=False))

    def _title(self) -> str:
        return fit(self.title_text(), max(0, self.size.width - 2), self.host.look.ascii)

    def _show(self) -> None:
        step, place, look = self._step, self._place, self.host.look
        if step is None:
            return
        self.query_one("#title", Static).update(self._title())
        self.query_one("#line", Page).show(lambda width: part_lines(step, place, width, look))
        self.query_one("#code", Page).show(lambda width: code_rows(step, place, width, look))
        self.page.show(lambda width: self._rows(step, place, width))

    def _rows(self, step: DissectedStep, place: int, width: int) -> list[Text]:
        return [Text(), *part_rows(step, place, width, self.host.look, self._weight)]
