"""A sweep in the app: proposed, filled while it runs, sorted, filtered, opened, listed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from engine.runs.lease import own_lease, write_lease
from engine.runs.pictures import Boundary
from engine.runs.series import Series
from engine.sweeps import directory as sweep_directory
from engine.sweeps import launch
from engine.sweeps.directory import Running, Standing, SweepDirectory, TableWriter, all_sweeps
from engine.sweeps.plan import Plan
from engine.sweeps.results import Row
from engine.sweeps.table import SweepEnded, TrialEnded
from tests.engine.sweeps.planned import RATES, RAW, WIDTHS, plan
from tests.tui.app.stage import BOTH_SIZES
from tests.tui.app.stand import StandApp, seen, small_experiment, told, until
from tui.messages import PresetChosen
from tui.screens.choice import ChoiceScreen
from tui.screens.sweep import SweepScreen
from tui.screens.sweep_form import SweepForm
from tui.screens.sweeps import SweepsScreen
from tui.widgets.sweep import SweepTable

Play = Pilot[object]

BOUNDARY = Boundary(
    columns=24,
    rows=24,
    cells=bytes(0 if column < 12 else 11 for _ in range(24) for column in range(24)),
    levels=6,
    classes=("outside", "inside"),
    x1=(-1.0, 1.0),
    x2=(-1.0, 1.0),
    points=[],
)


def made_sweep(
    folder: Path, of: Plan, values: list[float | None], *, ends: bool = True
) -> SweepDirectory:
    """A sweep's directory with the first seed of each configuration trained to a value."""
    directory = SweepDirectory.create(folder / "runs", of)
    table = TableWriter(directory)
    for cell, value in enumerate(values):
        _train(directory, of, table, cell, value)
    if ends:
        table.write(SweepEnded(reason="completed", elapsed_s=1.0))
    table.close()
    return directory


def _holds(order: Callable[[], list[str]], expected: list[str]) -> bool:
    return order() == expected


def _train(
    directory: SweepDirectory, of: Plan, table: TableWriter, cell: int, value: float | None
) -> None:
    trial = of.trials_of(cell)[0]
    name = f"{trial.number:04}"
    run = directory.run(name).directory
    run.path.mkdir()
    losses = Series()
    for epoch in range(1, 13):
        losses.append(epoch, (value or 9.0) * 12 / epoch)
    run.write_losses(losses)
    table.write(
        TrialEnded(
            trial=trial.number,
            cell=cell,
            values=[*of.grid()][cell],
            seed=trial.seed,
            ending="completed" if value is not None else "diverged",
            value=value,
            run=name,
            boundary=BOUNDARY,
        )
    )


@BOTH_SIZES
def test_table_map_boundaries_and_curves_are_seen(tmp_path: Path, size: tuple[int, int]) -> None:
    """Side by side where there is room, else one after the other with v."""
    directory = made_sweep(tmp_path, plan(RATES, WIDTHS), [0.4, 0.3, 0.2, None])

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "tiny: completed" in seen(app))
        await until(pilot, lambda: "train loss" in seen(app))
        assert "4 of 4 trainings" in seen(app)
        assert ["★", "0.2", "2", "0.2000"] in [line.split()[:4] for line in seen(app).splitlines()]
        assert "Selected by the training loss" in seen(app)
        is_narrow = size[0] < 100
        if is_narrow:
            await pilot.press("v")
        await until(pilot, lambda: "lr ↓, out_features →" in seen(app))
        assert "★0.2000" in seen(app)
        if is_narrow:
            await pilot.press("v")
        await until(pilot, lambda: "0.2 2      " in seen(app))  # above its boundary
        await pilot.press("v")
        await until(pilot, lambda: "Training loss" in seen(app))
        assert "lr 0.1, out_features 2" in seen(app)

    told(tmp_path, SweepScreen(directory), story, size=size)


def test_it_is_sorted_and_filtered(tmp_path: Path) -> None:
    """By the best, the worst, the number, the spread, each axis; by words of what is listed."""
    directory = made_sweep(tmp_path, plan(RATES, WIDTHS), [0.4, 0.3, 0.2, None])

    async def story(app: StandApp, pilot: Play) -> None:
        def order() -> list[str]:
            rows = (row for row in app.screen.query_one(SweepTable)._rows)
            return [" ".join(row.values) for row in rows if isinstance(row, Row)]

        await until(pilot, lambda: order() == ["0.2 2", "0.1 3", "0.1 2", "0.2 3"])
        for expected in (
            ["0.2 3", "0.1 2", "0.1 3", "0.2 2"],
            ["0.1 2", "0.1 3", "0.2 2", "0.2 3"],
            ["0.2 2", "0.1 3", "0.1 2", "0.2 3"],
            ["0.1 3", "0.1 2", "0.2 2", "0.2 3"],
            ["0.2 2", "0.1 2", "0.1 3", "0.2 3"],
        ):
            await pilot.press("o")
            await until(pilot, partial(_holds, order, expected))
        await pilot.press("slash", *"diverged", "enter")
        await until(pilot, lambda: order() == ["0.2 3"])
        await pilot.press("escape")
        await until(pilot, lambda: len(order()) == 4)
        await pilot.press("slash", *"lr=0.1", "enter")
        await until(pilot, lambda: order() == ["0.1 2", "0.1 3"])
        await pilot.press("slash", *"x", "enter")
        await until(pilot, lambda: "No configuration is like that" in seen(app))

    told(tmp_path, SweepScreen(directory), story)


def test_it_fills_while_the_sweep_runs(tmp_path: Path) -> None:
    """What runs and how long it will take stands on top, and new rows come by themselves."""
    of = plan(RATES, WIDTHS)
    directory = made_sweep(tmp_path, of, [0.4], ends=False)
    write_lease(directory.path, own_lease("", "running"))
    directory.write_standing(Standing(running=[Running(2, 0.5)], elapsed_s=2.0, left_s=90.0))

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "tiny: running" in seen(app))
        await until(pilot, lambda: "1 of 4 trainings · 1 m 30 s left" in seen(app))
        assert "━" in seen(app).splitlines()[0]
        table = TableWriter(directory)
        _train(directory, of, table, 1, 0.3)
        table.close()
        await until(pilot, lambda: "2 of 4 trainings" in seen(app))
        await until(pilot, lambda: "0.3000" in seen(app))
        await pilot.press("escape")
        assert any("The sweep goes on" in text for text in app.notices)

    told(tmp_path, SweepScreen(directory), story)


def test_a_configuration_is_opened_as_an_experiment(tmp_path: Path) -> None:
    """With its values, to be edited; or as one of its runs."""
    directory = made_sweep(tmp_path, plan(RATES, WIDTHS), [0.4, 0.3, 0.2, 0.1])
    chosen: list[PresetChosen] = []

    class Listening(StandApp):
        def on_preset_chosen(self, message: PresetChosen) -> None:
            chosen.append(message)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "train loss" in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ChoiceScreen))
        assert "the run of seed 0" in seen(app)
        assert "lr 0.2, out_features 3: what is to be opened?" in seen(app)
        await pilot.press("e")
        await until(pilot, lambda: chosen)
        assert str(chosen[0].experiment.optimizer) == "SGD(lr=0.2)"
        assert str(chosen[0].experiment.layers[0]) == "Linear(3)"
        assert chosen[0].is_new

    told(tmp_path, SweepScreen(directory), story, app=Listening(tmp_path))


def test_the_best_is_copied_and_all_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one command line; as CSV into a file."""
    monkeypatch.chdir(tmp_path)
    directory = made_sweep(tmp_path, plan(RATES, WIDTHS), [0.4, 0.3, 0.2, 0.1])

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "train loss" in seen(app))
        await pilot.press("y")
        await until(pilot, lambda: "optimizer.lr=0.2" in app.copied)
        assert app.copied.startswith("perceptui --preset tiny --set ")
        await pilot.press("X")
        await until(pilot, lambda: "Write the trainings as" in seen(app))
        await pilot.press("enter")
        place = tmp_path / f"{directory.name}.csv"
        await until(pilot, place.is_file)
        assert len(place.read_text("utf-8").splitlines()) == 5

    told(tmp_path, SweepScreen(directory), story)


def test_axes_are_proposed_and_mistakes_told_as_they_are_typed(tmp_path: Path) -> None:
    """The rate and the width stand there, the number of trainings with them."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "60 trainings: 20 configurations with 3 seeds" in seen(app))
        assert "optimizer.lr=log(0.01,1,5)" in seen(app)
        assert "layers.0.out_features=2,4,8,16" in seen(app)
        assert "Also worth a look: optimizer=" in seen(app)
        app.screen.query_one("#axis-0", Input).value = "optimizer.lrr=1,2"
        await until(pilot, lambda: 'SGD has no argument "lrr": did you mean lr?' in seen(app))
        app.screen.query_one("#axis-0", Input).value = ""
        app.screen.query_one("#seeds", Input).value = "x"
        await until(pilot, lambda: 'seeds: "x" is no whole number' in seen(app))
        await pilot.press("enter")
        assert all_sweeps(tmp_path / "runs") == []

    told(tmp_path, SweepForm("small", small_experiment()), story)


def test_enter_begins_what_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan is written down, and a process is started for it."""
    begun: list[SweepDirectory] = []
    monkeypatch.setattr(launch, "start", begun.append)

    async def story(app: StandApp, pilot: Play) -> None:
        answers: list[str | None] = []
        app.push_screen(SweepForm("small", small_experiment()), answers.append)
        await until(pilot, lambda: "60 trainings" in seen(app))
        app.screen.query_one("#seeds", Input).value = "1"
        await until(pilot, lambda: "20 trainings" in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: answers)
        (directory,) = begun
        assert answers == [str(directory.path)]
        assert (directory.path / sweep_directory.PLAN).is_file()
        assert directory.plan().num_trials == 20

    told(tmp_path, None, story)


def test_sweeps_are_listed_and_opened(tmp_path: Path) -> None:
    """The newest first, with state and best; where there are none it says how to make one."""

    async def empty(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "There are no sweeps yet" in seen(app))

    told(tmp_path, SweepsScreen(), empty)
    made_sweep(tmp_path, plan(RATES), [0.4, 0.3])

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "completed" in seen(app))
        assert "2/2" in seen(app)
        assert "lr 0.2" in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SweepScreen))

    told(tmp_path, SweepsScreen(), story)


def test_what_ended_early_is_said_and_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason, and the key that goes on."""
    begun: list[SweepDirectory] = []
    monkeypatch.setattr(launch, "start", begun.append)
    directory = made_sweep(tmp_path, plan(WIDTHS, raw=RAW), [0.4], ends=False)
    table = TableWriter(directory)
    table.write(SweepEnded(reason="failed", complaint="the disk is full", elapsed_s=1.0))
    table.close()

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "tiny: failed" in seen(app))
        assert "the disk is full" in seen(app)
        await pilot.press("c")
        await until(pilot, lambda: begun)

    told(tmp_path, SweepScreen(directory), story)
