"""Wrong images are seen whole, with what they are and what they were taken for."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from engine.runs.events import ClassScores, Evaluated
from engine.runs.pictures import Comparison, Picture, Pictures
from tests.tui.app.stage import NARROW, Stage, played, sizes
from tests.tui.app.stand import small_experiment, started
from tui.live.snapshot import Snapshot
from tui.widgets.picture import PictureView
from tui.widgets.training import Scores

DIGITS = tuple("0123456789")
SIZES = (NARROW, (120, 36), (200, 60))


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and presets of this test only."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def snapshot(side: int, *, is_over: bool) -> Snapshot:
    """A training on pictures with eight mistakes."""
    wrong = [
        Picture(
            width=side,
            height=side,
            channels=1,
            pixels=bytes([200, 30] * (side * side // 2)),
            actual=str(n),
            predicted="9",
        )
        for n in range(8)
    ]
    comparison = Comparison(
        actual=[float(n % 10) for n in range(40)],
        predicted=[float(n % 10) for n in range(40)],
        probabilities=[],
        classes=DIGITS,
        split="test",
        num_samples=40,
    )
    matrix = [[int(row == column) for column in range(10)] for row in range(10)]
    scores = [ClassScores(name=name, precision=1, recall=1, f1=1, support=4) for name in DIGITS]
    evaluated = Evaluated(
        split="test", samples=40, metrics={"loss": 0.1}, confusion=matrix, classes=scores
    )
    return Snapshot(
        phase="finished" if is_over else "running",
        started=started(small_experiment()),
        pictures=Pictures(losses=[], comparison=comparison, mistakes=wrong),
        evaluated={"test": evaluated} if is_over else {},
    )


@pytest.mark.parametrize(
    ("side", "size"),
    [
        (8, NARROW),
        (28, SIZES[2]),
        *(
            pytest.param(side, size, marks=pytest.mark.rare)
            for side, size in ((28, NARROW), (28, SIZES[1]), (8, SIZES[1]), (8, SIZES[2]))
        ),
    ],
)
def test_all_are_seen_with_captions_while_it_trains(
    tmp_path: Path, side: int, size: tuple[int, int]
) -> None:
    """A line of images is never cut off above what stands below it."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        await stage.settled()
        await stage.press("3")
        stage.workbench.query_one(PictureView).snapshot = snapshot(side, is_over=False)
        await stage.until_seen("0 as 9", "1 as 9")
        view = stage.workbench.query_one(PictureView)
        assert len(view.all_rows(*view.size)) <= view.size.height

    played(tmp_path, play, size=size)


@sizes(NARROW, others=SIZES[1:])
def test_they_stand_below_the_matrix_whole(tmp_path: Path, size: tuple[int, int]) -> None:
    """Once it is over, as large as there is room for, captions and all, or one page further."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        await stage.settled()
        await stage.press("3")
        view = stage.workbench.query_one(PictureView)
        view.snapshot = snapshot(28, is_over=True)
        await stage.until_seen("redicted")
        if len(view.all_rows(*view.size)) > view.size.height:  # then they are a key away
            await stage.press("pagedown")
        await stage.until_seen("0 as 9", "1 as 9")

    played(tmp_path, play, size=size)


def test_the_wheel_shows_what_has_no_room(tmp_path: Path) -> None:
    """An arrow says that there is more; the wheel and the keys bring it, and back."""

    async def play(stage: Stage) -> None:
        await stage.until_phase("ready")
        await stage.settled()
        await stage.press("3")
        view = stage.workbench.query_one(PictureView)
        view.snapshot = snapshot(28, is_over=True)
        await stage.until_seen("redicted")
        await stage.until(lambda: has_more(stage))
        assert "7 as 9" not in stage.screen
        for _ in range(20):
            view.post_message(wheel(MouseScrollDown))
        await stage.until_seen("7 as 9", "↑")
        await stage.press("pageup", "pageup")
        await stage.until(lambda: "↑" not in stage.screen)
        await stage.press("pagedown", "pagedown")
        await stage.until_seen("7 as 9")
        for _ in range(20):
            view.post_message(wheel(MouseScrollUp))
        await stage.until(lambda: "7 as 9" not in stage.screen)

    played(tmp_path, play, size=(80, 18))


def test_scores_are_scrolled_too(tmp_path: Path) -> None:
    """The matrix that has no room beside the classes is below them."""

    async def play(stage: Stage) -> None:
        await stage.press("5", "M")
        view = stage.workbench.query_one(Scores)
        await stage.train()
        stage.trainer.advance(30)
        await stage.until_phase("finished")
        await stage.until(lambda: view.size.height and view.all_rows(*view.size))
        await stage.pilot.resize_terminal(80, 12)
        await stage.until(lambda: has_more(stage))
        for _ in range(20):
            view.post_message(wheel(MouseScrollDown))
        await stage.until_seen("↑")

    played(tmp_path, play, size=NARROW)


def has_more(stage: Stage) -> bool:
    """Whether an arrow at the right says that there is more below."""
    return any(line.endswith("↓│") for line in stage.screen.splitlines())


def wheel(kind: type[MouseScrollDown | MouseScrollUp]) -> MouseScrollDown | MouseScrollUp:
    """A turn of the wheel."""
    return kind(None, 1, 1, 0, 1, 0, False, False, False)
