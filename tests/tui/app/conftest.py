"""What would make screens differ from one run of a test to the next."""

from __future__ import annotations

import pytest

NEVER_S = 1e6


@pytest.fixture(autouse=True)
def no_look_at_the_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """How busy it is comes into the status line after a while only."""
    monkeypatch.setattr("tui.screens.workbench.COMPUTER_S", NEVER_S)
