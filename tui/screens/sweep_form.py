"""Asks what a sweep of the edited experiment is to vary: axes are proposed, and can be typed."""

from __future__ import annotations

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from engine import paths
from engine.errors import BadExperiment, PerceptuiError, Problem
from engine.spec.experiment import Experiment
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml
from engine.sweeps.asked import Asked
from engine.sweeps.plan import Plan
from engine.sweeps.proposals import proposed
from tui.language import tr
from tui.past.sweep_lines import announced
from tui.screens.form_frame import Form
from tui.screens.host import host

NUM_AXES = 3
NUM_CHOSEN = 2
"""Proposals that stand there to begin with; the others are offered below."""
NUM_SEEDS = "3"
NUMBERS = ("seeds", "folds", "trials")
REST_S = 0.2
"""What is typed rests so long before it is checked."""


class SweepForm(Form):
    """Gives the path of the sweep that was begun, or None."""

    DEFAULT_CSS = """
    SweepForm #frame { height: auto; max-height: 100%; }
    SweepForm #body { height: auto; margin: 1 0 0 0; }
    SweepForm.-low #body { margin: 0; }
    SweepForm Horizontal { height: 1; }
    SweepForm .name { width: 9; height: 1; }
    SweepForm Input { width: 1fr; }
    SweepForm #told { margin: 1 0; max-height: 8; }
    SweepForm.-low #told { margin: 0; }
    """

    def __init__(self, name: str, experiment: Experiment) -> None:
        super().__init__()
        self._called = name or "experiment"
        self._experiment = experiment
        self._raw = parse_toml(to_toml(experiment, complete=True))
        self._proposed = proposed(experiment)
        self._is_beginning = False

    def compose(self) -> ComposeResult:
        with Vertical(id="frame"):
            yield Static(tr(f"Train {self._called} many times"), id="title", markup=False)
            with Vertical(id="body"):
                for index in range(NUM_AXES):
                    text = self._proposed[index] if index < NUM_CHOSEN else ""
                    hint = next(iter(self._proposed[NUM_CHOSEN:]), "batch_size=8,32")
                    yield from self._row(tr("vary"), f"axis-{index}", text, hint)
                yield from self._row(tr("seeds"), "seeds", NUM_SEEDS, "1")
                yield from self._row(tr("folds"), "folds", "", tr("5 cross-validates"))
                yield from self._row(tr("search"), "search", "grid", tr("grid, random, tpe"))
                yield from self._row(tr("trials"), "trials", "", tr("of a search: 60"))
            yield Static("", id="told", markup=False)
            keys = self.keys_text(tr("enter begin"), tr("tab next"), tr("esc cancel"))
            yield Static(keys, id="keys", markup=False)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#axis-0", Input).focus()
        self._check()

    def on_input_changed(self) -> None:
        self._check()

    def action_accept(self) -> None:
        """Begin it, when nothing is wrong with it."""
        if not self._is_beginning:
            self._begin()

    def _row(self, name: str, key: str, text: str, hint: str) -> ComposeResult:
        with Horizontal():
            yield Static(name, classes="name", markup=False)
            yield Input(text, placeholder=hint, id=key, compact=True, max_length=2_000)

    def _asked(self) -> Asked:
        """What is typed; raises BadExperiment for a number that is none."""
        typed = {field.id or "": field.value.strip() for field in self.query(Input)}
        for name in NUMBERS:
            text = typed[name]
            if text and not (text.isascii() and text.isdigit()):
                raise BadExperiment([Problem(name, f'"{text}" is no whole number')])
        seeds, folds, trials = (int(typed[name]) if typed[name] else None for name in NUMBERS)
        return Asked(
            over=tuple(text for key, text in typed.items() if key.startswith("axis-") and text),
            seeds=seeds,
            folds=folds,
            trials=trials,
            search=typed["search"] or None,
        )

    @work(group="sweep-check", exclusive=True, exit_on_error=False)
    async def _check(self) -> None:
        """Say what it would train, or all that is wrong."""
        await asyncio.sleep(REST_S)
        try:
            plan = await self._planned()
            told = await asyncio.to_thread(announced, plan)
        except PerceptuiError as error:
            self.tell(self._offers(), str(error).split("\n"), ())
            return
        self.tell(self._offers(), (), (tr(told),))

    async def _planned(self) -> Plan:
        from engine.sweeps.planning import make_plan

        folders = host(self).folders
        return await asyncio.to_thread(
            make_plan,
            self._raw,
            self._asked(),
            name=self._called,
            data_dir=paths.data_dir(folders.data_dir),
        )

    def _offers(self) -> str:
        """What else could be varied."""
        typed = [field.value.partition("=")[0] for field in self.query(Input)]
        others = [text for text in self._proposed if text.partition("=")[0] not in typed]
        return tr("Also worth a look: ") + self.look.pick(" · ", " - ").join(others)

    @work(group="sweep-begin", exclusive=True, exit_on_error=False)
    async def _begin(self) -> None:
        """Write the plan down and start the process that trains it."""
        from engine.sweeps.directory import SweepDirectory
        from engine.sweeps.launch import start

        self._is_beginning = True
        try:
            plan = await self._planned()
            runs_dir = paths.runs_dir(host(self).folders.runs_dir)
            directory = await asyncio.to_thread(SweepDirectory.create, runs_dir, plan)
            await asyncio.to_thread(start, directory)
        except PerceptuiError as error:
            self.tell(self._offers(), str(error).split("\n"), ())
            return
        finally:
            self._is_beginning = False
        self.answer(str(directory.path))
