"""Asks where to be told what becomes of trainings: what `perceptui notify` asks."""

from __future__ import annotations

import asyncio
import shlex

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus
from textual.widgets import Input, Static

from engine.errors import PerceptuiError, UsageError
from engine.notices.choice import (
    Choice,
    check_addresses,
    check_least,
    check_stall,
    words_of,
)
from tui.language import tr
from tui.screens.form_frame import Form
from tui.widgets.parameter_row import Cycle

HELP = {
    "terminal": "Whether the terminal rings that a training was started from: the bell, and a "
    "notice of its own where it has them.",
    "command": "A program that is run then; the run's path is put behind.",
    "addresses": "Where messages go, a space between two: ntfys://ntfy.sh/topic, mailto://… They "
    "are shown while they are typed only, and kept for your eyes alone.",
    "least": "Seconds; of a training that ends sooner nothing is told, unless it fails.",
    "stall": "Seconds without progress, and ten times a usual step, after which a training stalls.",
}
SWITCH = ("no", "yes")


def told(choice: Choice) -> str:
    """Who is told, in a few words."""
    ways = [tr("the terminal")] if choice.terminal else []
    ways += [tr("a command")] if choice.command else []
    ways += [choice.schemes] if choice.addresses else []
    return ", ".join(ways) or tr("nobody")


class Addresses(Input):
    """Where addresses are typed: they are hidden at all other times, as passwords are in them."""

    def on_focus(self) -> None:
        self.password = False

    def on_blur(self) -> None:
        self.password = True


class NotifyForm(Form):
    """Keeps what is chosen, and gives it in a few words; None where it is left as it was."""

    DEFAULT_CSS = """
    NotifyForm #frame { height: auto; max-height: 100%; }
    NotifyForm #body { height: auto; margin: 1 0 0 0; }
    NotifyForm.-low #body { margin: 0; }
    NotifyForm Horizontal { height: 1; }
    NotifyForm .name { width: 11; height: 1; }
    NotifyForm Input { width: 1fr; }
    NotifyForm Cycle { width: 1fr; }
    NotifyForm #told { margin: 1 0; max-height: 8; }
    NotifyForm.-low #told { margin: 0; }
    """
    BINDINGS = [Binding("f3", "try_out", "Try it")]  # noqa: RUF012  # Textual declares it so

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self._before = choice
        self._field = next(iter(HELP))

    def compose(self) -> ComposeResult:
        before = self._before
        words = [tr(one) for one in SWITCH]
        with Vertical(id="frame"):
            yield Static(tr("Tell me when a training is over"), id="title", markup=False)
            with Vertical(id="body"):
                switch = Cycle(self.look, words, words[before.terminal])
                switch.id = "terminal"
                yield from self._row(tr("terminal"), switch)
                command = Input(shlex.join(before.command), id="command", compact=True)
                yield from self._row(tr("command"), command)
                addresses = Addresses(
                    " ".join(before.addresses), id="addresses", compact=True, password=True
                )
                yield from self._row(tr("addresses"), addresses)
                least = Input(f"{before.least_s:g}", id="least", compact=True)
                yield from self._row(tr("not before"), least)
                stall = Input(f"{before.stall_s:g}", id="stall", compact=True)
                yield from self._row(tr("stalls"), stall)
            yield Static("", id="told", markup=False)
            keys = self.keys_text(
                tr("enter keep"), tr("tab next"), tr("f3 try it"), tr("esc cancel")
            )
            yield Static(keys, id="keys", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#terminal").focus()

    def _row(self, name: str, control: Input | Cycle) -> ComposeResult:
        with Horizontal():
            yield Static(name, classes="name", markup=False)
            yield control

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._field = event.widget.id or self._field
        self._say()

    def on_input_changed(self) -> None:
        self._say()

    def _say(self, remark: str = "") -> None:
        try:
            self._typed()
        except UsageError as error:
            self._complain(error)
            return
        self.tell(HELP[self._field], (), (remark,) if remark else ())

    def _complain(self, error: PerceptuiError) -> None:
        self.tell(HELP[self._field], (str(error),), ())

    def _typed(self) -> Choice:
        """What is chosen, addresses unchecked; raises UsageError."""
        typed = {field.id: field.value.strip() for field in self.query(Input)}
        least_s, stall_s = (_seconds(typed[name] or "0") for name in ("least", "stall"))
        check_least(least_s)
        check_stall(stall_s)
        return Choice(
            addresses=tuple(dict.fromkeys(typed["addresses"].split())),
            command=words_of(typed["command"]),
            terminal=self.query_one("#terminal", Cycle).value == tr(SWITCH[True]),
            least_s=least_s,
            stall_s=stall_s,
        )

    async def _checked(self) -> Choice:
        choice = self._typed()
        await asyncio.to_thread(check_addresses, choice.addresses)
        return choice

    def action_accept(self) -> None:
        """Keep it, when it is valid."""
        self._keep()

    @work(group="notify", exclusive=True, exit_on_error=False)
    async def _keep(self) -> None:
        try:
            choice = await self._checked()
            if choice != self._before:
                choice.save()
        except PerceptuiError as error:
            self._complain(error)
            return
        self.answer(told(choice))

    @work(group="notify", exclusive=True, exit_on_error=False)
    async def action_try_out(self) -> None:
        """Send a notice now, every way that is typed."""
        from engine.notices.sending import try_out

        try:
            choice = await self._checked()
            if choice.is_empty:
                raise UsageError("nobody is told: choose one of these first")
            self._say(tr("It is being sent…"))
            failures = await asyncio.to_thread(try_out, choice, tr("this is a test"))
            if failures:
                raise PerceptuiError("; ".join(failures))
        except PerceptuiError as error:
            self._complain(error)
            return
        self._say(tr("It was sent."))


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UsageError(f'"{text}" is no number of seconds') from error
