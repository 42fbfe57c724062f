"""Pilots wait until the app has nothing to do."""

from __future__ import annotations

import pytest

from tests.tui.app.idle import wait_for_idle


@pytest.fixture(autouse=True)
def idle_by_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    """A press or a pause ends once all that follows from it has happened."""
    monkeypatch.setattr("textual.app.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("textual.pilot.wait_for_idle", wait_for_idle)
