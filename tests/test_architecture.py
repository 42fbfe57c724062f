"""ARCHITECTURE.md speaks of what is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")


def test_every_path_is_there() -> None:
    """Of folders and of modules."""
    named = re.findall(r"`((?:engine|tui|tests|presets)/[\w/.]*|[A-Z]+\.md|pyproject\.toml)`", TEXT)
    assert len(named) > 40
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_room_stands_in_the_table() -> None:
    """A folder that nobody explains is a room that a stranger has to guess."""
    rooms = {
        f"{path.relative_to(ROOT)}/"
        for package in ("engine", "tui")
        for path in (ROOT / package).iterdir()
        if (path / "__init__.py").exists() and path.name != "service"
    }
    assert [room for room in sorted(rooms) if f"`{room}`" not in TEXT] == []
