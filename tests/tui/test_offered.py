"""Which keys do something follows from what a network is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.parts.objectives.base import Objective
from engine.spec.catalogue import FAMILIES
from engine.spec.presets import names
from tests.tui.app.recording import preset
from tests.tui.app.stage import Stage, played
from tui.offered import NOTHING, idle
from tui.widgets.pane import PANES, PaneFrame

POINTS = frozenset({"by_sample", "discrete", "matrix", "predict", "test_points"})


@pytest.mark.parametrize(
    ("name", "doing"),
    [
        ("spiral", POINTS),
        ("plane", {"by_sample", "predict", "test_points"}),
        ("wave", {"by_sample", "predict"}),
        ("digits", {"by_sample", "matrix", "predict"}),
        ("flower", {"by_sample", "predict"}),
        ("moons-flow", set()),
        ("digits-vae", {"discrete"}),
        ("digits-autoencoder", {"by_sample", "discrete"}),
        ("names-gpt", {"matrix", "predict"}),
    ],
)
def test_what_does_something(name: str, doing: set[str]) -> None:
    """Of points, numbers, pictures; of networks that make points, and of those that write."""
    facts = preset(name).facts()
    assert facts is not None
    assert NOTHING.keys() - idle(facts, has_test=True) == doing


def test_points_that_are_not_held_back_are_no_test_points() -> None:
    """Nothing would be drawn with them that is not drawn without."""
    facts = preset("spiral").facts()
    assert facts is not None
    assert idle(facts, has_test=False) == {"test_points"}


def test_no_objective_makes_samples_and_answers() -> None:
    """One that draws has facts that say so: its keys follow from them."""
    facts = preset("moons").facts()
    assert facts is not None
    for name, kind in FAMILIES["objective"].members().items():
        assert issubclass(kind, Objective)
        asked = (preset(one).objective for one in names())
        objective = next((one for one in asked if type(one) is kind), None) or kind()
        if not objective.refusal(facts):
            is_idle = idle(objective.facts(facts), has_test=True)
            assert ("predict" in is_idle) == (kind.draw is not None), name


def test_a_pane_names_keys_that_do_something(tmp_path: Path) -> None:
    """Below the picture and the scores; whoever presses another is told why it does nothing."""

    async def play(stage: Stage) -> None:
        stage.app.open_workbench("moons-flow", preset("moons-flow"))
        await stage.until_seen("[ ] smooth", "flow()")
        await stage.settled()
        screen = stage.screen
        assert "[ ] smooth" in screen
        assert not any(one in screen for one in ("b bands", "t test", "o samples", "M matrix"))
        await stage.press("p")
        assert NOTHING["predict"] in stage.notices
        stage.app.open_workbench("spiral", preset("spiral"))
        await stage.until_seen("b bands  t test points  o samples", "M matrix")

    played(tmp_path, play)


def test_a_key_is_named_for_what_it_changes_now() -> None:
    """b turns what is decoded into points: no bands are there."""
    frame = PaneFrame(next(one for one in PANES if one.name == "picture"))
    frame.offer(lambda _: True, {"discrete": "points"})
    frame._show_keys(80)
    assert "[b]b[/b] points" in (frame.border_subtitle or "")
    frame.offer(lambda _: True)
    frame._show_keys(80)
    assert "[b]b[/b] bands" in (frame.border_subtitle or "")
