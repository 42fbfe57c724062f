"""Recognizing whether a person's own data changed since a run began."""

from __future__ import annotations

import hashlib

from engine import regular_file
from engine.errors import DataUnavailable
from engine.parts.data.base import Data

CHUNK_BYTES = 1 << 20
WHOLE_BYTES = 1 << 30
"""Of larger folders only some files are read: a training of them should not begin with that."""
NUM_READ = 1000


def fingerprint(data: Data) -> str:
    """The sha256 over the files that a data set reads, in hex; empty where it reads none.

    Of several files the names count too, with their folder's (it is the class of a picture), and
    the sizes; of more than WHOLE_BYTES in all the contents of NUM_READ files, evenly spaced.
    Raises DataUnavailable for a file that can't be read.
    """
    digest = hashlib.sha256()
    try:
        files = data.files()
        sizes = [file.stat().st_size for file in files]
        stride = max(1, len(files) // NUM_READ) if sum(sizes) > WHOLE_BYTES else 1
        for number, (file, size) in enumerate(zip(files, sizes, strict=True)):
            if len(files) > 1:
                digest.update(f"{file.parent.name}/{file.name}\0".encode(errors="surrogateescape"))
                digest.update(size.to_bytes(8, "big"))
            if number % stride:
                continue
            with regular_file.opened(file) as contents:
                while chunk := contents.read(CHUNK_BYTES):
                    digest.update(chunk)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataUnavailable(f"{error.filename or data}: {reason}") from error
    return digest.hexdigest() if files else ""
