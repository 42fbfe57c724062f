"""What is predicted, as its data calls it, with its unit; for titles of panes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

from tui.renderables.look import Look
from tui.renderables.sanitize import fit, plain
from tui.renderables.table import heading


def target_text(facts: Mapping[str, Any]) -> str:
    """`price (€)`, `x, y`, or nothing where the data has no name for it; facts: a run's."""
    names: Sequence[str] = facts.get("target_names", ())
    units: Sequence[str] = facts.get("target_units", ())
    found = []
    for number, name in enumerate(names):
        unit = units[number].strip() if number < len(units) else ""
        found.append(f"{name} ({unit})" if unit else name)
    return ", ".join(plain(name) for name in found)


def target_heading(what: str, target: str, width: int, look: Look) -> list[Text]:
    """`Errors of price (€)`, a row; nothing where the target has no name, or there is no room."""
    if not target or width <= 0:
        return []
    return [heading(fit(f"{what} of {target}", width, look.ascii), width, look)]
