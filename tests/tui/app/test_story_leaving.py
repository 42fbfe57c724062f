"""Stories of edits that are left: nothing that a person typed is lost without being asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.spec.experiment_reader import read_file
from engine.spec.presets import path_of
from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import made_run
from tui.screens.presets import PresetsScreen
from tui.screens.workbench import WorkbenchScreen

QUESTION = "neither saved nor trained it so"


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, presets and runs of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


async def edit(stage: Stage, name: str = "circle") -> None:
    """Open a preset and add a layer that keeps it valid."""
    stage.burst("home", "slash", *name, "enter")
    await stage.until(lambda: stage.app.draft.name == name)
    await add_layer(stage)


async def add_layer(stage: Stage) -> None:
    """On the workbench."""
    stage.burst("a", *"Tanh", "enter")
    await stage.until(lambda: stage.app.draft.is_edited)
    await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))


async def choose(stage: Stage, name: str) -> None:
    """Go back to the presets and choose one."""
    await stage.press("escape")
    await stage.until(lambda: isinstance(stage.app.screen, PresetsScreen))
    stage.burst("escape", "slash", *name, "enter")


def test_a_preset_that_is_chosen_again_is_as_it_was_left(tmp_path: Path) -> None:
    """Going back to the presets and into the same one keeps the edits, and says so."""

    async def play(stage: Stage) -> None:
        await edit(stage)
        layers = stage.app.draft.layers()
        await choose(stage, "circle")
        await stage.until(lambda: any("still here" in notice for notice in stage.notices))
        assert stage.app.draft.layers() == layers

    played(tmp_path, play, at_presets=True)


@BOTH_SIZES
def test_another_preset_asks_about_edits(tmp_path: Path, size: tuple[int, int]) -> None:
    """esc stays with them, d drops them, and z brings them back even then."""

    async def play(stage: Stage) -> None:
        await edit(stage)
        layers = stage.app.draft.layers()
        await choose(stage, "spiral")
        await stage.until_seen(QUESTION)
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, PresetsScreen))
        assert stage.app.draft.layers() == layers
        await stage.press("enter")
        await stage.until_seen(QUESTION)
        await stage.press("d")
        await stage.until(lambda: stage.app.draft.name == "spiral")
        await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))
        await stage.press("1", "z")
        await stage.until(lambda: stage.app.draft.layers() == layers)

    played(tmp_path, play, at_presets=True, size=size)


def test_edits_can_be_saved_on_the_way_out(tmp_path: Path) -> None:
    """q asks; s and enter save under an own name, and the app ends."""
    layers: list[object] = []

    async def play(stage: Stage) -> None:
        await edit(stage)
        layers.extend(stage.app.draft.layers())
        await stage.press("q")
        await stage.until_seen(QUESTION)
        await stage.press("s")
        await stage.until_seen("my-circle")
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))
        await stage.press("q", "s", "enter")
        await stage.until(lambda: not stage.app.is_running)

    played(tmp_path, play, at_presets=True)
    assert [str(layer) for layer in read_file(path_of("my-circle")).layers] == layers


def test_nothing_is_asked_where_nothing_would_be_lost(tmp_path: Path) -> None:
    """Edits that were taken back, saved or trained are left without a word."""

    async def play(stage: Stage) -> None:
        await edit(stage)
        await stage.press("z")
        await choose(stage, "spiral")
        await stage.until(lambda: stage.app.draft.name == "spiral")
        await choose(stage, "circle")
        await stage.until(lambda: stage.app.draft.name == "circle")
        await add_layer(stage)
        await stage.train()
        await stage.until(lambda: stage.app.controller.snapshot.run)
        await choose(stage, "spiral")
        await stage.until(lambda: stage.app.draft.name == "spiral")

    played(tmp_path, play, at_presets=True)


def test_a_run_asks_about_edits_too(tmp_path: Path) -> None:
    """Opening a past run's experiment over edits asks first; the run of these edits does not."""
    made_run(tmp_path)

    async def play(stage: Stage) -> None:
        await edit(stage)
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, PresetsScreen))
        await stage.press("escape", "end")
        await stage.until_seen("Recent runs")
        await stage.press("end", "enter")
        await stage.until_seen(QUESTION)
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, PresetsScreen))
        assert stage.app.draft.name == "circle"

    played(tmp_path, play, at_presets=True)


def test_the_live_run_that_began_here_shows_what_is_edited(tmp_path: Path) -> None:
    """Going back to the training from the list of runs keeps what was edited since it began."""

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.until(lambda: stage.app.controller.snapshot.run)
        await add_layer(stage)
        layers = stage.app.draft.layers()
        await stage.press("R")
        await stage.until_seen("running")
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))
        assert (stage.app.draft.layers(), stage.app.draft.name) == (layers, "small")

    played(tmp_path, play)


@BOTH_SIZES
def test_a_change_that_waits_for_a_reset_stands_beside_the_state(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Whatever pane is seen: what was changed is not what trains, and which key begins it."""

    async def play(stage: Stage) -> None:
        await stage.train()
        stage.burst("1")
        await add_layer(stage)
        await stage.until(lambda: "changed: r begins this" in stage.screen.splitlines()[0])
        stage.burst("3")
        stage.trainer.finish()
        await stage.until(lambda: "changed: space trains this" in stage.screen.splitlines()[0])
        stage.burst("1", "z")
        await stage.until(lambda: "changed" not in stage.screen.splitlines()[0])

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_space_on_another_preset_asks_about_the_live_training(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """esc changes nothing, p pauses it, s stops and keeps it and trains what is seen."""

    async def play(stage: Stage) -> None:
        await stage.train()
        await stage.until(lambda: stage.app.controller.snapshot.run)
        await choose(stage, "spiral")
        await stage.until(lambda: stage.app.draft.name == "spiral")
        await stage.until_seen("another is training: space asks")
        for key in ("space", "n", "r"):
            stage.burst(key)
            await stage.until_seen("small is training", "Stop and keep it", "Pause it")
            stage.burst("escape")
            await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))
        assert stage.trainer.said == ["train small"]
        stage.burst("space", "p")
        await stage.until_phase("paused")
        stage.burst("space")
        await stage.until_seen("small is paused", "Go on with it")
        stage.burst("s")
        await stage.until(lambda: "train spiral" in stage.trainer.said)
        assert stage.trainer.said == ["train small", "pause", "stop", "train spiral"]

    played(tmp_path, play, size=size)
