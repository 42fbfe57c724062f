"""Code, predict, help and settings."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from textual.app import App
from textual.binding import Binding
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from engine.errors import UsageError
from engine.runs.events import Prediction
from engine.runs.pictures import Boundary, Comparison, Picture, Pictures, Point
from tests.engine.runs.test_kept_table import begun
from tests.tui.app.stage import BOTH_SIZES, sizes
from tests.tui.app.stand import StandApp, seen, small_experiment, started, told, until
from tui.live.samples_at_hand import samples_at_hand
from tui.live.snapshot import Snapshot
from tui.renderables.look import Look
from tui.renderables.python_lines import highlighted
from tui.screens.code import CodeScreen
from tui.screens.declared import unusable
from tui.screens.help import HelpScreen
from tui.screens.predict import PredictScreen
from tui.screens.presets import PresetsScreen
from tui.screens.problem import ProblemScreen
from tui.screens.save import SaveScreen
from tui.screens.settings import SettingsScreen
from tui.screens.table import TableScreen
from tui.settings import Settings

Play = Pilot[object]
CODE = 'import torch\n\nprint("[red]", 1)  # a remark\n'
COMPARISON = Comparison(
    actual=[], predicted=[], probabilities=[], classes=(), split="test", num_samples=0
)
BOUNDARY = Boundary(
    columns=2,
    rows=2,
    cells=bytes([0, 4, 0, 4]),
    levels=4,
    classes=("outside", "inside"),
    x1=(-1.0, 1.0),
    x2=(-1.0, 1.0),
    points=[Point(0.5, -0.5, 1, 1, False), Point(-0.25, 0.125, 0, 0, True)],
)


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and settings of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def with_draft(folder: Path) -> StandApp:
    """A stand with a valid draft and a script for it."""
    app = StandApp(folder)
    app.draft.load("small", small_experiment())
    app.controller.code = CODE
    return app


def trained(folder: Path, boundary: Boundary | None = BOUNDARY) -> StandApp:
    """A stand whose controller has trained the circle."""
    app = StandApp(folder)
    experiment = small_experiment()
    app.draft.load("small", experiment)
    app.controller.snapshot = Snapshot(
        phase="paused",
        run=folder / "runs" / "small",
        experiment=experiment,
        started=started(experiment),
        pictures=Pictures(losses=[], comparison=COMPARISON, boundary=boundary),
    )
    app.controller.answer = Prediction(
        values=[0.5, -0.5], predicted="inside", outputs=[0.75], probabilities=[0.25, 0.75]
    )
    return app


def holds(file: Path, content: str) -> bool:
    return file.read_text("utf-8") == content


def is_shown(app: StandApp, screen: object) -> bool:
    return app.screen is screen


def test_code_is_shown_copied_and_saved(tmp_path: Path) -> None:
    """The script is on the screen as it is; c copies it, s writes exactly it."""
    app = with_draft(tmp_path)

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: 'print("[red]", 1)' in seen(app))
        await pilot.press("c")
        assert app.copied == CODE
        await pilot.press("s")
        await until(pilot, lambda: "Save the script as" in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: (tmp_path / "small.py").exists())
        assert (tmp_path / "small.py").read_text("utf-8") == CODE

    told(tmp_path, CodeScreen(), story, app=app)


@BOTH_SIZES
def test_a_problem_is_put_together(tmp_path: Path, size: tuple[int, int]) -> None:
    """What went wrong and the experiment stand in it, without a path; c copies, s saves it."""
    app = with_draft(tmp_path)
    app.errors = [f"{tmp_path}/eve.csv: no such file"]

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "## Versions" in seen(app))
        assert "nothing is sent" in seen(app)
        await pilot.press("c")
        assert "<path>: no such file" in app.copied
        assert "eve" not in app.copied
        assert "optimizer = " in app.copied
        assert f"{size[0]} x {size[1]}" in app.copied
        await pilot.press("s", "enter")
        await until(pilot, lambda: (tmp_path / "perceptui-problem.md").exists())
        assert (tmp_path / "perceptui-problem.md").read_text("utf-8") == app.copied

    told(tmp_path, ProblemScreen(), story, app=app, size=size)


def test_code_never_replaces_what_the_training_reads(tmp_path: Path) -> None:
    """The weights it begins with stay, even where y was pressed."""
    app = with_draft(tmp_path)
    file = tmp_path / "small.py"
    file.write_text("weights", "utf-8")
    app.draft.load("small", dataclasses.replace(small_experiment(), start_from=str(file)))

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "import torch" in seen(app))
        await pilot.press("s")
        await until(pilot, lambda: "Save the script as" in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: "Replace it?" in seen(app))
        await pilot.press("y")
        await until(pilot, lambda: app.notices)
        assert "the training reads it" in app.notices[0]
        assert file.read_text("utf-8") == "weights"

    told(tmp_path, CodeScreen(), story, app=app)


def test_code_replaces_a_file_only_when_told(tmp_path: Path) -> None:
    """A file that is there stays unless y is pressed; esc leads back to the name."""
    file = tmp_path / "small.py"
    file.write_text("old", "utf-8")

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "import torch" in seen(app))
        await pilot.press("s")
        for key, content, screen in (("escape", "old", SaveScreen), ("y", CODE, CodeScreen)):
            await until(pilot, lambda: "Save the script as" in seen(app))
            await pilot.press("enter")
            await until(pilot, lambda: "Replace it?" in seen(app))
            await pilot.press(key)
            await until(pilot, partial(holds, file, content))
            await until(pilot, partial(shows_screen, app, screen))

    told(tmp_path, CodeScreen(), story, app=with_draft(tmp_path))


def shows_screen(app: StandApp, kind: type[Screen[Any]]) -> bool:
    return isinstance(app.screen, kind)


def test_code_of_an_invalid_draft_says_so(tmp_path: Path) -> None:
    """Without a valid experiment there is no script, and nothing to copy."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "not valid yet" in seen(app))
        await pilot.press("c", "s")
        assert app.copied == ""

    told(tmp_path, CodeScreen(), story, size=(80, 24))


def test_highlighting_keeps_every_character() -> None:
    """The highlighted lines are the program's, without color where there is none."""
    for look in (Look(), Look(color="none"), Look(ascii=True)):
        rows = highlighted(CODE, look)
        assert [row.plain for row in rows] == CODE.rstrip("\n").split("\n")
    assert not any(row.spans for row in highlighted(CODE, Look(color="none")))


def test_predict_asks_what_is_typed(tmp_path: Path) -> None:
    """The values go to the network as typed; class and probabilities come back."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: app.controller.asked)
        first, second = app.screen.query(Input)
        first.value, second.value = "0.5", "-0.5"
        await pilot.press("enter")
        await until(pilot, lambda: [["0.5", "-0.5"]] in app.controller.asked)
        await until(pilot, lambda: "(x1 0.5, x2 -0.5) → inside" in seen(app))
        assert "0.750" in seen(app)

    told(tmp_path, PredictScreen(), story, app=trained(tmp_path))


def test_predict_picks_samples_of_the_test_split_first(tmp_path: Path) -> None:
    """pgdn goes through the points at hand, and each is drawn on the boundary."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "sample 1 of 2, test sample: outside" in seen(app))
        assert app.controller.asked == [[["-0.25", "0.125"]]]
        await pilot.press("pagedown")
        await until(pilot, lambda: "sample 2 of 2, training sample: inside" in seen(app))
        await until(pilot, lambda: [["0.5", "-0.5"]] in app.controller.asked)
        await until(pilot, lambda: "└" in seen(app))

    told(tmp_path, PredictScreen(), story, app=trained(tmp_path))


def test_predict_says_what_is_wrong(tmp_path: Path) -> None:
    """The worker's complaint stands where the answer would."""
    app = trained(tmp_path)
    app.controller.answer = UsageError("x1: 'a' is not a number")

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "x1: 'a' is not a number" in seen(app))

    told(tmp_path, PredictScreen(), story, app=app)


def test_predict_knows_the_columns_of_a_table(tmp_path: Path) -> None:
    """A field for each with what may be written there; what is typed goes as it is, gaps too."""
    run, _ = begun(tmp_path)
    experiment = run.experiment()
    app = trained(tmp_path)
    app.draft.load("small", experiment)
    app.controller.snapshot = dataclasses.replace(
        app.controller.snapshot,
        run=run.path,
        experiment=experiment,
        started=started(experiment),
        pictures=None,
    )

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: len(app.screen.query(Input)) == 2)
        age, city = app.screen.query(Input)
        assert age.placeholder == "like 20; may be empty"
        assert city.placeholder == "Oslo, Rome; may be empty"
        city.value = "New York"
        await pilot.press("enter")
        await until(pilot, lambda: [["", "New York"]] in app.controller.asked)

    told(tmp_path, PredictScreen(), story, app=app)


def test_predict_without_a_training_says_so(tmp_path: Path) -> None:
    """Nothing is asked before anything is trained, and esc goes back."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "Nothing is trained yet" in seen(app))
        await pilot.press("down", "enter", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert not app.controller.asked

    told(tmp_path, PredictScreen(), story)


def test_mistakes_are_samples_in_the_stored_scale() -> None:
    """A drawn pixel of digits, 0 to 255, is typed as it is stored, 0 to 16."""
    experiment = small_experiment(
        data="digits()", layers=["Flatten()", "Linear(10)"], loss="CrossEntropyLoss()"
    )
    picture = Picture(
        height=8, width=8, channels=1, pixels=bytes([255, 16] * 32), actual="3", predicted="8"
    )
    pictures = Pictures(losses=[], comparison=COMPARISON, mistakes=[picture])
    (sample,) = samples_at_hand(experiment, experiment.data.known_facts(), pictures)
    assert sample.values == ["16", "1"] * 32
    assert sample.label == "actually 3"


def test_help_reads_the_keys_of_the_screen_below(tmp_path: Path) -> None:
    """Keys of the screen, its list and the app are listed with what they do."""

    async def story(app: StandApp, pilot: Play) -> None:
        app.push_screen(HelpScreen())
        await until(pilot, lambda: "Everywhere" in seen(app))
        lines = [line.split() for line in seen(app).splitlines()]
        for expected in (
            ["/", "Filter"],
            ["enter", "Open"],
            ["?", "Help"],
            ["pgdn", "Page", "Down"],
        ):
            assert expected in [line[: len(expected)] for line in lines], expected
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, PresetsScreen))

    told(tmp_path, PresetsScreen(), story, size=(120, 70))


@BOTH_SIZES
def test_help_finds_a_key_and_does_it(tmp_path: Path, size: tuple[int, int]) -> None:
    """Words narrow the list; enter closes it and does what the line says."""

    async def story(app: StandApp, pilot: Play) -> None:
        app.push_screen(HelpScreen())
        await until(pilot, lambda: "type to find" in seen(app))
        await pilot.press(*"zzz")
        await until(pilot, lambda: "Nothing is called so" in seen(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Everywhere" in seen(app))
        await pilot.press(*"table of one's own", "enter")  # what the action says of itself
        await until(pilot, lambda: isinstance(app.screen, TableScreen))

    told(tmp_path, PresetsScreen(), story, size=size)


def test_help_says_what_can_not_be_done_now(tmp_path: Path) -> None:
    """A key that does nothing here is marked, and enter on it says so."""

    async def story(app: StandApp, pilot: Play) -> None:
        app.push_screen(HelpScreen())
        await until(pilot, lambda: "Everywhere" in seen(app))
        await pilot.press(*"blocked")
        await until(pilot, lambda: "Blocked (not now)" in seen(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.notices)
        assert app.notices == ["f9 (Blocked) does nothing now"]
        assert isinstance(app.screen, HelpScreen)

    told(tmp_path, Blocking(), story)


def test_a_key_that_does_something_unlisted_is_no_unusable_one(tmp_path: Path) -> None:
    """As a letter that takes a choice: what the screen would do with it is no matter then."""

    async def story(app: StandApp, pilot: Play) -> None:
        screen = app.screen
        assert isinstance(screen, Blocking)
        asked = cast("App[object]", app)
        blocked = unusable("f9", asked)
        assert blocked is not None
        assert blocked.why_not == "f9 (Blocked) does nothing now"
        screen.listens = True
        assert unusable("f9", asked) is None
        assert unusable("f10", asked) is None

    told(tmp_path, Blocking(), story)


class Blocking(Screen[None]):
    """One key, that can't be used for what it is listed with."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("f9", "blocked", "Blocked"),
        Binding("f9", "unlisted", show=False),
    ]
    listens = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.listens if action == "unlisted" else action != "blocked"


def test_settings_apply_at_once_and_last(tmp_path: Path) -> None:
    """A change is applied and written; the next session begins with it."""

    async def story(app: StandApp, pilot: Play) -> None:
        await until(pilot, lambda: "◂ auto ▸" in seen(app))
        await pilot.press("down", "right")
        await until(pilot, lambda: "◂ ascii ▸" in seen(app))
        await pilot.press("left", "left", "down", "right", "down", "enter")
        await until(pilot, lambda: "◂ slow ▸" in seen(app))
        assert [one.glyphs for one in app.applied] == ["ascii", "auto", *3 * ["unicode"]]
        assert (
            Settings.load()
            == Settings(glyphs="unicode", palette="okabe-ito", rate="slow")
            == app.settings
        )

    told(tmp_path, SettingsScreen(), story)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("theme = ", "not valid TOML"),
        ('glyphs = "emoji"', "glyphs is not one of auto, ascii, console, unicode"),
        ("theme = 3", "theme is not a theme's name"),
    ],
)
def test_broken_settings_give_defaults_with_a_notice(
    tmp_path: Path, text: str, complaint: str
) -> None:
    """A file that can't be read as settings ends nothing."""
    file = tmp_path / "settings.toml"
    file.write_text(text, "utf-8")
    settings = Settings.load(file)
    assert settings == Settings()
    assert complaint in settings.notice
    assert Settings.load(tmp_path / "none.toml").notice == ""


def test_settings_that_cannot_be_written_say_so(tmp_path: Path) -> None:
    """A file where the folder should be is told, and the change holds for the session."""
    (tmp_path / "config").write_text("", "utf-8")

    async def story(app: StandApp, pilot: Play) -> None:
        await pilot.press("down", "down", "down", "right")
        await until(pilot, lambda: app.notices)
        assert "can't be written" in app.notices[0]
        assert app.settings.rate == "slow"

    told(tmp_path, SettingsScreen(), story)


@sizes((20, 5), others=((60, 20),))
def test_small_screens_do_not_break(tmp_path: Path, size: tuple[int, int]) -> None:
    """Every one of these screens is drawn and left with esc at any size."""
    app = trained(tmp_path)
    app.draft.load("small", small_experiment())

    async def story(app: StandApp, pilot: Play) -> None:
        for screen in (CodeScreen(), PredictScreen(), HelpScreen(), SettingsScreen()):
            app.push_screen(screen)
            await until(pilot, partial(is_shown, app, screen))
            await pilot.press("down", "right", "up", "escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)

    told(tmp_path, None, story, size=size, app=app)
