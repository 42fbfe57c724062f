"""Lessons' files: read, or refused with every mistake at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from engine.lessons.lesson_reader import BadLesson, lesson_of, read_lesson
from engine.limits import LESSON_STEPS
from engine.parts.data import DataLocations
from tests.engine.lessons.written import NOWHERE, lesson, raw_lesson, step

ASKING = {"question": "Which?", "choices": {"a": "This", "b": "That"}}


def mistakes(raw: dict[str, Any], words: dict[str, Any] | None = None) -> list[str]:
    """What is wrong with a lesson."""
    with pytest.raises(BadLesson) as caught:
        lesson_of(raw, Path("mine.toml"), words)
    return [str(problem) for problem in caught.value.problems]


def test_a_lesson_is_read() -> None:
    """Its texts, its steps by number or name, and what it starts from."""
    found = lesson(
        step("answered", "answer a", name="guess", **ASKING, hints=["One."], needs=["space"]),
        step("completed", "train", done="{train_loss}"),
    )
    assert (found.name, found.title, found.teaches) == ("mine", "A lesson", "Something.")
    assert [one.name for one in found.steps] == ["guess", "2"]
    assert found.start.experiment.epochs == 4
    assert found.order == float("inf")


def test_every_mistake_at_once() -> None:
    """With its place, and with the nearest match."""
    raw = raw_lesson(
        step("epok > 1", "ansr a", hnts=["?"], wrong=[{"text": "{zz}"}]),
        {"until": "completed", "choices": {"a": "This"}, "solution": []},
        teachs="",
        order="first",
    )
    del raw["teaches"]
    assert mistakes(raw) == [
        "teachs: unknown key: did you mean teaches?",
        "teaches: missing",
        "order: 'first' is not a number",
        "steps[1].hnts: unknown key: did you mean hints?",
        'steps[1].until: unknown fact "epok": did you mean epoch?',
        'steps[1].wrong[1].text: unknown fact "zz": `perceptui learn --facts` lists them',
        "steps[1].wrong[1].when: missing: in which case it is told",
        'steps[1].solution[1]: "ansr" is nothing that a solution does: did you mean answer?',
        "steps[2].question: missing",
        "steps[2].title: missing",
        "steps[2].text: missing",
        "steps[2].solution: missing: a list of lines that do what the step asks for",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"experiment": 3}, "experiment: 3 is not a table of an experiment"),
        ({"experiment": {"data": "circle()"}}, "experiment: layers: missing"),
        ({"experiment": None, "start": "circel"}, "did you mean circle?"),
        ({"start": "circle"}, "start: give start or [experiment], not both"),
        ({"start_with": {"optimizer.lrr": "1"}}, 'SGD has no argument "lrr": did you mean lr?'),
        ({"start_with": {"epochs": 3}}, "start_with: write a table of keys and texts"),
        ({"otherwise": {"strt": "digits"}}, "otherwise.strt: unknown key: did you mean start?"),
        ({"steps": []}, "steps: missing: write [[steps]]"),
        ({"steps": [3]}, "steps: write [[steps]]"),
        ({"steps": [step()] * 101}, f"more than the {LESSON_STEPS.most} that are taken"),
        ({"steps": [step(choices={"a": 3})]}, "steps[1].choices: write a table"),
        ({"steps": [step(question="?")]}, "steps[1].choices: missing"),
        ({"steps": [step(done=3)]}, "steps[1].done: 3 is neither a text nor a list"),
        ({"steps": [step(done=[3])]}, "steps[1].done[1]: 3 is neither a text nor a table"),
        ({"steps": [step(needs="m")]}, "steps[1].needs: 'm' is not a list of texts"),
        ({"steps": [step(start_with={"epochs": "3"})]}, "it changes nothing without a start"),
        ({"steps": [{**step(), "until": True}]}, "steps[1].until: True is not a text"),
        ({"steps": [step("completed", "train to the end")]}, "write train, or train until"),
        ({"steps": [step("completed", "train until epch > 3")]}, "did you mean epoch?"),
        ({"steps": [step("completed", "step -3")]}, '"-3" is not a number of steps'),
        ({"steps": [step("completed", "silence x 1")]}, '"x" is not where a layer is'),
        ({"steps": [step("completed", "silence 1")]}, "write silence LAYER UNIT"),
        ({"steps": [step("completed", "set-weight 0 weight x 1")]}, '"x" is not a place like 2,1'),
        ({"steps": [step("completed", "layers insert 0 Linear(")]}, "is not a call"),
        ({"steps": [step("completed", "set epohcs=3")]}, "did you mean epochs?"),
        ({"steps": [step("completed", "set epochs")]}, "write"),
        ({"steps": [step("completed", "restart now")]}, "nothing follows restart"),
        ({"steps": [step("completed", "predict 1,,2")]}, "write predict V1, V2"),
        ({"steps": [step("completed", "save a/b")]}, "write save NAME"),
        ({"steps": [step("completed", "answer a")]}, "there is no question"),
        ({"steps": [step("completed", "train " * 300)]}, "more than the 1,000 that are taken"),
        ({"steps": [step("completed", 3)]}, "3 is not a line of a solution"),  # type: ignore[arg-type]  # as a file may have it
    ],
)
def test_one_mistake(changes: dict[str, Any], said: str) -> None:
    """Each is named where it is."""
    raw = {key: one for key, one in {**raw_lesson(), **changes}.items() if one is not None}
    assert any(said in one for one in mistakes(raw)), mistakes(raw)


def test_two_steps_of_one_name() -> None:
    """An answer that is asked for by its name must be one step's."""
    asked = step("answered", "answer a", name="guess", **ASKING)
    assert mistakes(raw_lesson(asked, asked)) == ['steps[2].name: two steps are named "guess"']


def test_an_answer_that_comes_later() -> None:
    """No step can wait for it: it would never be done."""
    waits = step('answer("guess") == "a"', "train")
    asked = step("answered", "answer a", name="guess", **ASKING)
    assert mistakes(raw_lesson(waits, asked)) == [
        'steps[1].until: answer("guess"): the step of this name comes later'
    ]


def test_figures_are_filled_in() -> None:
    """Of this step, else of the lesson so far; a brace is written twice, an answer in its words."""
    found = lesson(
        step("answered", "answer a", name="guess", **ASKING, done="{answer}: {{{epochs}}}"),
        step("completed", "train", done='{answer("guess")}, {train_accuracy}, {optimizer}'),
    )
    now = found.begun(NOWHERE)
    now.answered("a")
    assert found.told_done(found.steps[0], now) == "This: {4}"
    found.begin(now, 1)
    assert found.told_done(found.steps[1], now) == "This, …?, SGD"


def test_the_first_case_is_told() -> None:
    """Of what is wrong nothing is said before it happens; of what is done the last case is any."""
    found = lesson(
        step(
            'answered("b")',
            "answer b",
            **ASKING,
            wrong=[{"when": 'answered("a")', "text": "No: {answer}."}],
            done=[{"when": "epochs > 100", "text": "long"}, {"text": "short"}],
        )
    )
    now = found.begun(NOWHERE)
    assert found.told_wrong(found.steps[0], now) == ""
    now.answered("a")
    assert found.told_wrong(found.steps[0], now) == "No: This."
    assert found.told_done(found.steps[0], now) == "short"


def test_what_it_starts_from_without_its_data() -> None:
    """The other start, where a data set was not downloaded; its own where it was."""
    raw = raw_lesson(start="mnist", otherwise={"start": "digits", "start_with": {"epochs": "1"}})
    del raw["experiment"]
    found = lesson_of(raw, Path("mine.toml"))
    assert found.begins_with(NOWHERE).name == "digits"
    assert found.begins_with(NOWHERE).experiment.epochs == 1
    assert found.start.name == "mnist"


def test_a_step_may_start_anew(tmp_path: Path) -> None:
    """With an experiment of its own; what was changed is asked from there."""
    found = lesson(
        step(),
        step('changed("epochs")', "set epochs=3", start="circle", start_with={"seed": "7"}),
    )
    now = found.begun(DataLocations(tmp_path))
    found.begin(now, 1)
    assert now.experiment is not None
    assert (now.experiment.seed, now.experiment.epochs) == (7, 100)
    assert not found.steps[1].is_done(now)


def test_files_that_are_none(tmp_path: Path) -> None:
    """A pipe, a folder, no TOML, no text: refused at once, each with its name."""
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    broken = tmp_path / "broken.toml"
    broken.write_text("title = ")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 1_000_001)
    deep = tmp_path / "deep.toml"
    deep.write_text("a." * 1000 + "b = 1")
    absent = tmp_path / "absent.toml"
    for path in (pipe, tmp_path, broken, binary, large, deep, absent):
        with pytest.raises(BadLesson, match=path.name) as caught:
            read_lesson(path)
        assert caught.value.exit_code == 4


WORDS: dict[str, Any] = {
    "title": "Eine Lektion",
    "teaches": "Etwas.",
    "steps": [
        {
            "title": "Ein Schritt",
            "text": "Tu es.",
            "question": "Welches?",
            "choices": {"a": "Dies", "b": "Das"},
            "hints": ["Eins."],
            "wrong": ["Nein: {answer}."],
            "done": "Ja: {answer}.",
        }
    ],
}


def translatable() -> dict[str, Any]:
    """A lesson with every kind of text."""
    return raw_lesson(
        step(
            'answered("b")',
            "answer b",
            **ASKING,
            hints=["One."],
            wrong=[{"when": 'answered("a")', "text": "No: {answer}."}],
            done="Yes: {answer}.",
        )
    )


def test_the_words_of_another_language() -> None:
    """Texts are replaced; what is asked and what is done stays."""
    found = lesson_of(translatable(), Path("mine.toml"), WORDS)
    now = found.begun(NOWHERE)
    now.answered("a")
    assert found.title == "Eine Lektion"
    assert found.steps[0].hints == ("Eins.",)
    assert found.told_wrong(found.steps[0], now) == "Nein: Dies."
    assert found.told_done(found.steps[0], now) == "Ja: Dies."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": None}, "title: is not translated"),
        ({"order": 3}, "order: unknown key"),
        ({"steps": []}, "steps: the lesson has 1, its translation has not"),
        ({"steps": [{**WORDS["steps"][0], "hints": []}]}, "steps[1].hints: "),
        ({"steps": [{**WORDS["steps"][0], "choices": {"a": "Dies"}}]}, "steps[1].choices: "),
        ({"steps": [{**WORDS["steps"][0], "until": "epoch > 1"}]}, "steps[1].until: unknown key"),
        ({"steps": [{**WORDS["steps"][0], "done": "{epok}"}]}, "did you mean epoch?"),
    ],
)
def test_words_that_do_not_agree(changes: dict[str, Any], said: str) -> None:
    """A translation that is stale or has more than words is refused."""
    words = {key: one for key, one in {**WORDS, **changes}.items() if one is not None}
    assert any(said in one for one in mistakes(translatable(), words))
