"""The keys that steer a training, wherever they are pressed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from textual import work
from textual.binding import Binding

from engine.runs.contents import CheckpointKind
from engine.service import protocol as p
from engine.spec.experiment import Experiment
from tui.language import tr
from tui.live.going_on import GoingOn, going_on
from tui.screens.host import AppScreen
from tui.widgets.notes import way_back

if TYPE_CHECKING:
    from engine.runs.dissected_step import DissectedStep, Focus


NO_NEXT_STEP = "It is over and has no next step: n trains on by one, m takes the next apart then"


class Start(Protocol):
    """Has the controller begin a training, or go on with one."""

    async def __call__(self, *, paused: bool) -> None: ...


class ControlScreen(AppScreen):
    """A screen from which what is edited is trained."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("space", "run_or_pause", "Run", key_display="space", priority=True),
        Binding("n", "step_batch", "Batch"),
        Binding("N", "step_epoch", "Epoch"),
        Binding("r", "reset", "Reset"),
        Binding("ctrl+r", "reset_new_seed", "Reset, new seed", show=False),
        Binding("plus,equals_sign", "scale_lr(1.25)", "Learning rate up", show=False),
        Binding("minus", "scale_lr(0.8)", "Learning rate down", show=False),
        Binding("x", "stop", "Stop, keep", show=False),
        Binding("backspace", "rewind('last')", "Back to last checkpoint", show=False),
        Binding("B", "rewind('best')", "Back to best checkpoint", show=False),
        Binding("g", "recover", "Go on from before"),
        Binding("T", "tune", "Find a learning rate", show=False),
        Binding("m", "microscope", "One step in its parts", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._begun = asyncio.Event()
        """Set while no run is about to begin."""
        self._begun.set()
        self._is_to_wait = False
        """Whether the run that is about to begin waits then."""
        self._is_first = False
        """Whether the step under the microscope is the first of what nobody trains yet."""

    def about_to_train(self) -> None:
        """A training begins."""

    def grid(self) -> tuple[int, int]:
        """Columns and rows of the boundary that there is room for."""
        return (0, 0)

    def show_draft(self) -> None:
        """Show the edited experiment."""

    @work(group="steer", exit_on_error=False)
    async def action_run_or_pause(self) -> None:
        """Run or pause; at the end train on; what is changed or not trained yet is a new run."""
        app, snapshot = self.host, self.shown
        if not self._begun.is_set():
            self._is_to_wait = False
        elif self.trains_another():
            await self._begin_instead(paused=False)
        elif snapshot.phase in ("running", "paused"):
            await app.controller.toggle()
        elif snapshot.phase not in ("preparing",):
            await self._go_on_or_begin(paused=False)

    @work(group="steer", exit_on_error=False)
    async def action_step_batch(self) -> None:
        """Train one batch."""
        if await self._ready_to_step():
            await self.host.controller.do(p.Advance(batches=1))

    @work(group="steer", exit_on_error=False)
    async def action_step_epoch(self) -> None:
        """Train to the end of the epoch."""
        if await self._ready_to_step():
            await self.host.controller.do(p.Advance(epochs=1))

    @work(group="steer", exit_on_error=False)
    async def action_reset(self) -> None:
        """Begin again with the experiment as it is edited now, and wait."""
        await self._begin_anew()

    @work(group="steer", exit_on_error=False)
    async def action_reset_new_seed(self) -> None:
        """Begin again with another seed, and wait."""
        draft = self.host.draft
        seed = getattr(draft.experiment, "seed", 0)
        draft.set("seed", str((seed if isinstance(seed, int) else 0) + 1))
        self.show_draft()
        await self._begin_anew()

    @work(group="steer", exit_on_error=False)
    async def action_scale_lr(self, by: float) -> None:
        """Change the learning rate of the running training."""
        if self._steers():
            factor = by * self.shown.factor
            await self.host.controller.do(p.SetLearningRate(factor=factor))

    @work(group="steer", exit_on_error=False)
    async def action_stop(self) -> None:
        """End the run; its checkpoint is kept."""
        if self._steers():
            await self.host.controller.do(p.Stop())

    @work(group="steer", exit_on_error=False)
    async def action_rewind(self, to: str) -> None:
        """Go back to a checkpoint; where the run is over, look at it, and B again at the last."""
        shown = self.shown
        if shown.is_over:
            await self._see("best" if (to, shown.kind) == ("best", "last") else "last")
        elif self._steers():
            await self.host.controller.do(p.Rewind(to="best" if to == "best" else "last"))

    @work(group="steer", exit_on_error=False)
    async def action_recover(self) -> None:
        """After a divergence: back to the last good checkpoint, on with a tenth of the rate."""
        shown, controller = self.shown, self.host.controller
        if shown.diverged is not None and shown.run is not None:
            from engine.runs.run import Run

            await controller.resume(Run(shown.run), GoingOn(rewind=True))
            if controller.has(Run(shown.run)):
                self.tell(f"Back to {way_back(shown)} and on with a tenth of the rate")

    def action_tune(self) -> None:
        """Try learning rates on a copy, and take the one that is suggested."""
        from tui.screens.tune import TuneScreen

        if self._valid() is not None:
            self.app.push_screen(TuneScreen())

    @work(group="steer", exit_on_error=False)
    async def action_microscope(self) -> None:
        """Take the next step apart, before it is done; a training that runs pauses."""
        from tui.screens.microscope import MicroscopeScreen

        experiment = self.host.draft.experiment
        if experiment is not None and (refusal := experiment.objective.whole_step):
            self.complain(tr(refusal))  # at once: neither a pause nor a step more changes it
            return
        self._is_first = self.is_before_first_step
        if self._is_first:
            is_there = self._valid() is not None
        elif self.going_on() is not None and not self.trains_another():
            self.tell(NO_NEXT_STEP)  # a look is no reason to train on
            return
        else:
            is_there = await self._ready_to_step()
            if is_there and self.shown.phase == "running":
                await self.host.controller.do(p.Pause())
        if is_there:
            name = self.host.draft.name
            self.app.push_screen(MicroscopeScreen(name, self._next_step, self._do_next_step))

    @property
    def is_before_first_step(self) -> bool:
        """Whether nothing is trained that has a next step: what is open has a first one.

        Looking at it makes no run. Of an experiment that draws another seed each time it does: a
        run's step is what is looked at.
        """
        experiment = self.host.draft.experiment
        is_fixed = experiment is None or isinstance(experiment.seed, int)
        is_live = self.shown.is_live or self.trains_another() or not self._begun.is_set()
        return is_fixed and not is_live and self.going_on() is None

    async def _next_step(self, focus: Focus) -> DissectedStep:
        """The step that comes next in its parts; raises PerceptuiError."""
        controller, experiment = self.host.controller, self.host.draft.experiment
        if self._is_first and experiment is not None:
            return await controller.dissect_first(experiment, focus)
        return await controller.dissect(focus)

    async def _do_next_step(self) -> bool:
        """Do it; whether it is being done."""
        controller = self.host.controller
        if not await self._ready_to_step():
            return False
        self._is_first = False
        if not controller.snapshot.is_live:
            self.complain(controller.snapshot.message)
            return False
        await controller.do(p.Advance(batches=1))
        return True

    @work(group="steer", exit_on_error=False)
    async def action_go_on(self) -> None:
        """Go on with the run that is open, which is over."""
        await self._go_on_or_begin(paused=False)

    def going_on(self) -> GoingOn | None:
        """How the run that is open goes on, if it is over and nothing was changed."""
        return going_on(self.shown, self.host.draft.experiment)

    def trains_another(self) -> bool:
        """Whether a live training is of another experiment than the one that is open."""
        return self.host.controller.snapshot.is_live and not self.shown.is_live

    async def _see(self, kind: CheckpointKind) -> None:
        """Show a checkpoint of the run that is over."""
        shown = self.shown
        if kind == "best" and shown.best is None:
            self.complain("no best checkpoint was kept")
        elif kind == "best" and shown.is_best_last:
            self.tell("What is shown is the best: no epoch before was better")
        else:
            over = replace(shown, origin=self.host.draft.origin)
            await self.host.controller.see(kind, over)

    def _steers(self) -> bool:
        """Whether keys may act on the training: never on one that is not shown."""
        if not self.trains_another():
            return True
        training, name = self.host.controller.snapshot, self.host.draft.name
        self.complain(
            f"{training.name} is {training.phase}, not {name or 'what is open'}: "
            "R lists it, enter there leads to it"
        )
        return False

    async def begin_anew(self) -> bool:
        """Begin a run of what is open that waits before its first step; whether it was begun."""
        return await self._begin(paused=True)

    async def _begin_anew(self) -> None:
        if self.trains_another():
            await self._begin_instead(paused=True, anew=True)
        else:
            await self._begin(paused=True)

    async def _begin_instead(self, *, paused: bool, anew: bool = False) -> bool:
        """Ask what becomes of the other's training; whether what is open was begun.

        anew: in a new run, also where the open one could go on.
        """
        from tui.screens.busy import BusyScreen

        controller, name = self.host.controller, self.host.draft.name
        if self._valid() is None:
            return False
        is_paused = controller.snapshot.phase == "paused"
        screen = BusyScreen(controller.snapshot.name, name, is_paused=is_paused)
        answer = await self.app.push_screen_wait(screen)
        if answer == "toggle" and controller.snapshot.is_live:
            await controller.toggle()
        if answer != "begin":
            return False
        return await (self._begin if anew else self._go_on_or_begin)(paused=paused)

    async def _ready_to_step(self) -> bool:
        await self._begun.wait()
        if self.trains_another():
            return await self._begin_instead(paused=True)
        if self.host.controller.snapshot.is_live:
            return True
        return await self._go_on_or_begin(paused=True)

    async def _go_on_or_begin(self, *, paused: bool) -> bool:
        how, run = self.going_on(), self.shown.run
        if how is None or run is None:
            return await self._begin(paused=paused)
        return await self._train(partial(self._gone_on, Path(run), how), paused=paused)

    async def _begin(self, *, paused: bool) -> bool:
        experiment = self._valid()
        if experiment is None:
            return False
        return await self._train(partial(self._started, experiment), paused=paused)

    async def _train(self, start: Start, *, paused: bool) -> bool:
        """Start a training, unless one is about to begin; whether it was."""
        if not self._begun.is_set():
            return False
        self._begun.clear()
        self._is_to_wait = paused
        controller = self.host.controller
        try:
            if controller.snapshot.phase == "lost":
                await controller.close()
                await controller.open()
            self.about_to_train()
            await start(paused=paused)
            await controller.prepared()  # until then a key would find nothing to steer
        finally:
            self._begun.set()
        if paused and not self._is_to_wait and controller.snapshot.is_live:
            await controller.toggle()
        await controller.look_at(self.grid())
        return True

    async def _started(self, experiment: Experiment, *, paused: bool) -> None:
        app, before = self.host, self.shown.judge
        app.draft.leave_run()
        await app.controller.begin(
            app.draft.name, experiment, paused=paused, origin=app.draft.origin, before=before
        )

    async def _gone_on(self, run: Path, how: GoingOn, *, paused: bool) -> None:
        """Go on; what is edited follows, so that it is what its results are of."""
        from engine.runs.run import Run

        app, planned = self.host, self.host.draft.experiment
        assert planned is not None, "what can't be trained does not go on"
        app.draft.replace_all(how.experiment(planned))
        self.show_draft()
        await app.controller.resume(Run(run), how, paused=paused)
        if not app.controller.has(Run(run)):  # it was refused
            app.draft.replace_all(planned)
            self.show_draft()
        elif how.epochs is not None:
            self.tell(f"It trains on, to {how.epochs:,} epochs in all; r begins anew")

    def _valid(self) -> Experiment | None:
        draft = self.host.draft
        if draft.experiment is None:
            problem = (
                str(draft.problems[0]) if draft.problems else tr("the experiment is not valid")
            )
            self.complain(problem)
        return draft.experiment
