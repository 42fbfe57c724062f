"""Where decoded pictures are kept: a folder for each list of files and way to decode them.

The folder's name is a digest of the code that decodes, of how it does, and of each file's name,
size and times: the time of its last change of any kind too, which nobody sets. There are never more
bytes than PICTURE_CACHE has; the entries that nobody used longest make room.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine import paths, regular_file
from engine.errors import UsageError
from engine.kept_folders import NAME_DIGITS, KeptFolders
from engine.limits import PICTURE_CACHE, in_bytes

PIXELS, MARKS = "pixels", "marks"
MARK_BYTES = 8
ENTRIES = KeptFolders(paths.images_dir, abandoned_s=3600.0, most=100)
"""Nobody makes two files for an hour."""
_CODECS = ("libjpeg_turbo", "jpg", "zlib", "libtiff", "webp")

Identity = tuple[int, int, int, int]
"""What changes when a file does: its size, the times of its last changes, its number."""


class NotKept(Exception):
    """Why pictures can't be kept, in words."""


def identity_of(status: os.stat_result) -> Identity:
    """The identity of a file."""
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def key_of(files: Sequence[Path], identities: Sequence[Identity], reading: dict[str, Any]) -> str:
    """The name of the entry of these files, decoded so."""
    digest = hashlib.sha256(json.dumps([_code(), reading]).encode())
    for file, identity in zip(files, identities, strict=True):
        digest.update(b"%s\0%d %d %d %d\0" % (os.fsencode(os.path.abspath(file)), *identity))
    return digest.hexdigest()[:NAME_DIGITS]


@lru_cache(maxsize=1)
def _code() -> str:
    """What decides what a file is decoded to: this package's lines, and Pillow's libraries."""
    import PIL
    from PIL import features

    own = Path(__file__).with_name("generators")
    digest = hashlib.sha256()
    for name in ("picture_image.py", "image_folder.py"):
        with regular_file.opened(own / name) as source:
            digest.update(source.read())
    with_codecs = [f"{name} {features.version(name)}" for name in _CODECS]
    return " ".join([digest.hexdigest(), PIL.__version__, *with_codecs])


def most_bytes() -> int:
    """What all entries may take together: PERCEPTUI_IMAGE_CACHE_GB, 0 for none at all.

    Raises UsageError where that is no such number.
    """
    text = os.environ.get("PERCEPTUI_IMAGE_CACHE_GB", "")
    try:
        most = float(text) * 1e9 if text else float(PICTURE_CACHE.most)
    except ValueError:
        most = -1.0
    if not 0 <= most < 1e18:
        raise UsageError(f'PERCEPTUI_IMAGE_CACHE_GB: "{text}" is not a number of GB, or 0')
    return int(most)


def entry(key: str, rows: int, row_bytes: int, *, make: bool) -> Path:
    """The folder of an entry with room for so many rows; make: where there is none.

    Raises NotKept where there is none, it can't be made, or may not.
    """
    root, needed = paths.images_dir(), rows * (row_bytes + MARK_BYTES)
    folder = root / key
    if _is_whole(folder, rows, row_bytes):
        with suppress(OSError):
            os.utime(folder)
        return folder
    if not make:
        raise NotKept("nobody has decoded them yet")
    most = most_bytes()
    if needed > most:
        raise NotKept(
            f"they take {in_bytes(needed)}, more than the {in_bytes(most)} that are kept of all "
            "(PERCEPTUI_IMAGE_CACHE_GB)"
        )
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        ENTRIES.sweep(most - needed)
        free = shutil.disk_usage(root).free
        if needed > free // 2:
            raise NotKept(f"they take {in_bytes(needed)}, and {root} has {in_bytes(free)} free")
        return _made(folder, rows, row_bytes)
    except OSError as error:
        raise NotKept(f"{root}: {error.strerror}") from error


def _is_whole(folder: Path, rows: int, row_bytes: int) -> bool:
    """Whether an entry is there, each file as long as it must be."""
    try:
        sizes = [regular_file.check(folder / name) for name in (PIXELS, MARKS)]
    except OSError:
        return False
    return sizes == [rows * row_bytes, rows * MARK_BYTES]


def _made(folder: Path, rows: int, row_bytes: int) -> Path:
    """An entry without marks, its room taken on the disk; raises OSError."""
    place = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    try:
        for name, size in ((PIXELS, rows * row_bytes), (MARKS, rows * MARK_BYTES)):
            descriptor = os.open(place / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                if hasattr(os, "posix_fallocate"):  # a full disk is told now, not while it trains
                    os.posix_fallocate(descriptor, 0, size)
                os.truncate(descriptor, size)
            finally:
                os.close(descriptor)
        if folder.exists() and not _is_whole(folder, rows, row_bytes):
            shutil.rmtree(folder)  # not of ours: an entry appears whole
        try:
            place.rename(folder)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            # Another training was faster, and its entry is as good.
        return folder
    finally:
        shutil.rmtree(place, ignore_errors=True)
