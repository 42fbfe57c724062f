"""The keys of time: how fast a training goes, and back through what it was."""

from __future__ import annotations

from dataclasses import replace

from textual import work
from textual.binding import Binding

from engine.errors import PerceptuiError, UsageError
from engine.runs.run import Run
from tui.live.pace import FULL, PACES, faster, in_words, slower
from tui.screens.control import ControlScreen
from tui.widgets.time_slider import TimeSlider


class TimeScreen(ControlScreen):
    """A screen on which a training can be slowed, and seen as it was."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("less_than_sign", "pace(-1)", "Slower", show=False),
        Binding("greater_than_sign", "pace(1)", "Faster", show=False),
        Binding("left_curly_bracket", "travel(-1)", "Back in time", show=False),
        Binding("right_curly_bracket", "travel(1)", "Forward in time", show=False),
        Binding("C", "continue_here", "Continue from here in a new run", show=False),
    ]

    @work(group="pace", exit_on_error=False)
    async def action_pace(self, by: int) -> None:
        """Train slower or faster: 1, 5, 25 or 100 steps a second, or as fast as it goes.

        It is remembered; only what slowed a preset's first run is given up for that run alone.
        """
        controller, settings = self.host.controller, self.host.settings
        now = controller.pace_now
        chosen = (faster if by > 0 else slower)(now)
        if now in PACES or by < 0:
            name = f"{chosen:g}" if chosen else FULL
            self.host.settings = replace(settings, pace=name)  # type: ignore[arg-type]  # one of them
            self.host.apply_settings()
            try:
                self.host.settings.save()
            except UsageError as error:
                self.complain(error)
        await controller.keep_pace(chosen)
        self.tell(in_words(chosen))

    @work(group="travel", exit_on_error=False)
    async def action_travel(self, by: int) -> None:
        """See the run as it was a snapshot earlier or later."""
        try:
            await self.host.controller.travel.move(self.shown, by)
        except PerceptuiError as error:
            self.tell(str(error))

    @work(group="travel", exit_on_error=False)
    async def on_time_slider_moved(self, message: TimeSlider.Moved) -> None:
        try:
            await self.host.controller.travel.go_to(self.shown, message.share)
        except PerceptuiError as error:
            self.tell(str(error))

    @work(group="steer", exit_on_error=False)
    async def action_run_or_pause(self) -> None:
        """Come back to now, if one is in the past; else run or pause."""
        if not self.comes_back():
            super().action_run_or_pause()

    def comes_back(self) -> bool:
        """Come back to now; whether one was in the past."""
        return self.host.controller.travel.leave()

    @work(group="steer", exit_on_error=False)
    async def action_continue_here(self) -> None:
        """Begin a new run with the weights of the moment that is seen; undo takes them out."""
        controller, draft = self.host.controller, self.host.draft
        past = controller.travel.view(self.shown).past
        if past is None or self.shown.run is None:
            self.tell("{ goes back in time; C begins a new run with the weights of then")
            return
        experiment = self._valid()
        if experiment is None:
            return
        path = Run(self.shown.run).directory.moment(past.step).absolute()
        draft.replace_all(experiment.with_values(start_from=str(path)))
        self.show_draft()
        if self.trains_another():
            await self._begin_instead(paused=False, anew=True)
        else:
            await self._begin(paused=False)
