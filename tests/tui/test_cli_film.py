"""`film` shows how a run learned; the README's first picture is one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from engine.runs.run import Run
from tests import opening_film
from tests.tui.command_line import Bench, perceptui
from tests.tui.conftest import Trained

ROOT = Path(__file__).parents[2]


def test_a_film_has_a_frame_for_each_snapshot(bench: Bench, trained: Trained) -> None:
    """The path is printed; the frames are the steps in turn, at the size that was asked for."""
    outcome = perceptui("film", str(trained.run), "-o", "a.cast", "--size", "40x10")
    assert (outcome.code, outcome.out) == (0, "a.cast\n"), outcome.err
    head, *events = map(json.loads, (bench.folder / "a.cast").read_text("utf-8").splitlines())
    assert (head["width"], head["height"]) == (40, 10)
    kept = [taken.step for taken in Run(trained.run).snapshots.all_taken()]
    assert (kept[0], kept[-1]) == (0, 3)
    told = [text for _, _, text in events]
    assert [f"step {step} of 3" in told[n] for n, step in enumerate(kept)] == [True] * len(kept)
    assert len(told) == len(kept) + 1


def test_a_run_without_snapshots_has_a_last_picture(bench: Bench) -> None:
    """Nothing to film is refused with what helps; its end is drawn from its checkpoint."""
    run = bench.train("--snapshots", "0", "--quiet").run
    refused = bench.refused("film", str(run), "-o", "a.gif")
    assert "it keeps no snapshots, so there is nothing to film: name a .svg" in refused
    outcome = perceptui("film", str(run), "-o", "a.svg", "--size", "40x10", "--json")
    assert outcome.records == [{"file": "a.svg"}]
    assert "step&#160;3&#160;of&#160;3" in (bench.folder / "a.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "say where to write it with -o FILE, whose name ends in .cast, .gif, .svg"),
        (["-o", "film.mp4"], "whose name ends in .cast, .gif, .svg"),
        (["-o", "x.gif", "--size", "10x10"], "--size 10x10: give 20x8 to 200x60"),
        (["-o", "x.gif", "--size", "wide"], "--size wide: give 20x8 to 200x60"),
        (["-o", "x.gif", "--frames", "0"], "--frames 0: give 1 to 300"),
        (["-o", "x.gif", "--seconds", "nan"], "--seconds nan: give 0.1 to 600"),
        (["-o", "tiny.toml/x.gif"], "can't be written"),
    ],
)
def test_a_film_that_can_t_be_made(
    bench: Bench, trained: Trained, arguments: list[str], complaint: str
) -> None:
    """It is refused before anything is drawn, and nothing is written."""
    assert complaint in bench.refused("film", str(trained.run), *arguments)
    assert not (bench.folder / "x.gif").exists()


def test_the_opening_picture_can_be_made_again(bench: Bench) -> None:
    """As `make film` does, of a shorter training; the one that the README shows is whole."""
    output = bench.folder / "opening.gif"
    opening_film.make(output, "--epochs", "2", frames=2, size=(30, 10))
    with Image.open(output) as made:
        assert getattr(made, "n_frames", 1) == 2
    picture = opening_film.PICTURE
    assert f"]({picture.relative_to(ROOT)})" in (ROOT / "README.md").read_text("utf-8")
    assert picture.stat().st_size <= opening_film.MOST_BYTES
    with Image.open(picture) as shown:
        assert getattr(shown, "n_frames", 1) == opening_film.FRAMES
