"""Finds presets: those that come with perceptui, and a person's own.

Listing them reads their texts only; an experiment is checked when it is asked for.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from engine.errors import UsageError
from engine.paths import expanded, preset_dir
from engine.plugins import Plugins
from engine.spec.nearest import nearest
from engine.spec.toml_text import read_raw

GROUPS = ("Tutorials", "Playground", "Tables", "Images", "Use again", "Sequences", "Making", "Mine")
"""The groups in the order in which they are listed."""
FIRST = "moons"
"""The preset to begin with: learned in seconds, and anybody sees that it is right."""


@dataclass(frozen=True)
class Listing:
    """A preset as a list shows it."""

    name: str
    path: Path
    group: str
    title: str
    summary: str
    teaches: str


def folders() -> list[Path]:
    """Where presets lie: the person's own first, those that come along, then plug-ins'."""
    return [preset_dir(), shipped_folder(), *Plugins.installed.preset_folders()]


def shipped_folder() -> Path:
    """Where those lie that come along."""
    return Path(str(resources.files("presets")))


def names() -> dict[str, Path]:
    """Every preset's name with its file; a person's own hides a shipped one of its name."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
            found.setdefault(path.stem, path)
    return found


def path_of(name: str) -> Path:
    """The file of the preset of this name; raises UsageError with the nearest match."""
    known = names()
    if name not in known:
        advice = suggestion(name) or ": `perceptui presets` lists them"
        raise UsageError(f'unknown preset "{name}"{advice}')
    return known[name]


def suggestion(name: str) -> str:
    """`: did you mean X?` for the preset whose name is most like this one, or nothing."""
    return nearest(name, names())


def listings() -> tuple[list[Listing], list[UsageError]]:
    """Every preset by group and name, and the errors of files that could not be read.

    One bad file takes down itself only.
    """
    found, errors = [], []
    for name, path in names().items():
        try:
            raw = read_raw(path)
        except UsageError as error:
            errors.append(error)
            continue
        texts = {key: _text(raw, key) for key in ("group", "title", "summary", "teaches")}
        whose = Plugins.installed.preset_folders().get(path.parent, "Mine")
        found.append(Listing(name, path, **{**texts, "group": texts["group"] or whose}))
    order = {group: index for index, group in enumerate(GROUPS)}
    found.sort(key=lambda one: (order.get(one.group, len(GROUPS)), one.group, one.name))
    return found, errors


def _text(raw: dict[str, object], key: str) -> str:
    value = raw.get(key)
    return value if isinstance(value, str) else ""


What = Literal["file", "preset", "run"]


def what_is(text: str) -> What:
    """How a WHAT is read: with a slash or `.toml` a file, else a preset, else a run.

    A path to a folder is a run.
    """
    if "/" in text or text.endswith(".toml"):
        return "run" if os.path.isdir(expanded(text)) else "file"
    return "preset" if text in names() else "run"
