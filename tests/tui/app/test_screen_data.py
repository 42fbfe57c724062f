"""The data sets as a place: looked at, used, fetched, removed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DataUnavailable
from engine.parts.data import DataLocations, Loading
from engine.parts.data.torchvision_sets import MNIST
from tests.tui.app.stage import BOTH_SIZES, Stage, played
from tests.tui.app.stand import made_run, small_experiment
from tui.screens import data as data_screen
from tui.screens.data import DataScreen, SetList
from tui.screens.table import TableScreen


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, presets and files of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


async def opened(stage: Stage) -> DataScreen:
    """Open the screen, and wait for its list."""
    await stage.press("D")
    await stage.until(lambda: isinstance(stage.app.screen, DataScreen))
    await stage.until_seen("To download", "MNIST")
    assert isinstance(stage.app.screen, DataScreen)
    return stage.app.screen


async def go_to(stage: Stage, name: str) -> None:
    """Put the cursor on the set of this name."""
    screen = stage.app.screen
    assert isinstance(screen, DataScreen)
    places = [
        getattr(one, "name", "") or getattr(one, "path", Path()).name for one in screen._places
    ]
    screen.query_one(SetList).highlighted = places.index(name)
    await stage.pilot.pause()


@BOTH_SIZES
def test_every_set_says_what_it_is(tmp_path: Path, size: tuple[int, int]) -> None:
    """Samples, classes, size, licence, source, and whether it is here."""

    async def play(stage: Stage) -> None:
        await opened(stage)
        await stage.until_seen("60,000 samples", "11.6 MB", "CC BY-SA 3.0")
        await stage.until_seen("yann.lecun.com", "to fetch", "f Fetch", "enter Use it")
        await go_to(stage, "iris")
        await stage.until_seen("setosa, versicolor", "CC BY 4.0", "comes along")
        await stage.until(lambda: "f Fetch" not in stage.screen)

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_a_set_is_used_in_the_open_experiment(tmp_path: Path, size: tuple[int, int]) -> None:
    """Loss, last layer and sizes follow; what was changed is said, and z takes it back."""

    async def play(stage: Stage) -> None:
        before = dict(stage.app.draft.raw)
        await opened(stage)
        await go_to(stage, "iris")
        await stage.press("enter")
        await stage.until(lambda: stage.app.screen is stage.app.workbench)
        await stage.until(lambda: stage.notices)
        draft = stage.app.draft
        assert draft.raw["data"] == "iris(standardize=True)"
        assert draft.layers() == ["Linear(4)", "ReLU()", "Linear(3)"]
        told = stage.notices[-1].split("\n")
        assert told[0] == "Now with iris(standardize=True); z takes it back."
        assert "loss: BCELoss() → CrossEntropyLoss()" in told
        await stage.press("1", "z")
        assert dict(draft.raw) == before

    played(tmp_path, play, size=size, experiment=small_experiment())


def test_without_an_experiment_one_is_begun(tmp_path: Path) -> None:
    """From the first screen: a network for it is on the workbench, and valid."""

    async def play(stage: Stage) -> None:
        await stage.until_seen("Start here")
        await opened(stage)
        await go_to(stage, "wine")
        await stage.press("enter")
        await stage.until(lambda: stage.app.draft.name == "wine")
        assert stage.app.draft.experiment is not None
        assert stage.app.draft.layers() == ["Linear(32)", "ReLU()", "Linear(3)"]

    played(tmp_path, play, at_presets=True)


@BOTH_SIZES
def test_own_files_are_among_them(tmp_path: Path, size: tuple[int, int]) -> None:
    """A table in this folder, pictures, and what a run is of; enter looks at a table."""
    (tmp_path / "houses.csv").write_text("area,price\n" + "1,2\n" * 20)
    for kind in ("cats", "dogs"):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        (tmp_path / "pets" / kind / "1.png").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    old = tmp_path / "old.csv"
    old.write_text("a,y\n" + "".join(f"{n},{n % 2}\n" for n in range(20)))
    run = made_run(tmp_path, data=f"csv({str(old)!r}, 'y')")
    old.unlink()

    async def play(stage: Stage) -> None:
        await opened(stage)
        screen = stage.app.screen
        assert isinstance(screen, DataScreen)
        own = [getattr(one, "path", None) for one in screen._places]
        assert [path.name for path in own if path] == ["old.csv", "houses.csv", "pets"]
        await go_to(stage, "old.csv")
        await stage.until_seen("gone", f"Used by {run.name}"[:20])
        await go_to(stage, "houses.csv")
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, TableScreen))
        await stage.until_seen("houses.csv: 20 rows, 2 columns")

    played(tmp_path, play, size=size)


@BOTH_SIZES
def test_a_download_tells_how_far_it_is_and_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    """f begins it, x gives it up and keeps what came, f again brings it home."""
    go_on = threading.Event()
    begun: list[str] = []

    def fetching(name: str, locations: DataLocations) -> None:
        begun.append(name)
        locations.on_loading(Loading("MNIST a.gz", 2_000_000, 8_000_000))
        while not go_on.wait(0.01):
            locations.on_wait()
        for stored in MNIST.stored:
            (locations.data_dir / stored).parent.mkdir(parents=True, exist_ok=True)
            (locations.data_dir / stored).write_bytes(b"1")

    monkeypatch.setattr(data_screen, "fetch", fetching)

    async def play(stage: Stage) -> None:
        await opened(stage)
        stage.burst("f")
        await stage.until_seen("Fetching MNIST a.gz: 25%, 2.0 of 8.0 MB; x stops")
        stage.burst("x")
        await stage.until_seen("what came is kept")
        go_on.set()
        await stage.press("f")
        await stage.until_seen("MNIST is here", "del Remove")
        assert begun == ["MNIST", "MNIST"]
        await stage.press("delete")
        await stage.until_seen("Remove MNIST from")
        await stage.press("y")
        await stage.until(lambda: any("of MNIST removed" in one for one in stage.notices))
        await stage.until_seen("f Fetch")
        assert not (tmp_path / "data" / "MNIST").exists()

    played(tmp_path, play, size=size)


def test_a_download_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And can be tried again."""

    def failing(name: str, locations: DataLocations) -> Any:
        raise DataUnavailable("no network")

    monkeypatch.setattr(data_screen, "fetch", failing)

    async def play(stage: Stage) -> None:
        await opened(stage)
        await stage.press("f")
        await stage.until_seen("MNIST could not be fetched: f tries again")
        assert stage.notices == ["no network"]

    played(tmp_path, play)
