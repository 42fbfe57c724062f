"""The workbench: the experiment on the left, the network in the middle, its losses and scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.events import Resize
from textual.reactive import reactive
from textual.widgets import Static

from engine.spec.experiment import Experiment
from tui.live.snapshot import Snapshot
from tui.messages import DraftChanged
from tui.renderables.sanitize import plain
from tui.screens.host import BenchScreen
from tui.widgets.editor import Editor
from tui.widgets.keys import Keys
from tui.widgets.notes import DoctorNote, Notice
from tui.widgets.pane import PANES, Pane, tabs
from tui.widgets.picture import PictureView
from tui.widgets.training import LossCurve, LossLine, Scores, SnapshotView, StatusLine

if TYPE_CHECKING:
    from tui.app import PerceptuiApp

MOST_SMOOTHING = 64
FOOTER = (
    *("run_or_pause", "step_batch", "step_epoch", "reset", "edit", "add_layer", "repair"),
    *("predict", "code", "save", "runs", "back", "remove_layer", "undo", "redo"),
)
"""Actions in the order of their use: what has no room is in the help."""


class WorkbenchScreen(BenchScreen):
    """Edit, train, see. Wide: everything at once; narrow: one pane at a time."""

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
        Binding("f", "repair", "Repair"),
        Binding("p", "predict", "Predict"),
        Binding("c", "code", "Code"),
        Binding("s", "save", "Save", show=False),
        Binding("y", "share", "Copy as command", show=False),
        Binding("l", "log_scale", "Log scale", show=False),
        Binding("b", "discrete", "Discrete boundary", show=False),
        Binding("t", "test_points", "Test points", show=False),
        Binding("left_square_bracket", "smooth(-1)", "Less smoothing", show=False),
        Binding("right_square_bracket", "smooth(1)", "More smoothing", show=False),
        Binding("1", "pane('experiment')", "Experiment", show=False),
        Binding("2", "pane('picture')", "Picture", show=False),
        Binding("3", "pane('loss')", "Loss", show=False),
        Binding("4", "pane('scores')", "Scores", show=False),
        Binding("tab", "next_pane(1)", "Next pane", show=False),
        Binding("shift+tab", "next_pane(-1)", "Pane before", show=False),
        Binding("escape", "back", "Presets"),
    ]
    AUTO_FOCUS = ""
    pane: reactive[str] = reactive("experiment")
    """The pane that is seen when there is room for one only."""

    def __init__(self) -> None:
        super().__init__()
        self._is_built = False
        self._titles = ("", "")

    @property
    def bench_app(self) -> PerceptuiApp:
        return cast("PerceptuiApp", self.app)

    def compose(self) -> ComposeResult:
        yield StatusLine(id="status")
        yield LossLine(id="losses")
        yield Static(id="tabs")
        with Container(id="panes"):
            yield Pane(Editor(), DoctorNote(), id="experiment", title="Experiment")
            yield Pane(PictureView(id="drawn"), id="picture", title="Network")
            with Vertical(id="right"):
                yield Pane(LossCurve(), id="loss", title="Loss")
                yield Pane(Scores(), id="scores", title="Scores")
        yield Notice()
        yield Keys(FOOTER)

    def on_mount(self) -> None:
        self._is_built = True
        self.show_draft()
        self.show(self.bench_app.bench.snapshot)
        self.watch_pane()

    def show(self, snapshot: Snapshot) -> None:
        """Show the bench's newest snapshot."""
        if not self._is_built:
            return
        for view in self.query(SnapshotView):
            view.snapshot = snapshot
        self.query_one(Notice).tell(snapshot)
        self.query_one(Keys).pauses = snapshot.phase == "running"
        self._title(snapshot)

    def show_draft(self) -> None:
        """Show the edited experiment."""
        if self._is_built:
            self.query_one(Editor).show_draft()
            self.query_one(DoctorNote).examine(self.bench_app.draft.experiment)
            self.refresh_bindings()
            self._title(self.bench_app.bench.snapshot)

    async def on_draft_changed(self, message: DraftChanged) -> None:
        """A new learning rate applies at once; whatever else waits for a reset."""
        self.show_draft()
        bench = self.bench_app.bench
        trained = bench.snapshot.experiment
        if trained is not None and bench.snapshot.is_live:
            factor = self.bench_app.draft.learning_rate_factor(trained)
            if factor is not None and factor != bench.snapshot.factor:
                await bench.set_learning_rate(factor)

    def on_resize(self, event: Resize) -> None:
        self._draw_tabs()
        self.call_after_refresh(self._settle)

    def watch_pane(self) -> None:
        if not self._is_built:
            return
        for name in PANES:
            self.query_one(f"#{name}").set_class(name == self.pane, "-chosen")
        self.query_one("#right").set_class(self.pane in ("loss", "scores"), "-chosen")
        self._draw_tabs()
        self.call_after_refresh(self._settle)

    def _draw_tabs(self) -> None:
        if self._is_built:
            row = tabs(self.pane, self.size.width)
            self.query_one("#tabs", Static).update(row, layout=False)

    def action_pane(self, name: str) -> None:
        """Show a pane; where all are seen, go to it."""
        self.pane = name

    def action_next_pane(self, by: int) -> None:
        """Show the next pane; where all are seen, the focus goes on."""
        if self.has_class("-wide"):
            self.focus_next() if by > 0 else self.focus_previous()
        else:
            self.action_pane(PANES[(PANES.index(self.pane) + by) % len(PANES)])

    def action_repair(self) -> None:
        """Apply the repair of the doctor's gravest finding; undo takes it back."""
        finding = self.query_one(DoctorNote).finding
        if finding is not None and finding.repaired is not None:
            self.bench_app.draft.replace_all(finding.repaired)
            self.tell(f"Repaired: {finding.repair}. z takes it back")
            self.post_message(DraftChanged())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be repaired offers its key."""
        if action == "repair" and self._is_built:
            finding = self.query_one(DoctorNote).finding
            return finding is not None and finding.repaired is not None
        return True

    @work(group="steer", exit_on_error=False)
    async def action_run_or_pause(self) -> None:
        """Run or pause; a changed experiment or none yet begins a new run."""
        app, snapshot = self.bench_app, self.bench_app.bench.snapshot
        if snapshot.phase in ("running", "paused"):
            await app.bench.toggle()
        elif snapshot.phase not in ("preparing",):
            await self._begin(paused=False)

    @work(group="steer", exit_on_error=False)
    async def action_step_batch(self) -> None:
        """Train one batch."""
        if await self._ready_to_step():
            await self.bench_app.bench.step(batches=1)

    @work(group="steer", exit_on_error=False)
    async def action_step_epoch(self) -> None:
        """Train to the end of the epoch."""
        if await self._ready_to_step():
            await self.bench_app.bench.step(epochs=1)

    @work(group="steer", exit_on_error=False)
    async def action_reset(self) -> None:
        """Begin again with the experiment as it is edited now, and wait."""
        await self._begin(paused=True)

    @work(group="steer", exit_on_error=False)
    async def action_reset_new_seed(self) -> None:
        """Begin again with another seed, and wait."""
        draft = self.bench_app.draft
        seed = getattr(draft.experiment, "seed", 0)
        draft.set("seed", str((seed if isinstance(seed, int) else 0) + 1))
        self.show_draft()
        await self._begin(paused=True)

    @work(group="steer", exit_on_error=False)
    async def action_scale_lr(self, by: float) -> None:
        """Change the learning rate of the running training."""
        await self.bench_app.bench.scale_learning_rate(by)

    @work(group="steer", exit_on_error=False)
    async def action_stop(self) -> None:
        """End the run; its checkpoint is kept."""
        await self.bench_app.bench.stop()

    @work(group="steer", exit_on_error=False)
    async def action_rewind(self, to: str) -> None:
        """Go back to a checkpoint."""
        await self.bench_app.bench.rewind("best" if to == "best" else "last")

    def action_log_scale(self) -> None:
        """Show the losses on a logarithmic scale, or not."""
        curve = self.query_one(LossCurve)
        curve.log_scale = not curve.log_scale

    def action_smooth(self, direction: int) -> None:
        """Smooth the loss curve more or less."""
        curve = self.query_one(LossCurve)
        wider = max(1, curve.smoothing * 2) if direction > 0 else curve.smoothing // 2
        curve.smoothing = min(MOST_SMOOTHING, wider)

    def action_discrete(self) -> None:
        """Show the boundary by class only, or with confidence."""
        picture = self.query_one(PictureView)
        picture.discrete = not picture.discrete

    def action_test_points(self) -> None:
        """Show the test split's points, or not."""
        picture = self.query_one(PictureView)
        picture.test_points = not picture.test_points

    def action_code(self) -> None:
        """Show the experiment as a plain PyTorch script."""
        from tui.screens.code import CodeScreen

        self.app.push_screen(CodeScreen())

    def action_predict(self) -> None:
        """Predict new samples with the network as it is."""
        from tui.screens.predict import PredictScreen

        self.app.push_screen(PredictScreen())

    @work(group="save", exit_on_error=False)
    async def action_save(self) -> None:
        """Save the experiment as a preset of one's own."""
        from tui.screens.save import SaveScreen

        draft = self.bench_app.draft
        name = await self.app.push_screen_wait(SaveScreen(draft.name))
        if name is not None:
            try:
                path = draft.save_as(name)
            except (OSError, ValueError) as error:
                self.complain(error)
            else:
                self.tell(f"Saved {path}: it stands under Mine")
                self.show_draft()

    def action_share(self) -> None:
        """Copy the experiment as one command line, over SSH too."""
        if self._valid() is not None:
            self.app.copy_to_clipboard(self.bench_app.draft.command_line())
            self.tell("Copied as one command, if the terminal allows it (OSC 52)")

    def action_back(self) -> None:
        """Back to the presets; a training goes on."""
        if self.is_current:  # a second key may arrive while it closes
            self.app.pop_screen()

    async def _ready_to_step(self) -> bool:
        phase = self.bench_app.bench.snapshot.phase
        if phase in ("running", "paused"):
            return True
        return await self._begin(paused=True)

    async def _begin(self, *, paused: bool) -> bool:
        experiment = self._valid()
        if experiment is None:
            return False
        app = self.bench_app
        if app.bench.snapshot.phase == "lost":
            await app.bench.close()
            await app.bench.open()
        if self.pane == "experiment":
            self.pane = "picture"  # where there is room for one: what happens now is seen there
        await app.bench.begin(app.draft.name, experiment, paused=paused)
        await app.bench.look_at(self.query_one(PictureView).grid())
        return True

    def _valid(self) -> Experiment | None:
        draft = self.bench_app.draft
        if draft.experiment is None:
            problem = str(draft.problems[0]) if draft.problems else "the experiment is not valid"
            self.complain(problem)
        return draft.experiment

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """Take the layout as it is now: keys act on the editor only while it is seen."""
        if self.has_class("-wide") or self.pane == "experiment":
            self.query_one(Editor).focus()
        else:
            self.set_focus(None)
        self._tell_grid()

    @work(group="grid", exclusive=True, exit_on_error=False)
    async def _tell_grid(self) -> None:
        if self._is_built:
            await self.bench_app.bench.look_at(self.query_one(PictureView).grid())

    def _title(self, snapshot: Snapshot) -> None:
        draft = self.bench_app.draft
        pane = self.query_one("#experiment")
        changed = snapshot.experiment is not None and draft.differs_from(snapshot.experiment)
        subtitle = ""
        if changed and snapshot.is_live:
            what = "changed" if draft.name == snapshot.name else "another is training"
            subtitle = f"{what}: r begins this"
        titles = plain(draft.name) or "Experiment", subtitle
        if titles != self._titles:  # each assignment repaints the pane
            self._titles = titles
            pane.border_title, pane.border_subtitle = titles
