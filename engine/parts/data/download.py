"""Downloads: checked archives, unpacked beside their place and moved there when complete."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DataUnavailable
from engine.parts.data.arrival import Arrival, NotArrived
from engine.parts.data.base import DataLocations, Loading


@dataclass(frozen=True)
class Archive:
    """One file to download: where it is offered and what it must be."""

    urls: tuple[str, ...]
    """Mirrors, tried in this order."""
    md5: str

    @property
    def file_name(self) -> str:
        return self.urls[0].rsplit("/", 1)[-1]


def download(
    name: str,
    archives: Sequence[Archive],
    locations: DataLocations,
    unpack: Callable[[Path, Path], object],
) -> None:
    """Fetch archives and unpack them into the data directory.

    `unpack(archive, root)` writes an archive's files as if `root` were the data directory.
    All happens in a temporary folder, gone afterwards whatever happens, and is moved when
    complete. Raises DataUnavailable.
    """
    made = _make(locations.data_dir)
    try:
        with tempfile.TemporaryDirectory(prefix=".download-", dir=locations.data_dir) as temporary:
            complete = Path(temporary) / "complete"
            complete.mkdir()
            for archive in archives:
                file = Path(temporary) / archive.file_name
                _fetch(name, archive, file, locations)
                unpack(file, complete)
                file.unlink()
            for folder in sorted(complete.iterdir()):
                _move(folder, locations.data_dir / folder.name)
    except OSError as error:
        raise DataUnavailable(_storage_message(name, locations.data_dir, error)) from error
    finally:
        for directory in made:  # deepest first; those that hold something stay
            with suppress(OSError):
                directory.rmdir()


def _make(data_dir: Path) -> list[Path]:
    """Make the data directory; returns the directories that had to be made, deepest first."""
    try:
        missing = [path for path in (data_dir, *data_dir.parents) if not path.exists()]
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataUnavailable(_storage_message("the data", data_dir, error)) from error
    return missing


def _move(complete: Path, target: Path) -> None:
    """Put the complete folder in its place; files of an incomplete one there are replaced."""
    try:
        os.replace(complete, target)
    except OSError:
        if not target.is_dir():
            raise
        for file in sorted(path for path in complete.rglob("*") if path.is_file()):
            place = target / file.relative_to(complete)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, place)


def _fetch(name: str, archive: Archive, file: Path, locations: DataLocations) -> None:
    """Loading one archive from the first mirror that gives it whole."""
    failures = []
    for url in archive.urls:
        failure = _fetch_from(url, name, archive, file, locations)
        if not failure:
            return
        failures.append(f"  {url}: {failure}")
    raise DataUnavailable(
        f"{name} is not in {locations.data_dir} and could not be downloaded:\n"
        + "\n".join(failures)
        + "\nCheck the network, or name a folder that holds it with --data-dir or "
        "PERCEPTUI_DATA_DIR."
    )


def _fetch_from(url: str, name: str, archive: Archive, file: Path, locations: DataLocations) -> str:
    """Loading one archive; returns what went wrong with the network or the contents."""
    digest = hashlib.md5(usedforsecurity=False)
    request = urllib.request.Request(url, headers={"User-Agent": "perceptui"})
    done = 0
    with Arrival(request, locations.on_wait) as arrival, file.open("wb") as out:
        try:
            total = arrival.size()
            locations.on_loading(Loading(f"{name} {archive.file_name}", 0, total))
            for chunk in arrival.chunks():
                out.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                locations.on_loading(Loading(f"{name} {archive.file_name}", done, total))
        except NotArrived as error:
            return f"broke off after {done:,} bytes ({error})" if done else str(error)
    if total is not None and done < total:
        return f"broke off after {done:,} of {total:,} bytes"
    if digest.hexdigest() != archive.md5:
        return f"wrong checksum: md5 {digest.hexdigest()}, expected {archive.md5}"
    return ""


def _storage_message(name: str, folder: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"{name} can't be stored in {folder}: {reason}; make room, or choose another folder "
            "with --data-dir or PERCEPTUI_DATA_DIR"
        )
    return (
        f"{name} can't be stored in {folder}: {reason}; choose another folder with --data-dir "
        "or PERCEPTUI_DATA_DIR"
    )
