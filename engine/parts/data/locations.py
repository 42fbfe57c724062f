"""Where data is found, and how far its coming is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

LoadingVerb = Literal["downloading", "reading", "compiling"]


@dataclass(frozen=True)
class Loading:
    """How far data is that takes a while to be had: for a progress bar."""

    name: str
    done_bytes: int
    total_bytes: int | None
    verb: LoadingVerb = "downloading"


@dataclass(frozen=True)
class DataLocations:
    """Where data is found and put."""

    data_dir: Path
    """Root of downloaded data sets, as torchvision lays them out."""
    on_loading: Callable[[Loading], None] = field(default=lambda loading: None)
    """Told how far a download or the reading of files is; may raise to give it up."""
    on_wait: Callable[[], None] = field(default=lambda: None)
    """Called again and again while a download brings nothing; may raise to give it up."""
