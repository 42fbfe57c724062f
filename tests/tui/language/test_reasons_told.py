"""Why steps are run eagerly is said in the chosen language, however many reasons there are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.runs.events import Resumed
from tui import language
from tui.headless.progress import first_lines
from tui.renderables.look import Look


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """English again for those that come after."""
    language.speak("zh_CN")
    yield
    language.speak("en")


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("NAdam has no traced form of its own steps yet", "NAdam 的步骤还没有追踪形式"),
        (
            "the traced step failed: no kernel; what it changes differs from the eager step",
            "追踪的步骤失败：no kernel；它所改变的与 eager 步不同",
        ),
    ],
)
def test_why_steps_are_eager(reason: str, said: str) -> None:
    """One reason, and two of two interpreters."""
    event = Resumed(from_step=1, epoch=1, after_event=1, executor="eager", executor_reason=reason)
    assert [line.plain for line in first_lines(event, Look())] == [f"步：eager，因为 {said}"]
