"""What lessons are called and teach, read from their heads alone: so they are listed at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from engine.errors import UsageError
from engine.spec.presets import folders
from engine.spec.toml_text import parse_toml, read_text

FOLDER = "lessons"
"""Where lessons lie in each folder of presets."""
OWN = float("inf")
"""The place of a person's own, which come after the course."""
_STEPS = "\n[[steps]]"
"""Before it stands what a lesson says of itself."""


@dataclass(frozen=True)
class Head:
    """What a lesson says of itself."""

    name: str
    title: str
    teaches: str
    order: float


def heads(language: str = "") -> list[Head]:
    """Those of all lessons, in the order of the course; what can't be read is left to its list."""
    found: dict[str, Head] = {}
    for folder in folders():
        inside = folder / FOLDER
        for path in sorted(inside.glob("*.toml")) if inside.is_dir() else []:
            if path.stem in found:
                continue
            with suppress(UsageError):
                raw = parse_toml(read_text(path).partition(_STEPS)[0])
                texts = inside / language / path.name
                if language and texts.is_file():
                    raw |= parse_toml(read_text(texts).partition(_STEPS)[0])
                order = raw.get("order")
                found[path.stem] = Head(
                    path.stem,
                    str(raw.get("title", path.stem)),
                    str(raw.get("teaches", "")),
                    float(order) if isinstance(order, int | float) else OWN,
                )
    return sorted(found.values(), key=lambda one: (one.order, one.name))
