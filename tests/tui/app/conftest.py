"""What would make screens differ from one run of a test to the next, and tests wait for clocks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.thoroughness import IS_THOROUGH
from tests.tui.app import thrift
from tests.tui.app.idle import wait_for_idle

NEVER_S = 1e6


@pytest.fixture(autouse=True)
def no_look_at_the_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """How busy it is comes into the status line after a while only."""
    monkeypatch.setattr("tui.screens.workbench.COMPUTER_S", NEVER_S)


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lesson that random keys open is not what the person who runs the tests has learned."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(autouse=True)
def idle_by_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pilot's press or pause ends once all that follows from it has happened."""
    monkeypatch.setattr("textual.app.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("textual.pilot.wait_for_idle", wait_for_idle)


@pytest.fixture(autouse=True)
def thrifty(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames that nobody looks at are drawn in `make test-all` and for the mark `drawn` only."""
    thrift.share_style_sheets(monkeypatch)
    thrift.share_presets(monkeypatch)
    if not (IS_THOROUGH or request.node.get_closest_marker("drawn")):
        thrift.draw_nothing(monkeypatch)
