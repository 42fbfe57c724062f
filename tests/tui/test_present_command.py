"""What `perceptui present` takes for a lesson, and what for a preset."""

from __future__ import annotations

import pytest

from engine.errors import UsageError
from tests.tui.command_line import Bench
from tui import start
from tui.app import PerceptuiApp
from tui.commands.options import Shared


@pytest.mark.parametrize(
    ("what", "is_lesson", "lesson"),
    [
        ("circle", False, None),
        ("circle", True, "circle"),
        ("own-table", False, "own-table"),
        ("moons", False, None),
    ],
)
def test_a_preset_comes_before_a_lesson_of_its_name(
    what: str, is_lesson: bool, lesson: str | None, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever else WHAT is asked for, `circle` is the preset."""
    shown: list[PerceptuiApp] = []

    def run(app: PerceptuiApp) -> int:
        shown.append(app)
        return 0

    monkeypatch.setattr(start, "run", run)
    start.present(Shared(None, None, False, False), what, is_lesson=is_lesson)
    assert shown[0]._lesson == lesson
    assert (shown[0]._first is None) == (lesson is not None)


def test_no_preset_is_a_lesson(bench: Bench) -> None:
    """What was asked for as a lesson is looked for among them alone."""
    with pytest.raises(UsageError, match='unknown lesson "moons"'):
        start.present(Shared(None, None, False, False), "moons", is_lesson=True)
