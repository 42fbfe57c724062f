"""A lesson on the workbench: answered, hinted, done, shown, skipped and begun anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.text import Text
from textual.screen import Screen

from engine.lessons import progress
from engine.lessons.heads import names
from engine.lessons.library import find_lesson
from engine.lessons.player import _Hands
from engine.lessons.solution import Verb
from engine.parts.data import DataLocations
from engine.runs.events import Prediction
from tests.thoroughness import IS_THOROUGH
from tests.tui.app.stage import BOTH_SIZES, WIDE, Stage, played
from tests.tui.app.stand import small_experiment
from tui.learning.brief import line_rows, note_rows
from tui.learning.page import heading, keys_of, page
from tui.learning.play import Play
from tui.renderables.look import Look
from tui.screens.demonstration import Demonstration
from tui.screens.lessons import LessonsScreen
from tui.screens.workbench import WorkbenchScreen
from tui.widgets.network import NetworkView
from tui.widgets.pane import LESSON

TINY = """
title = "Tiny"
teaches = "What the tests need."

[experiment]
title = "Small"
data = "circle(samples=20)"
layers = ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"]
loss = "BCELoss()"
optimizer = "SGD(lr=0.1)"
epochs = 30

[[steps]]
title = "Ask"
text = "How **wide** is it?"
question = "How many units?"
choices = { a = "Two", b = "Four" }
until = 'answered("b")'
hints = ["Look at `1`.", "It is not two."]
wrong = [{ when = 'answered("a")', text = "Two would be {num_layers} less." }]
done = "Four of {num_parameters} parameters."
solution = ["answer b"]

[[steps]]
title = "Train"
text = "Press `space`."
needs = ["space"]
until = "epoch >= 2"
hints = ["`space`."]
done = "{epoch} epochs."
solution = ["train until epoch >= 2"]

[[steps]]
title = "Widen"
text = "Make it wider."
needs = ["1", "enter"]
until = "layers.0.out_features >= 8"
hints = ["`enter` on the layer."]
done = "Now {layers.0.out_features}."
solution = ["set layers.0.out_features=8"]
"""


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, presets, lessons and progress of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "config" / "perceptui" / "presets" / "lessons"
    folder.mkdir(parents=True)
    (folder / "tiny.toml").write_text(TINY)


async def begun(stage: Stage) -> None:
    """Have the lesson open, at its first step."""
    stage.app.open_lesson("tiny")
    await stage.until(lambda: isinstance(stage.app.screen, WorkbenchScreen))
    await stage.until_seen("Ask")


def standing() -> progress.Standing:
    """How far the lesson is, as it is kept."""
    return progress.standings()["tiny"]


@BOTH_SIZES
def test_a_question_is_answered(tmp_path: Path, size: tuple[int, int]) -> None:
    """Wrong is explained with the person's figures, hints come one after another, right goes on."""

    async def play(stage: Stage) -> None:
        await begun(stage)
        await stage.press("a")
        await stage.until_seen("Two would be 4 less.")
        await stage.press("H")
        await stage.until_seen("Hint 1: Look at 1.")
        await stage.press("H")
        await stage.until_seen("Hint 2: It is not two.")
        await stage.press("H")
        assert stage.notices == ["There are no more hints: A shows how it is done"]
        await stage.until_seen("The last hint: A shows how it is done")
        await stage.press("down", "enter")
        await stage.until_seen("✓ Four of 17 parameters.", "enter: the next step")
        assert standing().done == (0,)
        await stage.press("enter")
        await stage.until_seen("step 2 of 3" if size == WIDE else "Press space.")

    played(tmp_path, play, size=size, at_presets=True)


def test_what_really_happened_is_checked(tmp_path: Path) -> None:
    """The events of a training and the experiment as edited; nothing else."""

    async def play(stage: Stage) -> None:
        await begun(stage)
        undone = "The step is not done yet: H gives a hint, A shows how, G now skips it"
        await stage.press("G")
        await stage.until(lambda: stage.notices == [undone])
        await stage.until_seen("step 1 of 3  ▸··")
        await stage.press("G")
        await stage.until_seen("step 2 of 3  ·▸·")
        stage.app.clear_notifications()
        await stage.press("enter")
        await stage.until(lambda: stage.notices == [undone])
        await stage.train()
        stage.trainer.advance()
        await stage.until_seen("epoch 2/30")
        assert stage.app.learning.play is not None
        assert not stage.app.learning.play.is_done
        stage.trainer.advance()
        await stage.until_seen("✓ 2 epochs.")
        await stage.press("8", "enter")
        await stage.until_seen("Make it wider.")
        stage.app.draft.set("layers.0.out_features", "9")
        stage.workbench.show_draft()
        await stage.until_seen("✓ Now 9.")
        assert standing().done == (1, 2)
        assert set(stage.notices) <= {undone}
        await stage.until_seen("step 3 of 3  ·✓✓", "enter to the end", "enter: to the end")
        await stage.press("1")
        await stage.until_seen("8 to the lesson", "G to the end", "G: to the end")
        await stage.press("8", "enter")
        await stage.until_seen("That was Tiny: 2 of 3 steps done.")
        assert standing().is_finished

    played(tmp_path, play, at_presets=True)


def test_solutions_are_shown_by_doing_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Visibly, on the bench; a step that was shown is not one that was done."""
    monkeypatch.setattr("tui.screens.demonstration.BETWEEN_S", 0.0)

    async def play(stage: Stage) -> None:
        await begun(stage)
        await stage.press("A")
        await stage.until_seen("✓ Four of 17 parameters.")
        assert standing().done == ()
        await stage.press("enter", "A")
        await stage.until_phase("running")
        stage.trainer.advance(2)
        await stage.until_seen("✓ 2 epochs.")
        await stage.until_phase("paused")
        await stage.press("enter", "A")
        await stage.until_seen("✓ Now 8.")
        assert stage.app.draft.layers()[0] == "Linear(8)"

    played(tmp_path, play, at_presets=True)


@BOTH_SIZES
def test_nothing_locks_a_person_in(tmp_path: Path, size: tuple[int, int]) -> None:
    """Skip, back and start over; a step finds the bench as the steps before would leave it."""

    async def play(stage: Stage) -> None:
        await begun(stage)
        await stage.press("right", "right")
        await stage.until_seen("Make it wider.")
        await stage.press("left")
        await stage.until_seen("Press space.")
        await stage.press("G", "G")
        stage.app.draft.set("layers.0.out_features", "9")
        stage.workbench.show_draft()
        await stage.until_seen("✓ Now 9.")
        await stage.press("O")
        await stage.until(lambda: stage.app.draft.layers()[0] == "Linear(4)")
        assert stage.app.learning.play is not None
        assert not stage.app.learning.play.is_done
        await stage.press("1", "4", "escape")
        await stage.until(lambda: not isinstance(stage.app.screen, WorkbenchScreen))
        await stage.press("L")
        await stage.until(lambda: isinstance(stage.app.screen, LessonsScreen))

    played(tmp_path, play, size=size, at_presets=True)


def test_another_experiment_on_the_bench_is_told_and_counts_for_nothing(tmp_path: Path) -> None:
    """Until the step begins anew, or it is taken back."""

    async def play(stage: Stage) -> None:
        await begun(stage)
        await stage.press("right")
        await stage.until_seen("Press space.")
        one = stage.app.learning.play
        assert one is not None
        stage.app.open_workbench("other", small_experiment(seed=3))
        await stage.until_seen("▲ other is on the bench: O brings back")
        await stage.train()
        stage.trainer.advance(3)
        await stage.until_seen("epoch 4/30")
        assert not one.is_done
        await stage.press("8", "O")
        await stage.until(lambda: not one.elsewhere)
        assert stage.app.draft.name != "other"
        stage.app.open_workbench("other", small_experiment(seed=3))
        await stage.until(lambda: one.elsewhere == "other")
        stage.app.draft.undo()
        stage.workbench.show_draft()
        await stage.until(lambda: not one.elsewhere)
        stage.app.open_workbench("another", small_experiment(seed=4))
        await stage.until(lambda: one.elsewhere == "another")
        await stage.press("A")
        await stage.until(lambda: not one.elsewhere)
        assert stage.app.draft.name != "another"

    played(tmp_path, play, at_presets=True)


def test_a_lesson_goes_on_where_it_was_left(tmp_path: Path) -> None:
    """Another app begins at the step that is next, with its bench; O in the list begins anew."""
    progress.keep("tiny", progress.Standing(step=2, done=(0, 1)))

    async def play(stage: Stage) -> None:
        stage.app.action_lessons()
        await stage.until_seen("2/3", "Tiny")
        await stage.press("end", "enter")
        await stage.until_seen("Make it wider.")
        await stage.press("L")
        await stage.until_seen("2/3")
        await stage.press("O")
        await stage.until_seen("How wide is it?")
        assert standing() == progress.Standing()

    played(tmp_path, play, at_presets=True)


@pytest.mark.parametrize(
    ("standing", "seen"),
    [
        (progress.Standing(step=0, done=(0, 2), is_finished=True), "step 2 of 3  ✓▸✓"),
        (progress.Standing(step=0, done=(0,)), "step 2 of 3  ✓▸·"),
        (progress.Standing(step=2, done=(0, 2)), "step 2 of 3  ✓▸✓"),
        (progress.Standing(step=2, done=(0, 1, 2)), "step 1 of 3  ✓✓✓"),
    ],
)
def test_what_is_left_is_opened(tmp_path: Path, standing: progress.Standing, seen: str) -> None:
    """The first step that is not done, from where it was left on; all of it where nothing is."""
    progress.keep("tiny", standing)
    play = Play(find_lesson("tiny"), DataLocations(tmp_path))
    play.resume()
    assert heading(play, Look()) == f"Tiny: {seen}"


def test_a_step_with_its_own_start_shows_nothing_that_was_trained(tmp_path: Path) -> None:
    """Not even a training of the same; undo leads back to it."""
    folder = tmp_path / "config" / "perceptui" / "presets" / "lessons"
    (folder / "tiny.toml").write_text(
        TINY.replace('title = "Widen"', 'title = "Widen"\nstart = "xor"')
        .replace('title = "Tiny"', 'title = "Tiny"\nstart = "xor"')
        .replace(TINY[TINY.index("[experiment]") : TINY.index("[[steps]]")], "", 1)
    )

    async def play(stage: Stage) -> None:
        await begun(stage)
        await stage.press("right")
        await stage.until_seen("Press space.")
        await stage.train()
        stage.trainer.advance(3)
        await stage.until_seen("✓ 3 epochs.")
        await stage.press("8", "enter")
        await stage.until_seen("Make it wider.", "The loss curve appears when")
        assert stage.workbench.shown.run is None
        await stage.press("1", "z")
        await stage.until(lambda: stage.workbench.shown.run is not None)

    played(tmp_path, play, at_presets=True)


def test_the_pane_is_as_high_as_its_step(tmp_path: Path) -> None:
    """A short step leaves the rest to the bench, and the panes rest while it does."""
    folder = tmp_path / "config" / "perceptui" / "presets" / "lessons"
    said = TINY.replace('"How **wide** is it?"', '"""Long.\n' + "\nAnd longer.\n" * 20 + '"""')
    (folder / "tiny.toml").write_text(said)

    async def play(stage: Stage) -> None:
        await begun(stage)
        lesson, picture = (stage.workbench.query_one(f"#{name}") for name in (LESSON, "picture"))
        await stage.until(lambda: lesson.outer_size.height == 13)
        before = picture.outer_size.height
        await stage.press("right")
        await stage.until(lambda: lesson.outer_size.height == 7)
        await stage.settled()
        assert picture.outer_size.height >= before + 3
        seen = {lesson.outer_size.height}
        await stage.press("H")
        await stage.until_seen("Hint 1: space.")
        seen.add(lesson.outer_size.height)
        await stage.train()
        stage.trainer.advance(3)
        await stage.until_seen("✓ 3 epochs.")
        seen.add(lesson.outer_size.height)
        assert seen == {7}
        await stage.press("8", "Z")
        await stage.until(lambda: lesson.outer_size.height > 25)
        await stage.press("Z")
        await stage.until(lambda: lesson.outer_size.height == 7)
        await stage.pilot.resize_terminal(200, 45)
        await stage.until(lambda: lesson.outer_size.height > 35)

    played(tmp_path, play, size=WIDE, at_presets=True)


def test_choices_that_are_digits_have_letters(tmp_path: Path) -> None:
    """A letter takes them as it takes any other; digits lead to panes."""
    folder = tmp_path / "config" / "perceptui" / "presets" / "lessons"
    digits = TINY.replace('{ a = "Two", b = "Four" }', '{ 2 = "Two", 4 = "Four" }')
    (folder / "tiny.toml").write_text(
        digits.replace('answered("b")', 'answered("4")')
        .replace('answered("a")', 'answered("2")')
        .replace("answer b", "answer 4")
    )

    async def play(stage: Stage) -> None:
        await begun(stage)
        await stage.until_seen("○ a Two", "○ b Four", "enter answer")
        await stage.press("b")
        await stage.until_seen("✓ Four of 17 parameters.")

    played(tmp_path, play, at_presets=True)


@BOTH_SIZES
def test_what_is_done_elsewhere_is_told_there(tmp_path: Path, size: tuple[int, int]) -> None:
    """What a step asks for is in sight on a screen where it can be done, and so is what came."""
    said = TINY.replace('text = "Make it wider."', 'text = "Long.\\n\\nAsk about **(1, 2)**."')
    said = said.replace("layers.0.out_features >= 8", "predicted_number == 3")
    folder = tmp_path / "config" / "perceptui" / "presets" / "lessons"
    said = said.replace("Now {layers.0.out_features}", "It says {predicted_number}")
    (folder / "tiny.toml").write_text(said.replace("set layers.0.out_features=8", "predict 1, 2"))

    async def play(stage: Stage) -> None:
        await begun(stage)
        await stage.press("right")
        await stage.train()
        stage.trainer.advance(3)
        await stage.until_seen("✓ 3 epochs.")
        await stage.press("G", "p")
        await stage.until_seen(
            "Predict with", "3/3 Widen  1  enter", "Ask about (1, 2).", "esc Back"
        )
        assert stage.app.learning.play is not None
        answer = Prediction(values=[1.0, 2.0], predicted="3", outputs=[3.0], probabilities=[])
        stage.app.learning.predicted(answer)
        await stage.until_seen("✓ It says 3.", "esc leads back to the lesson", "esc Back")
        assert stage.notices == []
        await stage.press("escape")
        await stage.until_seen("✓ It says 3.", "enter: to the end")

    played(tmp_path, play, size=size, at_presets=True)


def test_a_dialog_tells_in_a_word_that_the_step_is_done(tmp_path: Path) -> None:
    """It has no room for the lesson."""

    async def play(stage: Stage) -> None:
        await begun(stage)
        await stage.press("right", "right", "1", "enter")
        await stage.until(lambda: stage.app.screen.is_modal)
        stage.app.learning.edited(
            small_experiment(layers=["Linear(8)", "Linear(1)", "Sigmoid()"]), ()
        )
        await stage.until(lambda: stage.notices)
        assert stage.notices == ["The lesson's step is done: esc leads back to it"]

    played(tmp_path, play, at_presets=True)


def test_who_looked_in_another_lesson_has_not_looked_in_this(tmp_path: Path) -> None:
    """Neither does another size of what was chosen before count, nor a unit of another layer."""
    folder = tmp_path / "config" / "perceptui" / "presets" / "lessons"
    said = TINY.replace("layers.0.out_features >= 8", "looked_inside(0)")
    (folder / "tiny.toml").write_text(
        said.replace("set layers.0.out_features=8", "look-inside 0 0")
    )

    async def play(stage: Stage) -> None:
        network = stage.app.workbench.query_one(NetworkView)
        await stage.press("2")
        await stage.until(lambda: network.inside is not None)
        await stage.press("left")
        assert network.chosen is not None
        await begun(stage)
        assert network.chosen is None
        await stage.press("right", "right", "2")
        await stage.until(lambda: network.inside is not None)
        await stage.settled()
        one = stage.app.learning.play
        assert one is not None
        assert not one.is_done
        await stage.press("left")
        await stage.until(lambda: one.is_done)
        await stage.press("left", "8", "O", "2", "Z", "Z")
        await stage.settled()
        assert not one.is_done
        await stage.press("A")
        await stage.until(lambda: one.is_done)

    played(tmp_path, play)


def test_every_line_of_a_solution_can_be_shown() -> None:
    """Whatever a solution may do is done by the app, and without it by the player."""
    for hands in (Demonstration.__dict__["_show"], _Hands.__dict__["_do"]):
        dispatch = hands.dispatcher.dispatch
        known = [kind for kind in Verb.__subclasses__() if dispatch(kind) is not dispatch(object)]
        assert known == Verb.__subclasses__()


def test_what_came_is_told_before_what_was_hinted(tmp_path: Path) -> None:
    """In two rows, and in the few of another screen, whose last rows say what is to be done."""
    play = Play(find_lesson("tiny"), DataLocations(tmp_path))
    play.begin(0)
    look = Look()

    def rows(of: list[Text]) -> list[str]:
        return [row.plain for row in of]

    asked = ["1/3 Ask", "How wide is it?", "How many units?"]
    assert rows(note_rows(play, 40, 5, look)) == asked
    assert rows(note_rows(play, 40, 2, look)) == [asked[0], asked[2]]
    play.num_hints = 2
    assert rows(line_rows(play, 40, look)) == ["8 1/3 Ask", "Hint 2: It is not two."]
    play.take("a")
    assert rows(line_rows(play, 40, look)) == ["8 1/3 Ask", "▲ Two would be 4 less."]
    assert rows(note_rows(play, 40, 5, look)) == [asked[0], "▲ Two would be 4 less."]
    play.take("b")
    assert rows(line_rows(play, 40, look)) == ["8 1/3 Ask  G goes on", "✓ Four of 17 parameters."]
    back = "esc leads back to the lesson"
    assert rows(note_rows(play, 40, 5, look)) == ["1/3 Ask", "✓ Four of 17 parameters.", back]


def test_what_a_step_puts_on_the_bench_is_told(tmp_path: Path) -> None:
    """Where it is another experiment than stood there, and nobody went on to it; undo has it."""

    async def play(stage: Stage) -> None:
        await begun(stage)
        await stage.press("right", "right")
        await stage.until_seen("Make it wider.")
        assert stage.notices == []

        def width() -> str:
            experiment = stage.app.draft.experiment
            return "" if experiment is None else str(experiment.layers[0])

        stage.app.draft.set("layers.0.out_features", "9")
        stage.workbench.show_draft()
        await stage.until_seen("✓ Now 9.")
        await stage.press("left")
        await stage.until(lambda: stage.notices)
        assert stage.notices == ["The bench has what this step begins with; z takes that back"]
        assert width() == "Linear(4)"
        await stage.press("z")
        assert width() == "Linear(9)"

    played(tmp_path, play, at_presets=True)


def test_a_step_that_was_done_is_not_skipped(tmp_path: Path) -> None:
    """Its key leads on, as it does once the step is done again."""
    play = Play(find_lesson("tiny"), DataLocations(tmp_path))
    play.begin(1)
    assert ("G", "skip") in keys_of(play, focused=True)
    play.standing = progress.Standing(step=1, done=(1,))
    assert ("G", "next step") in keys_of(play, focused=True)
    assert ("G", "next step") in keys_of(play, focused=False)


def test_without_a_lesson_there_is_no_pane(tmp_path: Path) -> None:
    """Its digit lists the lessons, its keys say so, and tab passes it by."""

    async def play(stage: Stage) -> None:
        assert not stage.workbench.query_one(f"#{LESSON}").region.area
        await stage.press("H")
        assert stage.notices == ["No lesson is open: L lists them"]
        await stage.press(*["tab"] * 7)
        assert stage.workbench.pane == "experiment"
        await stage.press("8")
        await stage.until(lambda: isinstance(stage.app.screen, LessonsScreen))

    played(tmp_path, play)


@pytest.mark.parametrize("language", ["", pytest.param("zh_CN", marks=pytest.mark.rare)])
def test_every_lesson_has_a_page_at_any_size(tmp_path: Path, language: str) -> None:
    """Each step of the course, with its hints, wide and narrow, with and without Unicode."""
    known: Mapping[str, Path] = names()
    least = 2 if language else 1  # cells of a letter
    assert len(known) > 5
    for name in known:
        play = Play(find_lesson(name, language), DataLocations(tmp_path))
        for index in range(len(play.lesson.steps) + 1):
            play.begin(index)
            play.num_hints = 9
            for look in (Look(), *([] if language else [Look(ascii=True)])):
                for width in (0, 1, 30, 78, 118) if IS_THOROUGH else (1, 78):
                    rows = [*page(play, width, look).rows, *line_rows(play, width, look)]
                    rows += note_rows(play, width, 5, look)
                    assert all(row.cell_len <= max(width, least) for row in rows), (
                        name,
                        index,
                        width,
                    )
                    if look.ascii:
                        assert all(row.plain.isascii() for row in rows), (name, index)
        assert "the end" in heading(play, Look())


def test_no_key_of_the_workbench_has_two_meanings() -> None:
    """What a screen binds, none of the screens that it is made of binds to something else."""
    bound: dict[str, str] = {}
    for kind in WorkbenchScreen.__mro__:
        for binding in kind.__dict__.get("BINDINGS", ()) if kind is not Screen else ():
            for key in binding.key.split(","):
                assert bound.setdefault(key, binding.action) == binding.action, key
    assert bound["A"] == "show_me"
