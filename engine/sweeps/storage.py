"""Where runs are kept that no folder brings back: a folder or an fsspec URL that all reach."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from engine.errors import DataUnavailable

DONE = ".done"
"""A file of a run's name and this beside it is written last: the run is there as a whole."""


class StorageUnavailable(DataUnavailable):
    """The place where runs are kept can't be reached: no training would fare better."""


class Storage:
    """Runs under a path or URL; every method raises StorageUnavailable.

    What an object store's library raises where nobody answers or no key is known is a class of its
    own, in each library another: whatever comes of it is told as the place that can't be reached.
    """

    def __init__(self, url: str) -> None:
        import fsspec

        self._url = url
        try:
            self._files: Any
            self._files, self._root = fsspec.core.url_to_fs(url)
        except Exception as error:
            raise self._unavailable(error) from error

    def put(self, run: Path) -> None:
        """Keep a run's directory."""
        place = f"{self._root}/{run.name}"
        try:
            if self._files.exists(place):
                self._files.rm(place, recursive=True)
            self._files.makedirs(self._root, exist_ok=True)
            self._files.put(f"{run}/", f"{place}/", recursive=True)
            self._files.pipe(place + DONE, b"")
        except Exception as error:
            raise self._unavailable(error) from error

    def fetch(self, name: str, runs_dir: Path) -> bool:
        """Bring a run's directory here, all of it or nothing; whether it is kept as a whole."""
        place, beside = f"{self._root}/{name}", runs_dir / f".{name}"
        try:
            if not self._files.exists(place + DONE):
                return False
            shutil.rmtree(beside, ignore_errors=True)
            self._files.get(f"{place}/", f"{beside}/", recursive=True)
            shutil.rmtree(runs_dir / name, ignore_errors=True)
            beside.rename(runs_dir / name)
        except Exception as error:
            raise self._unavailable(error) from error
        return True

    def _unavailable(self, error: Exception) -> StorageUnavailable:
        reason = str(error) or type(error).__name__
        return StorageUnavailable(f"{self._url}: runs can't be kept there ({reason})")
