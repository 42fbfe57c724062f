"""ARCHITECTURE.md speaks of what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("command", ["Rewind", "Advance"])
def test_a_command_to_a_training_has_three_places(command: str) -> None:
    """Where it is declared, where a key gives it, where it is done: all else hands it on."""
    names = re.compile(rf"(?:\bp\.|^class ){command}\b", re.MULTILINE)
    files = [path for package in ("engine", "tui") for path in (ROOT / package).rglob("*.py")]
    named = {str(p.relative_to(ROOT)) for p in files if names.search(p.read_text("utf-8"))}
    asked = {"engine/service/protocol/commands.py", "tui/screens/control.py"}
    assert asked < named
    shown = {"tui/screens/demonstration.py", *(n for n in named if n.startswith("engine/lessons/"))}
    (done,) = named - asked - shown  # who plays a solution gives what a key would
    assert done.startswith("engine/service/worker/")
