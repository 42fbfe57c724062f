"""Paths of a person's own data."""

from __future__ import annotations

import os
from pathlib import Path

from engine.paths import expanded


def absolute(path: str, folder: Path) -> str:
    """A path made absolute; a relative one starts at the folder. `~` is the home directory."""
    return os.path.abspath(folder / expanded(path)) if path else path
