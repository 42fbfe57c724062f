"""What presets say of themselves, in English and in a table of another language."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.messages.catalogue import LANGUAGE
from tests.messages.extraction import ROOT

FOLDER = ROOT / "presets"
FIELDS = ("title", "summary", "teaches", "expect")


def preset_texts() -> dict[str, str]:
    """Every text with its translation, as far as there is one."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        english, said = read(path), translated(path.stem)
        for name in FIELDS:
            text, other = english.get(name), said.get(name)
            if isinstance(text, str) and isinstance(other, str):
                found[text] = other
    return found


def translated(name: str) -> dict[str, object]:
    """The table of a preset's texts in the other language; empty where there is none."""
    path = FOLDER / LANGUAGE / f"{name}.toml"
    return read(path) if path.is_file() else {}


def read(path: Path) -> dict[str, object]:
    """A TOML file's values."""
    return tomllib.loads(path.read_text("utf-8"))
