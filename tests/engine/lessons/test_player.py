"""Solutions are played on a real session; a check says what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import Problem
from engine.lessons.check import check
from engine.lessons.lesson import Lesson
from engine.lessons.player import Played, play
from engine.service.client.session import Session
from tests.engine.lessons.written import NOWHERE, lesson, step
from tests.engine.service.live import run_async

QUESTION = {"question": "Which?", "choices": {"a": "This", "b": "That"}}


def checked(found: Lesson, socket: Path, runs_dir: Path) -> list[str]:
    """What a check says of a lesson."""

    async def ask() -> list[Problem]:
        async with Session.connect(socket) as session:
            return await check(found, session, runs_dir, NOWHERE)

    return [str(problem) for problem in run_async(ask())]


def played(found: Lesson, socket: Path, runs_dir: Path) -> list[Played]:
    """What comes of each step."""

    async def ask() -> list[Played]:
        async with Session.connect(socket) as session:
            return [one async for one in play(found, session, runs_dir, NOWHERE)]

    return run_async(ask())


def test_every_verb_does_what_it_says(warm: Path, tmp_path: Path) -> None:
    """Those that the course needs least among them."""
    found = lesson(
        step("paused and step == 2", "step 2"),
        step("weight_set and woken and silenced", "set-weight 0 weight 1,0 0.5",
             "silence 0 2", "wake 0 2"),
        step("rate_changed and layer_redrawn", "set-rate 0.2", "redraw 2"),
        step("completed and epoch == 4", "train"),
        step("resumed and epoch == 6", "train-on 2"),
        step("evaluated and loss_afterwards > 0", "evaluate"),
        step('explained and changed("seed")', "explain layers.0", "explain optimizer.lr",
             "explain epochs", "seed 5"),
        step("predicted and predicted_probability >= 0.5", "predict 0.5, -0.5"),
        step("num_layers == 3", "layers remove 3"),
        step('num_layers == 4 and layers.1 == "Tanh"', "layers insert 1 Tanh"),
    )  # fmt: skip
    steps = played(found, warm, tmp_path)
    assert [one.failure for one in steps] == [""] * len(steps)
    assert [(one.was_done, one.is_done) for one in steps] == [(False, True)] * len(steps)


def test_what_a_check_finds(warm: Path, tmp_path: Path) -> None:
    """Fulfilled from the start, never fulfilled, told too early, unsaid, without its figure."""
    found = lesson(
        step("epochs == 4", "set epochs=5"),
        step("epochs > 10", "set epochs=6"),
        step("epochs == 7", "set epochs=7", wrong=[{"when": "epochs > 1", "text": "More."}]),
        step('answered("b")', "answer b", **QUESTION),
        step("epochs == 8", "set epochs=8", done="It is {train_loss}."),
    )
    assert checked(found, warm, tmp_path) == [
        "steps[1].until: epochs == 4 is fulfilled from the start: nothing would have to be done",
        "steps[1].until: epochs == 4 is never fulfilled by the solution",
        "steps[2].until: epochs > 10 is never fulfilled by the solution",
        "steps[3].wrong: it is told before anything was done: 'More.'",
        'steps[4].wrong: the answer "a" is wrong, and nothing is said',
        "steps[5].done: a figure is not known then: 'It is \\u2026?.'",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("train until epoch > 10", "the training was over before that"),
        ("silence 0 1", "no training goes on"),
        ("predict 1, 2", "nothing was trained yet"),
        ("fix double-softmax", "the doctor has no repair of that now: it finds"),
        ("set optimizer.momentun=1", "did you mean momentum?"),
        ("layers remove 9", "is not a layer"),
        ("explain nonsense", '"nonsense" is nothing that can be explained'),
        ("train-on 3", "nothing was trained yet"),
    ],
)
def test_a_solution_that_breaks_off(line: str, said: str, warm: Path, tmp_path: Path) -> None:
    """Its line is named with the reason, and the steps behind it are not reached."""
    problems = checked(lesson(step("completed", line), step()), warm, tmp_path)
    assert problems[0].startswith(f"steps[1].solution: {line}: ")
    assert said in problems[0]
    assert problems[-1] == "steps[2]: it is not reached: the solution of step 1 breaks off"


def test_a_training_without_end_is_broken_off(
    warm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lesson that trains for longer than a lesson takes is told so."""
    monkeypatch.setattr("engine.lessons.bench.LONGEST_S", 0.2)
    endless = step("completed", "set epochs=1000000000", "set report_every=1000000000", "train")
    (problem,) = checked(lesson(endless), warm, tmp_path)
    assert problem == "steps[1].solution: train: it trains for longer than 0.2 seconds"


def test_the_same_lesson_gives_the_same_figures(warm: Path, tmp_path: Path) -> None:
    """What is told in a solution depends on no clock."""
    told = [
        played(lesson(step("epoch >= 2", "train until epoch >= 2", done="{train_loss}")), warm, to)
        for to in (tmp_path / "a", tmp_path / "b")
    ]
    assert told[0][0].told == told[1][0].told
    assert float(told[0][0].told[0].done) > 0
