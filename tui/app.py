"""The app: its keys, its settings and its end; the screens do the rest."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.dom import DOMNode
from textual.events import Click, Key
from textual.notifications import Notify, SeverityLevel
from textual.screen import Screen
from textual.worker import Worker, WorkerState, WorkType

from engine.plugins import Plugins
from tui.bench_app import BenchApp
from tui.language import SOURCE, speak, spoken, tr
from tui.language.choice import chosen
from tui.live.following import Folders
from tui.live.trainer_process import Connect, fresh_worker
from tui.renderables.look import Look
from tui.renderables.sanitize import plain
from tui.screens.declared import unusable
from tui.screens.host import AppScreen, Explaining
from tui.screens.presets import PresetsScreen
from tui.settings import Settings
from tui.terminal.textual_internals import forget_notice, wear
from tui.themes import THEMES
from tui.widgets.cursor_rows import RIGHT
from tui.widgets.rows import RowsView

if TYPE_CHECKING:
    from engine.runs.run import Run
    from engine.spec.experiment import Experiment

MOST_ERRORS = 20
"""Of those that a person was told, kept for a report of a problem."""
TRAINER_AFTER_S = 0.15
"""The trainer's start waits so long: it would take the processor from the first screen."""


class PerceptuiApp(BenchApp):
    """A bench for neural networks in the terminal."""

    TITLE = "perceptui"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (100, "-wide")]  # noqa: RUF012  # Textual's own
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("q", "quit_asking", "Quit"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("f1", "help", "Help", show=False),
        Binding("ctrl+q", "quit_asking", "Quit", show=False),
        Binding("h,f2", "explain", "Explain", key_display="h"),
        Binding("R", "runs", "Runs"),
        Binding("L", "lessons", "Lessons", show=False),
        Binding("D", "data", "Data sets", show=False),
        Binding("comma", "settings", "Settings", key_display=",", show=False),
        Binding("ctrl+z", "take_back", "Undo; elsewhere suspend", show=False, priority=True),
        Binding("ctrl+@,ctrl+space", "actions", "More", show=False, key_display="^space"),
        Binding("ctrl+o", "problem", "Report a problem", show=False, priority=True),
    ]

    def __init__(
        self,
        *,
        folders: Folders | None = None,
        connect: Connect = fresh_worker,
        ascii_only: bool = False,
        slow_link: bool = False,
        settings: Settings | None = None,
        first: tuple[str, Experiment] | None = None,
        attach_to: Run | None = None,
        own_data: Path | None = None,
        lesson: str | None = None,
        presents: bool = False,
    ) -> None:
        """first, attach_to, own_data: the experiment, the run or the file to open at once.

        lesson: that of this name; the empty text: the list of them. presents: for a projector.
        """
        super().__init__(folders, connect, settings, slow_link=slow_link, presents=presents)
        for theme in THEMES:
            self.register_theme(theme)
        if self.settings.theme in self.available_themes:
            wear(self, self.settings.theme)
        self.look = Look()
        self.errors: deque[str] = deque(maxlen=MOST_ERRORS)
        self._ascii_only = ascii_only
        self._first = first
        self._attach_to = attach_to
        self._own_data = own_data
        self._lesson = lesson
        self._slow_link = slow_link

    async def on_mount(self) -> None:
        """Show the presets, or what the command line asked for, while a worker warms up."""
        self.apply_settings()
        if self.settings.notice:
            self.notify(self.settings.notice, severity="warning", markup=False)
        Plugins.installed.listen(lambda failure: self.call_later(self._warn, failure))
        self.push_screen(PresetsScreen())
        if self._first is not None:
            self.open_workbench(*self._first)
        if self._own_data is not None:
            from tui.screens.table import TableScreen

            self.push_screen(TableScreen(self._own_data))
        if self._lesson:
            self._begin_lesson(self._lesson)
        elif self._lesson is not None:
            self.action_lessons()
        if self._attach_to is not None:
            self._in_background(partial(self.watch_run, self._attach_to))
        else:
            self.call_after_refresh(self.set_timer, TRAINER_AFTER_S, self._open_bench)

    async def on_unmount(self) -> None:
        """Let go of the worker; what lives on goes on without us."""
        await self.controller.close()

    def apply_settings(self) -> None:
        """Take over what the settings say, at once."""
        if self.settings.theme in self.available_themes:
            self.theme = self.settings.theme
        slow = self._slow_link or self.settings.rate == "slow"
        self.controller.set_rate(slow=slow)
        self.controller.pace = self.settings.pace
        self.budget = self._budget(slow=slow)
        ascii_only = self._ascii_only or self.settings.glyphs == "ascii"
        encoding = "utf-8" if self.settings.glyphs == "unicode" else None
        console = {"console": True, "unicode": False}.get(self.settings.glyphs)
        palette = self.settings.palette
        self.look_at_terminal(
            ascii_only=ascii_only, encoding=encoding, console=console, palette=palette
        )
        shows_all = not (self.look.ascii or self.look.console)
        before = spoken()
        speak(chosen(self.settings.language, os.environ) if shows_all else SOURCE)
        if spoken() != before:
            for screen in self.screen_stack:
                screen.refresh_bindings()
                if isinstance(screen, AppScreen):
                    screen.reword()
        for screen in self.screen_stack:
            for view in screen.query(RowsView):
                view.notify_style_update()

    def action_runs(self) -> None:
        """Open the list of runs."""
        from tui.screens.runs import RunsScreen

        self.push_screen(RunsScreen())

    def action_data(self) -> None:
        """Open the list of data sets."""
        from tui.screens.data import DataScreen

        if not isinstance(self.screen, DataScreen):
            self.push_screen(DataScreen())

    def action_help(self) -> None:
        """List every key."""
        from tui.screens.help import HelpScreen

        self.push_screen(HelpScreen())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only where something can be explained there is a key for it."""
        if self._presents and not action.startswith(("quit", "problem")):
            return False  # whatever is pressed by accident does nothing
        if action == "explain" and self.screen_stack:
            return isinstance(self.screen, Explaining)
        return super().check_action(action, parameters)

    def action_explain(self) -> None:
        """Explain what the cursor is on, with this experiment's figures."""
        from tui.screens.explain import ExplainScreen

        screen = self.screen
        topics = screen.topics() if isinstance(screen, Explaining) else []
        if topics:
            self.learning.did("explained")
            self.push_screen(ExplainScreen(topics))
        else:
            self.notify("There is nothing to explain here", markup=False)

    def action_settings(self) -> None:
        """Open the settings."""
        from tui.screens.settings import SettingsScreen

        self.push_screen(SettingsScreen())

    def action_take_back(self) -> None:
        """Undo where something is edited; elsewhere go back to the shell."""
        screen = self.screen
        if not (isinstance(screen, AppScreen) and screen.takes_back()):
            self.action_suspend_process()

    def action_actions(self) -> None:
        """Open a menu of what can be done here."""
        from tui.screens.actions import ActionsScreen, actions_at

        if isinstance(self.screen, AppScreen):  # a question has its answers in sight
            self.push_screen(ActionsScreen(actions_at(cast("App[object]", self))))

    def on_click(self, event: Click) -> None:
        """A right click opens the menu; what was clicked has the cursor by now."""
        if event.button == RIGHT and not self._presents:
            self.action_actions()

    def on_key(self, event: Key) -> None:
        """Say why a key does nothing that does something elsewhere."""
        if self._presents:
            return
        key = unusable(event.key, cast("App[object]", self))
        if key is not None:
            self.notify(plain(key.why_not, self.look.ascii), markup=False)

    def action_problem(self) -> None:
        """Put together what someone who helps must know."""
        from tui.screens.problem import ProblemScreen

        if not isinstance(self.screen, ProblemScreen):
            self.push_screen(ProblemScreen())

    def action_command_palette(self) -> None:
        """Find any action by its name."""
        from tui.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            searching = tr("Search for commands…")
            self.push_screen(Palette(placeholder=searching, id="--command-palette"))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Textual's; errors are remembered."""
        if severity == "error":
            self.errors.append(message)
        super().notify(
            tr(message), title=tr(title), severity=severity, timeout=timeout, markup=markup
        )

    def on_notify(self, event: Notify) -> None:
        """What is told again, as of a key that is pressed thrice, stands there once."""
        forget_notice(cast("App[object]", self), event.notification.message)

    def _warn(self, failure: str) -> None:
        """Tell of what broke and is left out, wherever that was found."""
        self.notify(plain(failure, self.look.ascii), severity="warning", markup=False)

    @work(group="quit", exclusive=True, exit_on_error=False)
    async def action_quit_asking(self) -> None:
        """Quit; with edits or a live run ask what becomes of them."""
        if not await self._edits_settled(tr("Drop the changes")):
            return
        if self.controller.snapshot.is_live:
            from tui.screens.quit import QuitScreen

            answer = await self.push_screen_wait(QuitScreen())
            if answer is None:
                return
            if answer == "stop":
                from engine.service import protocol as p

                await self.controller.do(p.Stop())
        self.exit(0)

    async def action_quit(self) -> None:
        """Textual's own way out asks too."""
        self.action_quit_asking()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state == WorkerState.ERROR:
            self.notify(plain(str(event.worker.error)), severity="error", markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action that has a key, and Textual's own."""
        for one in super().get_system_commands(screen):
            yield one._replace(title=tr(one.title), help=tr(one.help))
        yield SystemCommand(
            tr("Suspend"),
            tr("back to the shell; its fg comes back here"),
            self.action_suspend_process,
        )
        for active in screen.active_bindings.values():
            binding = active.binding
            if binding.description and active.enabled:
                yield SystemCommand(
                    tr(binding.description),
                    tr(f"key {self.get_key_display(binding)}"),
                    partial(self._run_binding, active.node, binding.action),
                )

    async def _run_binding(self, node: DOMNode, action: str) -> None:
        await self.run_action(action, node)

    def _open_bench(self) -> None:
        self._in_background(self.controller.open)

    def _in_background(self, work: WorkType[None]) -> None:
        # a function: an app that ends before a coroutine has its turn would leave one unawaited
        self.run_worker(work, group="training", exit_on_error=False)
