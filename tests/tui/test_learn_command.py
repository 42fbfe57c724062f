"""`perceptui learn` where there is no screen: the list, the facts, the check of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.lessons.facts import FACTS
from engine.lessons.progress import Standing, keep
from tests.presets.measure_lessons import NAMES
from tests.tui.command_line import perceptui

GOOD = """\
title = "Mine"
teaches = "Nothing yet."
start = "circle"

[[steps]]
title = "Change it"
text = "Make it 8 wide."
until = 'layers.0.out_features == 8'
solution = ["set layers.0.out_features=8"]
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """How far whoever runs the tests is in the course is no part of them."""
    file = tmp_path / "state" / "lessons.json"
    monkeypatch.setattr("engine.lessons.progress.progress_file", lambda: file)
    return file


def test_the_course_in_its_order() -> None:
    """All lessons, with how far one is in each; without a screen it is the same list."""
    keep("one-step", Standing(step=2, done=(0, 1)))
    listed = perceptui("learn", "--list", "--json").records
    assert [one["name"] for one in listed[:3]] == ["first-network", "one-step", "circle"]
    assert sorted(one["name"] for one in listed) == NAMES
    assert (listed[1]["done"], listed[1]["steps"], listed[1]["finished"]) == (2, 10, False)
    told = perceptui("learn")
    assert told.code == 0
    assert " 2/10" in told.out
    assert "Inside or outside?" in told.out


def test_own_lessons_come_last(own_lesson: Path) -> None:
    """They lie beside a person's presets; one that can't be read is named, and hides no other."""
    (own_lesson.parent / "broken.toml").write_text("title = ")
    listed = perceptui("learn", "--list", "--json")
    assert listed.records[-1]["name"] == "mine"
    assert len(listed.records) == len(NAMES) + 1
    assert "broken.toml: not valid TOML" in listed.err


@pytest.fixture
def own_lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lesson of a person's own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "config" / "perceptui" / "presets" / "lessons"
    folder.mkdir(parents=True)
    file = folder / "mine.toml"
    file.write_text(GOOD)
    return file


def test_a_good_lesson(tmp_path: Path) -> None:
    """Every step can be done; its runs are kept nowhere."""
    file = tmp_path / "mine.toml"
    file.write_text(GOOD)
    told = perceptui("learn", "--check", str(file))
    assert (told.code, told.out) == (0, f"{file}: its one step can be done\n")


def test_bad_lessons(tmp_path: Path) -> None:
    """Of each file all that is wrong, and exit code 4; with --json an object a problem."""
    files = [tmp_path / name for name in ("typo.toml", "given.toml", "absent.toml")]
    files[0].write_text(GOOD.replace("out_features ==", "out_feature =="))
    files[1].write_text(GOOD.replace("== 8'", ">= 4'").replace("=8", "=3"))
    told = perceptui("learn", "--check", *map(str, files))
    assert told.code == 4
    assert f"{files[0]}: steps[1].until: " in told.err
    assert "did you mean out_features?" in told.err
    assert "is fulfilled from the start" in told.err
    assert "is never fulfilled by the solution" in told.err
    assert "absent.toml: No such file" in told.err
    found = perceptui("learn", "--check", "--json", *map(str, files)).records
    assert [Path(one["path"]).name for one in found] == [
        "typo.toml",
        "absent.toml",
        "given.toml",
        "given.toml",
    ]
    assert found[0]["place"] == "steps[1].until"


def test_the_facts() -> None:
    """Each with what it is, for whoever writes a lesson."""
    told = perceptui("learn", "--facts", "--json").records
    assert [one["name"] for one in told] == list(FACTS)
    every = perceptui("learn", "--facts").out
    assert all(name in every for name, fact in FACTS.items() if not fact.is_figure)
    assert len(every.splitlines()) < 90, "figures, which differ by a word only, are not all listed"
    assert "looked_inside(the index of a layer)" in every
    assert "best_train_loss" in every
    of_losses = perceptui("learn", "--facts", "train_loss").out
    assert "train_loss  number: the newest loss" in of_losses
    assert "best_train_loss  number" in of_losses
    assert "accuracy" not in of_losses


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("learn", "--check"), "--check: name the files of lessons"),
        (("learn", "--check", "--list"), "give one of them"),
        (("learn", "circle", "xor"), 'unexpected "xor"'),
        (
            ("learn", "--facts", "trainloss"),
            'no fact is called "trainloss": did you mean train_loss?',
        ),
        (("learn", "nosuch"), 'unknown lesson "nosuch"'),
        (("learn", "circle"), "a lesson is played in the app, which takes a terminal"),
    ],
)
def test_mistakes(arguments: tuple[str, ...], said: str) -> None:
    """Usage, told in a sentence."""
    told = perceptui(*arguments)
    assert told.code == 2
    assert said in told.err
