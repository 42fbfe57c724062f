"""Where the program that draws writes of its own mistakes: never over what it draws."""

from __future__ import annotations

import logging
from io import TextIOWrapper
from pathlib import Path

from engine import paths


class _Log(logging.FileHandler):
    """A file that is made, with its folder, once there is something to write."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()


def log_to_file() -> None:
    """Send warnings and errors of this process to the log that `perceptui paths` names."""
    handler = _Log(paths.log_file(), encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
