"""What lessons are called and teach, read from their heads alone: so they are listed at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

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


def names() -> dict[str, Path]:
    """Every lesson's name with its file; a person's own hides a shipped one of its name."""
    found: dict[str, Path] = {}
    for folder in folders():
        inside = folder / FOLDER
        for path in sorted(inside.glob("*.toml")) if inside.is_dir() else []:
            found.setdefault(path.stem, path)
    return found


def texts_of(path: Path, language: str) -> Path | None:
    """The file of a lesson's words in a language; None where there is none."""
    texts = path.parent / language / path.name
    return texts if language and texts.is_file() else None


def heads(language: str = "") -> list[Head]:
    """Those of all lessons, in the order of the course; what can't be read is left to its list."""
    found: dict[str, Head] = {}
    for name, path in names().items():
        with suppress(UsageError):
            raw = parse_toml(read_text(path).partition(_STEPS)[0])
            if (texts := texts_of(path, language)) is not None:
                raw |= parse_toml(read_text(texts).partition(_STEPS)[0])
            order = raw.get("order")
            found[name] = Head(
                name,
                str(raw.get("title", name)),
                str(raw.get("teaches", "")),
                float(order) if isinstance(order, int | float) else OWN,
            )
    return sorted(found.values(), key=lambda one: (one.order, one.name))
