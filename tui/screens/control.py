"""The keys that steer a training, wherever they are pressed."""

from __future__ import annotations

import asyncio

from textual import work
from textual.binding import Binding

from engine.spec.experiment import Experiment
from tui.screens.host import BenchScreen


class ControlScreen(BenchScreen):
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
    ]

    def __init__(self) -> None:
        super().__init__()
        self._begun = asyncio.Event()
        """Set while no run is about to begin."""
        self._begun.set()
        self._is_to_wait = False
        """Whether the run that is about to begin waits then."""

    def about_to_train(self) -> None:
        """A training begins."""

    def grid(self) -> tuple[int, int]:
        """Columns and rows of the boundary that there is room for."""
        return (0, 0)

    def show_draft(self) -> None:
        """Show the edited experiment."""

    @work(group="steer", exit_on_error=False)
    async def action_run_or_pause(self) -> None:
        """Run or pause; a changed experiment or none yet begins a new run."""
        app, snapshot = self.host, self.shown
        if not self._begun.is_set():
            self._is_to_wait = False
        elif self.trains_another():
            await self._begin_instead(paused=False)
        elif snapshot.phase in ("running", "paused"):
            await app.controller.toggle()
        elif snapshot.phase not in ("preparing",):
            await self._begin(paused=False)

    @work(group="steer", exit_on_error=False)
    async def action_step_batch(self) -> None:
        """Train one batch."""
        if await self._ready_to_step():
            await self.host.controller.step(batches=1)

    @work(group="steer", exit_on_error=False)
    async def action_step_epoch(self) -> None:
        """Train to the end of the epoch."""
        if await self._ready_to_step():
            await self.host.controller.step(epochs=1)

    @work(group="steer", exit_on_error=False)
    async def action_reset(self) -> None:
        """Begin again with the experiment as it is edited now, and wait."""
        if self.trains_another():
            await self._begin_instead(paused=True)
        else:
            await self._begin(paused=True)

    @work(group="steer", exit_on_error=False)
    async def action_reset_new_seed(self) -> None:
        """Begin again with another seed, and wait."""
        draft = self.host.draft
        seed = getattr(draft.experiment, "seed", 0)
        draft.set("seed", str((seed if isinstance(seed, int) else 0) + 1))
        self.show_draft()
        if self.trains_another():
            await self._begin_instead(paused=True)
        else:
            await self._begin(paused=True)

    @work(group="steer", exit_on_error=False)
    async def action_scale_lr(self, by: float) -> None:
        """Change the learning rate of the running training."""
        if self._steers():
            await self.host.controller.scale_learning_rate(by)

    @work(group="steer", exit_on_error=False)
    async def action_stop(self) -> None:
        """End the run; its checkpoint is kept."""
        if self._steers():
            await self.host.controller.stop()

    @work(group="steer", exit_on_error=False)
    async def action_rewind(self, to: str) -> None:
        """Go back to a checkpoint."""
        if self._steers():
            await self.host.controller.rewind("best" if to == "best" else "last")

    @work(group="steer", exit_on_error=False)
    async def action_recover(self) -> None:
        """After a divergence: back to the last finite checkpoint, on with a tenth of the rate."""
        if self.shown.diverged is not None:
            await self.host.controller.recover()

    def action_tune(self) -> None:
        """Try learning rates on a copy, and take the one that is suggested."""
        from tui.screens.tune import TuneScreen

        if self._valid() is not None:
            self.app.push_screen(TuneScreen())

    def trains_another(self) -> bool:
        """Whether a live training is of another experiment than the one that is open."""
        return self.host.controller.snapshot.is_live and not self.shown.is_live

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

    async def _begin_instead(self, *, paused: bool) -> bool:
        """Ask what becomes of the other's training; whether what is edited was begun."""
        from tui.screens.busy import BusyScreen

        controller, name = self.host.controller, self.host.draft.name
        if self._valid() is None:
            return False
        is_paused = controller.snapshot.phase == "paused"
        screen = BusyScreen(controller.snapshot.name, name, is_paused=is_paused)
        answer = await self.app.push_screen_wait(screen)
        if answer == "toggle" and controller.snapshot.is_live:
            await controller.toggle()
        return answer == "begin" and await self._begin(paused=paused)

    async def _ready_to_step(self) -> bool:
        await self._begun.wait()
        if self.trains_another():
            return await self._begin_instead(paused=True)
        if self.host.controller.snapshot.is_live:
            return True
        return await self._begin(paused=True)

    async def _begin(self, *, paused: bool) -> bool:
        experiment = self._valid()
        if experiment is None or not self._begun.is_set():
            return False
        self._begun.clear()
        self._is_to_wait = paused
        try:
            await self._started(experiment, paused=paused)
        finally:
            self._begun.set()
        return True

    async def _started(self, experiment: Experiment, *, paused: bool) -> None:
        app = self.host
        if app.controller.snapshot.phase == "lost":
            await app.controller.close()
            await app.controller.open()
        self.about_to_train()
        app.draft.leave_run()
        origin = app.draft.origin
        await app.controller.begin(app.draft.name, experiment, paused=paused, origin=origin)
        if paused and not self._is_to_wait and app.controller.snapshot.is_live:
            await app.controller.toggle()
        await app.controller.look_at(self.grid())

    def _valid(self) -> Experiment | None:
        draft = self.host.draft
        if draft.experiment is None:
            problem = str(draft.problems[0]) if draft.problems else "the experiment is not valid"
            self.complain(problem)
        return draft.experiment
