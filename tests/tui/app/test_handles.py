"""Values that are moved where they stand: stepped with arrows, inputs switched on and off."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from engine.spec.experiment_reader import from_raw
from tests.tui.app.editor_app import TINY, EditorApp
from tests.tui.app.stage import BOTH_SIZES, WIDE, Stage, played
from tui.editing.draft import Draft
from tui.editing.draft_items import field_handled
from tui.editing.handles import Handled, handled
from tui.renderables.look import Look
from tui.widgets.handle_rows import choice_rows
from tui.widgets.picture import PictureView

INPUTS, NOISE, TEST = 1, 2, 3
"""The cursor's places below a data set of points."""


def draft_of(**changes: object) -> Draft:
    draft = Draft()
    draft.load("tiny", from_raw({**TINY, **changes}))
    return draft


def data_of(draft: Draft) -> str:
    assert draft.experiment is not None
    return str(draft.experiment.data)


def rows_of(app: EditorApp) -> list[str]:
    return [row.strip() for row in app.rows()]


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys and let everything that follows from them happen."""
    await pilot.press(*keys)
    await pilot.pause()


@pytest.mark.parametrize(
    ("data", "by", "new"),
    [
        ("circle()", 1, 0.05),
        ("circle()", -1, None),
        ("circle(noise=0.12)", 1, 0.15),
        ("circle(noise=0.12)", -1, 0.1),
        ("circle(noise=0.25)", 1, 0.3),
        ("circle(noise=100)", 1, None),
        ("gaussians()", 1, 1.05),
        ("wave()", -1, 0.05),
    ],
)
def test_noise_goes_from_multiple_to_multiple(data: str, by: int, new: float | None) -> None:
    """Within what is accepted, and without the digits of a sum of twentieths."""
    loss = {"loss": "MSELoss()"} if data == "wave()" else {}
    experiment = draft_of(data=data, **loss).experiment
    assert experiment is not None
    assert handled(experiment.data)["noise"].stepped(by) == new


@pytest.mark.parametrize(
    ("batch", "by", "new"),
    [
        (1, -1, None),
        (1, 1, 2),
        (32, 1, 64),
        (32, -1, 16),
        (33, 1, 64),
        (33, -1, 32),
        (64, 1, "full"),
        (500, 1, "full"),
        ("full", 1, None),
        ("full", -1, 64),
    ],
)
def test_a_batch_doubles_until_it_is_full(batch: object, by: int, new: object) -> None:
    """A batch of as many samples as there are is a full one."""
    one = field_handled({"batch_size": batch}, "batch_size")
    assert one is not None
    assert one.stepped(by, most=100) == new


def test_shares_are_shown_in_percent() -> None:
    """And end below all of the data."""
    shown = {}
    for share in (0.0, 0.125, 0.95):
        one = field_handled({"test_fraction": share}, "test_fraction")
        assert isinstance(one, Handled)
        shown[one.shown] = one.stepped(1)
    assert shown == {"0%": 0.05, "12.5%": 0.15, "95%": None}


def test_steps_are_taken_back_as_one_edit() -> None:
    """Those of one value that follow one another; with the cursor elsewhere another begins."""
    draft = draft_of()
    for _ in range(3):
        assert draft.step("data.noise", 1)
    assert data_of(draft) == "circle(samples=8, noise=0.15)"
    draft.step("batch_size", -1)
    assert draft.raw["batch_size"] == 4  # of eight samples
    draft.undo()
    assert data_of(draft) == "circle(samples=8, noise=0.15)"
    draft.step("data.noise", 1)
    draft.end_steps()
    draft.step("data.noise", 1)
    seen = [data_of(draft)]
    for _ in range(3):
        draft.undo()
        seen.append(data_of(draft))
    noises = ["noise=0.25", "noise=0.2", "noise=0.15"]
    assert seen == [*(f"circle(samples=8, {one})" for one in noises), "circle(samples=8)"]
    assert not draft.can_undo()
    draft.redo()
    assert data_of(draft) == "circle(samples=8, noise=0.15)"


def test_steps_that_lead_back_leave_nothing_to_take_back() -> None:
    """And the way on from there is one edit again."""
    draft = draft_of()
    draft.step("test_fraction", 1)
    draft.step("test_fraction", -1)
    assert "test_fraction" not in draft.raw
    assert not draft.can_undo()
    assert not draft.is_edited
    draft.step("test_fraction", 1)
    draft.step("test_fraction", 1)
    draft.undo()
    assert not draft.can_undo()


def test_inputs_are_switched_in_their_own_order() -> None:
    """Each is an edit; the plain two need not be said, and the last stays on."""
    draft = draft_of()
    key = "data.features"
    assert list(draft.choices(key)) == ["x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)"]
    for choice in ("sin(x1)", "x1^2", "x2"):
        assert draft.switch(key, choice)
    assert data_of(draft) == 'circle(samples=8, features=["x1", "x1^2", "sin(x1)"])'
    assert [name for name, on in draft.choices(key).items() if on] == ["x1", "x1^2", "sin(x1)"]
    draft.undo()
    draft.undo()
    draft.undo()
    assert data_of(draft) == "circle(samples=8)"
    assert draft.switch(key, "x1")
    assert not draft.switch(key, "x2")
    assert not draft.switch(key, "x3")
    assert not draft_of(
        data="digits()", layers=["Flatten()", "Linear(10)"], loss="CrossEntropyLoss()"
    ).choices(key)


def test_choices_take_the_rows_that_they_need() -> None:
    """Those that are on have a sign, the one under the cursor arrows; readable in ASCII too."""
    on = {"x1": True, "x1^2": False, "x1*x2": True, "sin(x1)": False}
    rows = choice_rows(on, 80, Look(), 1)
    assert [row.text.plain for row in rows] == [" ✓x1‹ x1²›✓x1·x2  sin x1 "]
    rows = choice_rows(on, 18, Look(ascii=True), 2, less=4)
    assert [row.text.plain for row in rows] == [" *x1  x1^2 ", "<*x1*x2> sin x1 "]
    assert [spot.name for spot in rows[1].spots] == ["x1*x2", "sin(x1)"]
    assert choice_rows(on, 0, Look(), None)[0].text.plain == " ✓x1 "


@pytest.mark.asyncio
async def test_arrows_step_and_space_switches() -> None:
    """The row of each says what it is now; the data set's own line does not say it twice."""
    app = EditorApp(data="circle(samples=80)")
    async with app.run_test(size=(60, 24)) as pilot:
        await press(pilot, *["down"] * NOISE, "right", "right", "left", "right")
        rows = rows_of(app)
        assert rows[1].split() == ["circle(samples=80)", "2"]
        assert "▸  noise      ‹ 0.1 ›" in rows
        await press(pilot, "down", "right", "right")
        assert "▸  test       ‹ 10% ›" in rows_of(app)
        assert app.draft.raw["test_fraction"] == 0.1
        await press(pilot, "up", "up", "right", "right", "space", "left", "left", "space")
        assert "▸  inputs ‹ x1›✓x2 ✓x1²  x2²  x1·x2  sin x1  sin x2" in rows_of(app)
        assert data_of(app.draft) == ('circle(samples=80, noise=0.1, features=["x2", "x1^2"])')
        await press(pilot, "right", "space", "right", "space")
        assert [notice.message for notice in app._notifications] == [
            "One input at least must stay on"
        ]
        await press(pilot, *["z"] * 5)
        assert not app.draft.can_undo()


@pytest.mark.asyncio
async def test_the_mouse_presses_arrows_and_inputs() -> None:
    """A click on an arrow steps, on an input switches it; elsewhere it is for the line."""
    app = EditorApp(data="circle(samples=80)")
    async with app.run_test(size=(60, 24)) as pilot:
        rows = app.rows()
        noise = next(n for n, row in enumerate(rows) if "noise" in row)
        inputs = next(n for n, row in enumerate(rows) if "inputs" in row)
        await pilot.click(app.editor, offset=(rows[noise].index("›"), noise))
        await pilot.click(app.editor, offset=(rows[noise].index("›"), noise))
        await pilot.click(app.editor, offset=(rows[noise].index("‹"), noise))
        await pilot.click(app.editor, offset=(rows[inputs].index("sin x2"), inputs))
        await pilot.pause()
        assert data_of(app.draft) == (
            'circle(samples=80, noise=0.05, features=["x1", "x2", "sin(x2)"])'
        )
        assert app.editor.item.key == "data.features"
        await pilot.click(app.editor, offset=(4, noise))
        await pilot.pause()
        assert app.editor.item.key == "data.noise"


@BOTH_SIZES
def test_space_switches_on_the_inputs_and_trains_elsewhere(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """The footer says which of the two it does."""

    async def play(stage: Stage) -> None:
        footer = -1 if size == WIDE else -2
        await stage.press("down")
        await stage.until(lambda: "space On or off" in stage.screen.splitlines()[footer])
        await stage.press("right", "right", "space")
        await stage.until(lambda: "x1^2" in data_of(stage.app.draft))
        assert stage.phase not in ("preparing", "running")
        await stage.press("down")
        await stage.until(lambda: "← → Step" in stage.screen)
        await stage.press("space")
        await stage.until_phase("running")

    played(tmp_path, play, size=size)


def test_the_data_is_drawn_as_its_noise_moves(tmp_path: Path) -> None:
    """Before any training; once for steps that follow one another at once, and never blank."""

    async def play(stage: Stage) -> None:
        picture = stage.workbench.query_one(PictureView)
        await stage.until(lambda: picture.description is not None)
        stage.burst(*["down"] * NOISE, "right", "right", "right")
        await stage.until(lambda: "noise=0.15" in data_of(stage.app.draft))
        assert picture.description is not None
        await stage.until(lambda: any("noise=0.15" in data for data in stage.trainer.looked_at))
        circles = [data for data in stage.trainer.looked_at if data.startswith("circle")]
        assert circles[0] == "circle(samples=20)"
        assert circles[-1] == "circle(samples=20, noise=0.15)"
        assert len(circles) < 4, "each of the three steps was drawn"  # a busy machine draws two
        assert picture.description is not None

    played(tmp_path, play)
