"""Finds a broken picture before a training begins, without torch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine import regular_file
from engine.limits import PICTURE

DECODED_BYTES = 100_000_000
"""Decoded before a training, and by it once more: about two seconds."""
MOST_GLANCED_AT = 20_000
"""Of so many files more the beginning and the end are looked at: about two seconds."""
_TAIL_BYTES = 64
_ENDS = {"PNG": b"IEND", "JPEG": b"\xff\xd9", "GIF": b";"}
"""What stands at the end of a whole file."""

_whole: tuple[object, ...] = ()
"""What was looked at last and found whole."""


def first_broken(
    files: Sequence[Path], sizes: Sequence[int], reading: dict[str, Any]
) -> tuple[Path, Exception] | None:
    """The first picture that can't be read, and why; None where none was found.

    Files are decoded while they have DECODED_BYTES together; of MOST_GLANCED_AT more, evenly
    spaced, only the beginning and the end are read, and the rest where the end is none. What
    was found whole is not looked at again while the files keep their sizes and times.
    """
    global _whole
    state = (
        tuple(files),
        tuple(reading.items()),
        tuple(os.stat(file).st_mtime_ns for file in files),
    )
    if state == _whole:
        return None
    from engine.parts.data.generators.picture_image import opened_picture

    decoded = num_decoded(sizes)
    for file in files[:decoded]:
        try:
            opened_picture(file, **reading)
        except Exception as error:  # Pillow's formats raise many kinds for damaged files
            return file, error
    others = files[decoded:]
    for file in others[:: max(1, -(-len(others) // MOST_GLANCED_AT))]:
        try:
            if not _has_ends(file):
                opened_picture(file, **reading)
        except Exception as error:
            return file, error
    _whole = state
    return None


def num_decoded(sizes: Sequence[int]) -> int:
    """How many pictures are decoded before a training: the first, up to DECODED_BYTES."""
    left = DECODED_BYTES
    for number, size in enumerate(sizes):
        left -= size
        if left < 0:
            return number
    return len(sizes)


def checked_in_words(sizes: Sequence[int]) -> str:
    """What of the pictures was looked at before a training; empty where that is all of them."""
    decoded = num_decoded(sizes)
    others = len(sizes) - decoded
    if not others:
        return ""
    every = -(-others // MOST_GLANCED_AT)
    which = "the others" if every == 1 else f"one in {every:,} of the others"
    return (
        f"before the training {decoded:,} of {len(sizes):,} pictures are decoded, of {which} the "
        "beginning and the end are read"
    )


def _has_ends(file: Path) -> bool:
    """Whether a picture begins as one does, and ends as its format has it.

    Raises what Pillow does for what is no picture.
    """
    from PIL import Image

    with regular_file.opened(file) as content:
        with Image.open(content) as image:
            end = _ENDS.get(image.format or "")
        if end is None:
            return False
        size = content.seek(0, os.SEEK_END)
        content.seek(max(0, size - _TAIL_BYTES))
        return end in content.read(_TAIL_BYTES)


def in_words(error: Exception) -> str:
    """Why a picture can't be read."""
    if type(error).__name__ == "UnidentifiedImageError":
        return "not a picture"
    if type(error).__name__ == "DecompressionBombError":
        return f"it claims to have more than {PICTURE.amount(PICTURE.most)}"
    reason = error.strerror if isinstance(error, OSError) else None
    return reason or str(error) or type(error).__name__
