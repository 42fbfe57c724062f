"""Downloads: checked archives, unpacked beside their place and moved there when complete."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from engine import regular_file
from engine.errors import DataUnavailable
from engine.parts.data.arrival import CHUNK_BYTES, Arrival, NotArrived
from engine.parts.data.locations import DataLocations, Loading

_BEGUN = ".download-"


@dataclass(frozen=True)
class Packed:
    """A packed file as it is published."""

    name: str
    md5: str
    size_bytes: int


@dataclass(frozen=True)
class Archive:
    """One file to download: where it is offered and what it must be."""

    urls: tuple[str, ...]
    """Mirrors, tried in this order."""
    md5: str
    size_bytes: int

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
    All happens in a folder of its own and is moved when complete. What had come when it broke off
    is gone on with the next time; anything else leaves nothing. Raises DataUnavailable.
    """
    made = _make(locations.data_dir)
    try:
        with _workplace(name, locations.data_dir) as place:
            for archive in archives:
                _fetch(name, archive, place / archive.file_name, locations)
            complete = place / "complete"
            shutil.rmtree(complete, ignore_errors=True)
            complete.mkdir()
            for archive in archives:
                unpack(place / archive.file_name, complete)
            for folder in sorted(complete.iterdir()):
                _move(folder, locations.data_dir / folder.name)
    except OSError as error:
        raise DataUnavailable(_storage_message(name, locations.data_dir, error)) from error
    finally:
        for directory in made:  # deepest first; those that hold something stay
            with suppress(OSError):
                directory.rmdir()


def begun_bytes(name: str, data_dir: Path) -> int:
    """How much has come of a download that broke off."""
    place = data_dir / f"{_BEGUN}{name}"
    with suppress(OSError):
        return sum(file.stat().st_size for file in place.iterdir() if file.is_file())
    return 0


def forget_begun(name: str, data_dir: Path) -> None:
    """Remove what has come of a download that broke off."""
    shutil.rmtree(data_dir / f"{_BEGUN}{name}", ignore_errors=True)


@contextmanager
def _workplace(name: str, data_dir: Path) -> Iterator[Path]:
    """A folder to download to; what lies there from before is gone on with.

    Where another process is at it, one of this process alone.
    """
    place = data_dir / f"{_BEGUN}{name}"
    place.mkdir(exist_ok=True)
    descriptor = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with tempfile.TemporaryDirectory(prefix=_BEGUN, dir=data_dir) as alone:
            yield Path(alone)
        return
    else:
        try:
            yield place
        except OSError:  # the disk: whatever is there takes room that is missing
            shutil.rmtree(place, ignore_errors=True)
            raise
        except BaseException:
            if not begun_bytes(name, data_dir):
                shutil.rmtree(place, ignore_errors=True)
            raise
        shutil.rmtree(place, ignore_errors=True)
    finally:
        os.close(descriptor)


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
    if file.exists():
        return  # whole since an earlier time
    part = file.with_name(f"{file.name}.part")
    failures = []
    for url in archive.urls:
        failure = _fetch_from(url, name, archive, part, locations)
        if not failure:
            part.rename(file)
            return
        failures.append(f"  {url}: {failure}")
    raise DataUnavailable(
        f"{name} is not in {locations.data_dir} and could not be downloaded:\n"
        + "\n".join(failures)
        + "\nCheck the network, or name a folder that holds it with --data-dir or "
        "PERCEPTUI_DATA_DIR."
    )


def _fetch_from(url: str, name: str, archive: Archive, part: Path, locations: DataLocations) -> str:
    """Loading one archive, on from where it broke off; returns what went wrong, if anything did.

    part: the file with what has come of it.
    """
    digest = hashlib.md5(usedforsecurity=False)
    done = _digested(part, digest)
    if done >= archive.size_bytes:  # whole, or none of it
        if digest.hexdigest() == archive.md5:
            return ""
        part.unlink(missing_ok=True)
        done, digest = 0, hashlib.md5(usedforsecurity=False)
    from urllib.request import Request

    request = Request(url, headers={"User-Agent": "perceptui"})
    if done:
        request.add_header("Range", f"bytes={done}-")
    title = f"{name} {archive.file_name}"
    try:
        with Arrival(request, locations.on_wait) as arrival:
            size = arrival.size()
            if not arrival.is_rest:
                done, digest = 0, hashlib.md5(usedforsecurity=False)
            total = None if size is None else done + size
            with part.open("ab" if done else "wb") as out:
                locations.on_loading(Loading(title, done, total))
                for chunk in arrival.chunks():
                    out.write(chunk)
                    digest.update(chunk)
                    done += len(chunk)
                    locations.on_loading(Loading(title, done, total))
    except NotArrived as error:
        return f"broke off after {done:,} bytes ({error})" if done else str(error)
    finally:
        if part.exists() and not part.stat().st_size:
            part.unlink()
    if total is not None and done < total:
        return f"broke off after {done:,} of {total:,} bytes"
    if digest.hexdigest() != archive.md5:
        part.unlink(missing_ok=True)
        return f"wrong checksum: md5 {digest.hexdigest()}, expected {archive.md5}"
    return ""


def _digested(part: Path, digest: hashlib._Hash) -> int:
    """Feed what is there to a digest; returns how many bytes that is."""
    try:
        with regular_file.opened(part) as begun:
            while chunk := begun.read(CHUNK_BYTES):
                digest.update(chunk)
            return begun.tell()
    except FileNotFoundError:
        return 0


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
