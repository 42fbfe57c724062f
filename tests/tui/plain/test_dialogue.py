"""The main stories of the app, told in lines."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.engine.service.live import WAIT_S
from tests.tui.app.replay import Workers
from tests.tui.app.stand import small_experiment
from tui.live.following import Folders
from tui.live.snapshot import Snapshot
from tui.plain.dialogue import _ACTS, HELP, Dialogue
from tui.plain.narrator import Narrator
from tui.renderables.look import Look

Play = Callable[[Dialogue, list[str], Workers], Awaitable[None]]


def talked(folder: Path, play: Play) -> list[str]:
    """What is said while a story is played."""
    said: list[str] = []

    async def run() -> None:
        workers = Workers()
        dialogue = Dialogue(Folders(folder / "runs"), said.append, Look(), workers.connect)
        await dialogue._controller.open()
        await play(dialogue, said, workers)
        await dialogue._controller.close()

    asyncio.run(run())
    return said


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not condition():
            await asyncio.sleep(0.01)


def test_pick_set_train_pause_predict(tmp_path: Path) -> None:
    """Each step is answered in a line, and what happens meanwhile is told."""

    async def play(dialogue: Dialogue, said: list[str], workers: Workers) -> None:
        await dialogue.do("pick circle")
        assert any(line.startswith("data: circle(") for line in said)
        await dialogue.do("set epochs=30")
        assert said[-1] == "epochs is 30 now."
        await dialogue.do("train")
        await until(lambda: "Training." in said)
        assert workers.newest.pace == 0  # a first run is slowed where there is a picture to see
        await dialogue.do("pause")
        await until(lambda: "Paused. train goes on." in said)
        await dialogue.do("status")
        assert said[-1].startswith("circle is paused")
        await dialogue.do("train")
        await until(lambda: said.count("Training.") == 2)
        workers.newest.advance(30)
        await until(lambda: any(line.startswith("Finished after 30 epochs") for line in said))
        await dialogue.do("predict 0 0")
        assert said[-1].startswith("The network says ")

    talked(tmp_path, play)


def test_the_doctor_and_its_repair(tmp_path: Path) -> None:
    async def play(dialogue: Dialogue, said: list[str], workers: Workers) -> None:
        dialogue._draft.load("small", small_experiment())
        await dialogue.do("doctor")
        assert any(line.startswith("warning at layers[0]: 4 ReLU units") for line in said)
        await dialogue.do("repair")
        assert said[-3:] == [
            f"Done: {done}. undo takes it back."
            for done in (
                "use Linear(8)",
                "train for 500 epochs with Adam(lr=0.05)",
                "make 500 samples and hold a fifth back: test_fraction = 0.2",
            )
        ]
        for _ in range(3):
            await dialogue.do("undo")
        assert any(line.startswith("layers.0: Linear(4), gives 4, 12 parameters") for line in said)
        await dialogue.do("explain layers.0")
        assert any("12 = 2 × 4 + 4" in line for line in said)

    talked(tmp_path, play)


def test_mistakes_are_told(tmp_path: Path) -> None:
    """None of them ends the dialogue."""

    async def play(dialogue: Dialogue, said: list[str], workers: Workers) -> None:
        for line, told in {
            "": "",
            "dance": "dance: not known",
            "train": "Mistake: ",
            "pause": "Mistake: nothing runs",
            "pick nothing-like-it": "Mistake: ",
            "set epochs": "Mistake: set KEY=VALUE",
            "predict 1": "Mistake: nothing is trained yet",
        }.items():
            await dialogue.do(line)
            assert not told or said[-1].startswith(told), said[-1]

    talked(tmp_path, play)


def test_every_word_of_the_help_does_something() -> None:
    """And what does something is in the help."""
    assert {words.split()[0] for words in HELP} == {*_ACTS, "quit"} - {"help"}


def test_no_more_is_told_than_one_can_hear() -> None:
    """Epochs in between are left out; the end never is."""
    said: list[str] = []
    narrator = Narrator(said.append, Look(), pace_s=1e6)
    narrator.hear(Snapshot(phase="preparing"))
    narrator.hear(Snapshot(phase="preparing"))
    assert said == ["The data and the network are being made ready."]


def test_it_talks_through_pipes(tmp_path: Path) -> None:
    """With a real trainer: a script on stdin is done to the end of its training."""
    script = "pick circle\nset epochs=3\ntrain\n"
    told = subprocess.run(
        [sys.executable, "-m", "tui.entry", "--plain", "--runs-dir", str(tmp_path / "runs")],
        input=script, capture_output=True, text=True, check=True, timeout=WAIT_S,
    ).stdout  # fmt: skip
    assert "Finished after 3 epochs" in told
    assert "\x1b" not in told
