"""Stories around a training: edit, save, share, look at the code, predict, compare, leave."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.doctor.case import Case
from engine.doctor.rule import Remark, Remarks, rule
from engine.doctor.rules import ALL
from engine.parts.shapes import product
from engine.runs.run import Run
from engine.service.client.session import Session
from engine.service.protocol.description import Description
from engine.spec.experiment import Experiment
from tests.tui.app.replay import Replay, Workers
from tests.tui.app.stage import Stage, played
from tests.tui.app.stand import made_run, small_experiment
from tui.editing import own_presets
from tui.screens.code import CodeScreen
from tui.screens.predict import PredictScreen


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def test_a_layer_is_added_and_taken_back(tmp_path: Path) -> None:
    """a opens a form in which a call is typed; z takes the layer back and ctrl+y puts it in."""

    async def play(stage: Stage) -> None:
        await stage.press("a")
        await stage.until_seen("Add a layer")
        await stage.press(*"Dropout")
        await stage.press("enter")
        await stage.until(lambda: len(stage.app.draft.layers()) == 5)
        await stage.until_seen("Dropout(")
        await stage.press("z")
        await stage.until(lambda: "Dropout(" not in stage.screen)
        await stage.press("ctrl+y")
        await stage.until_seen("Dropout(")

    played(tmp_path, play)


def test_the_doctor_speaks_and_repairs(tmp_path: Path) -> None:
    """The gravest finding stands below the experiment; f applies its repair, z takes it back."""
    doubled = small_experiment(
        data="circle(samples=400)",
        layers=["Linear(8)", "ReLU()", "Linear(2)", "Softmax(dim=1)"],
        loss="CrossEntropyLoss()",
        optimizer="Adam(lr=0.05)",
        epochs=200,
        test_fraction=0.25,
    )

    async def play(stage: Stage) -> None:
        await stage.until_seen("✗ error layers[3]", "f repairs it: remove", "f Repair")
        await stage.press("f")
        await stage.until(lambda: len(stage.app.draft.layers()) == 3)
        await stage.until(lambda: "error layers[3]" not in stage.screen)
        await stage.press("z")
        await stage.until_seen("✗ error layers[3]")
        assert len(stage.app.draft.layers()) == 4

    played(tmp_path, play, experiment=doubled)


@rule("no-way-out")
def no_way_out(case: Case) -> Remarks:
    """Finds what only a person can decide."""
    yield Remark("error", "layers[1]", "nobody knows what helps")


def test_f_repairs_what_can_be_where_a_person_must_decide_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what of, and what is equally grave and has a repair is said before."""
    monkeypatch.setattr("engine.doctor.examination.ALL", (no_way_out, *ALL))
    one = small_experiment(
        data="circle(samples=400)", optimizer="Adam(lr=500.0)", test_fraction=0.25
    )

    async def play(stage: Stage) -> None:
        await stage.until_seen(
            "✗ error layers[1]", "f repairs another, warning", "optimizer.lr: use 0.001"
        )
        await stage.press("f")
        await stage.until(lambda: "optimizer.lr" not in stage.screen)
        assert "500" not in str(stage.app.draft.raw["optimizer"])
        await stage.until_seen("✗ error layers[1]")
        stage.app.draft.set("loss", "CrossEntropyLoss()")
        stage.app.draft.set("layers", "Linear(8), ReLU(), Linear(2), Softmax()")
        stage.workbench.show_draft()
        await stage.until_seen("✗ error layers[3]", "f repairs it: remove")

    played(tmp_path, play, experiment=one)


class Unscaled(Replay):
    """A trainer whose data has features of very different sizes."""

    async def describe(self, experiment: Experiment, data_dir: Path | None = None) -> Description:
        description = await super().describe(experiment, data_dir)
        self.said.append(f"describe {experiment.data}")
        number = product(description.known_facts().shape)
        figures = {"lowest": -1.0, "highest": 1.0, "means": 0.0, "deviations": 0.5}
        lists: dict[str, Any] = {name: [value] * number for name, value in figures.items()}
        lists["lowest"][0], lists["highest"][0], lists["deviations"][0] = -900.0, 900.0, 500.0
        return msgspec.structs.replace(description, **lists)


def test_the_doctor_says_more_when_the_data_was_looked_at(tmp_path: Path) -> None:
    """What needs the data's statistics is found once the trainer knows them, and asked once."""
    table = small_experiment(
        data="wine()",
        layers=["Linear(8)", "ReLU()", "Linear(3)"],
        loss="CrossEntropyLoss()",
        optimizer="Adam(lr=0.01)",
        epochs=300,
        test_fraction=0.25,
    )

    async def play(stage: Stage) -> None:
        await stage.until_seen("▲ warning data", "f repairs it")
        await stage.press("d")
        await stage.until_seen("data: unscaled-features")
        await stage.press("escape", "a", *"Tanh", "enter")
        await stage.until(lambda: stage.app.draft.is_edited)
        await stage.until_seen("▲ warning data")
        await stage.press("f")
        await stage.until_seen("standardize=True")
        await stage.until(lambda: "warning data" not in stage.screen)
        assert stage.trainer.said.count("describe wine()") == 1

    played(tmp_path, play, workers=Workers(Unscaled), experiment=table)


def test_an_own_preset_appears_under_mine(tmp_path: Path) -> None:
    """s saves under a name, and the first screen lists it under Mine."""

    async def play(stage: Stage) -> None:
        await stage.press("s")
        await stage.until_seen("Save as", "small")
        await stage.press(*"-own", "enter")
        await stage.until(lambda: any("small-own" in notice for notice in stage.notices))
        await stage.until_seen("ready small-own")
        await stage.press("escape", "end")
        await stage.until_seen("Mine", "small-own")

    played(tmp_path, play)


def test_a_shipped_preset_is_saved_under_a_name_like_its_own(tmp_path: Path) -> None:
    """What can't be a name is said in the dialog, which stays; an own preset is not lost."""
    taken = own_presets.save("taken", small_experiment(seed=5))

    async def play(stage: Stage) -> None:
        stage.app.open_workbench("circle", small_experiment())
        await stage.press("s")
        await stage.until_seen("Save as", "my-circle")
        await stage.press("ctrl+u", *"circle")
        await stage.until_seen('"circle" comes with perceptui')
        await stage.press("enter", "slash")
        await stage.until_seen("is no name for a preset", "Save as")
        await stage.press("ctrl+u", *"taken", "enter")
        await stage.until_seen('You have a preset "taken" already')
        await stage.press("escape")
        await stage.until_seen("Save as", "taken")
        assert "seed = 5" in taken.read_text()
        await stage.press("enter")
        await stage.until_seen('You have a preset "taken" already')
        await stage.press("y")
        await stage.until_seen("ready taken")
        assert "seed = 5" not in taken.read_text()

    played(tmp_path, play)


def test_an_invalid_experiment_is_not_asked_a_name_for(tmp_path: Path) -> None:
    """s says what is wrong at once, not when the name is typed."""

    async def play(stage: Stage) -> None:
        stage.app.draft.add_layer((0,), "Nothing()")
        await stage.press("s")
        await stage.until(lambda: any("Nothing" in notice for notice in stage.notices))
        assert "Save as" not in stage.screen

    played(tmp_path, play)


def test_share_copies_a_command(tmp_path: Path) -> None:
    """y copies a command line that names the data and the layers."""

    async def play(stage: Stage) -> None:
        await stage.press("y")
        await stage.until(lambda: stage.notices)
        words = shlex.split(stage.app.clipboard)
        assert words[0] == "perceptui"
        assert words[words.index("--data") + 1] == "circle(samples=20)"
        assert "--layers" in words

    played(tmp_path, play)


def test_sharing_an_invalid_experiment_says_what_is_wrong(tmp_path: Path) -> None:
    """What cannot be trained cannot be shared or begun: the problem is told instead."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        stage.app.draft.replace_component("loss", "MSLoss()")
        stage.workbench.show_draft()
        await stage.press("y")
        await stage.until(lambda: stage.notices)
        assert all("MSLoss" in notice for notice in stage.notices)
        stage.app.clear_notifications()
        await stage.press("space")
        await stage.until(lambda: stage.notices)
        assert all("MSLoss" in notice for notice in stage.notices)
        assert stage.app.clipboard == ""
        assert not any(one.said for one in stage.workers.given)

    played(tmp_path, play)


def test_the_code_is_shown(tmp_path: Path) -> None:
    """c shows the script of what is edited, and esc leads back."""

    async def play(stage: Stage) -> None:
        await stage.press("c")
        await stage.until_seen("# Small", "import torch")
        assert isinstance(stage.app.screen, CodeScreen)
        await stage.press("escape")
        await stage.until(lambda: stage.workbench)

    played(tmp_path, play)


def test_predict_asks_the_network(tmp_path: Path) -> None:
    """p takes two values and shows the class, its probability and the point."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.trainer.advance(3)
        await stage.press("space")
        await stage.until_phase("paused")
        await stage.press("p")
        await stage.until(lambda: isinstance(stage.app.screen, PredictScreen))
        await stage.press(*"0.5", "tab", *"-0.5", "enter")
        await stage.until_seen("inside", "0.75", "▲")
        assert stage.trainer.said[-1] == "predict"
        await stage.press("escape")
        await stage.until_seen("‖ paused")

    played(tmp_path, play)


def test_two_runs_are_compared(tmp_path: Path) -> None:
    """Two marked runs stand on one chart and in one table with what differs."""
    made_run(tmp_path, "one", loss=0.5)
    made_run(tmp_path, "two", loss=0.25, optimizer="Adam(lr=0.01)")

    async def play(stage: Stage) -> None:
        await stage.press("R")
        await stage.until_seen("One", "Two", "0.5000", "0.2500")
        await stage.press("space", "down", "space", "equals_sign")
        await stage.until_seen("2 runs compared", "optimizer.lr", "0.01")
        await stage.press("escape", "escape")
        await stage.until_seen("Linear(4)")

    played(tmp_path, play)


def test_a_finished_run_opens_its_experiment(tmp_path: Path) -> None:
    """Opening a run that is over shows its experiment, which space trains on for as long again."""
    run = made_run(tmp_path, title="Small")

    async def play(stage: Stage) -> None:
        await stage.until_seen("circle(samples=20)")
        await stage.train()
        assert stage.trainer.experiment.epochs == 12 + 30

    played(tmp_path, play, attach_to=run)


def test_attach_to_a_live_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a live run shows it as it is, paused, and space lets it go on."""
    run = made_run(tmp_path, reason=None, is_live=True)
    workers = Workers()

    @asynccontextmanager
    async def attach(run: Run) -> AsyncIterator[Replay]:
        async with workers.connect() as replay:
            await replay.take_over(run)
            yield replay

    monkeypatch.setattr(Session, "attach", attach)

    async def play(stage: Stage) -> None:
        await stage.until_seen("‖ paused")
        await stage.press("space")
        await stage.until_seen("▶ running")
        stage.trainer.advance()
        await stage.until_seen("epoch 14/30")
        assert stage.trainer.said == ["go on"]

    played(tmp_path, play, workers=workers, attach_to=run)


def test_quit_without_a_live_run_asks_nothing(tmp_path: Path) -> None:
    """q ends the app at once when nothing trains."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        await stage.press("q")
        await stage.until(lambda: not stage.app.is_running)

    assert played(tmp_path, play).return_value == 0


@pytest.mark.parametrize(("key", "said"), [("l", []), ("s", ["stop"])])
def test_quit_with_a_live_run(tmp_path: Path, key: str, said: list[str]) -> None:
    """l leaves the run to itself and s stops and keeps it; both end the app."""
    workers = Workers()

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.press("q")
        await stage.until_seen("A training is under way")
        await stage.press(key)
        await stage.until(lambda: not stage.app.is_running)

    assert played(tmp_path, play, workers=workers).return_value == 0
    assert workers.newest.said == ["train small", *said]


def test_quit_and_stay(tmp_path: Path) -> None:
    """esc at the question changes nothing, and q asks again."""

    async def play(stage: Stage) -> None:
        await stage.train()
        for _ in range(2):
            await stage.press("q")
            await stage.until_seen("A training is under way")
            await stage.press("escape")
            await stage.until(lambda: "under way" not in stage.screen)
        assert stage.phase == "running"
        assert stage.trainer.said == ["train small"]

    played(tmp_path, play)


def test_leaving_the_workbench_ends_nothing(tmp_path: Path) -> None:
    """esc leads to the presets while it trains; another preset says what trains."""

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.press("escape")
        await stage.until_seen("enter opens it")
        stage.trainer.advance(2)
        await stage.press("enter")
        await stage.until_seen("○ ready moons", "another is training")
        assert "running" not in stage.screen
        assert stage.trainer.said == ["train small"]

    played(tmp_path, play)


def test_every_action_is_in_the_palette(tmp_path: Path) -> None:
    """The palette finds what has a key, hidden from the footer or not, and does it."""

    async def play(stage: Stage) -> None:
        await stage.until_seen("Linear(4)")
        await stage.press("ctrl+p", *"log scale")
        await stage.until_seen("Log scale")
        await stage.press("enter")
        from tui.widgets.training import LossCurve

        await stage.until(lambda: stage.app.workbench.query_one(LossCurve).log_scale)

    played(tmp_path, play)
