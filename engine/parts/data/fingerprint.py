"""Recognizing whether a person's own data changed since a run began."""

from __future__ import annotations

import hashlib

from engine.errors import DataUnavailable
from engine.parts.data.base import Data

CHUNK_BYTES = 1 << 20


def fingerprint(data: Data) -> str:
    """The sha256 over the files that a data set reads, in hex; empty where it reads none.

    Of several files the names count too, with their folder's (it is the class of a picture).
    Raises DataUnavailable for a file that can't be read.
    """
    digest = hashlib.sha256()
    try:
        files = data.files()
        for file in files:
            if len(files) > 1:
                digest.update(f"{file.parent.name}/{file.name}\0".encode(errors="surrogateescape"))
                digest.update(file.stat().st_size.to_bytes(8, "big"))
            with file.open("rb") as contents:
                while chunk := contents.read(CHUNK_BYTES):
                    digest.update(chunk)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataUnavailable(f"{error.filename or data}: {reason}") from error
    return digest.hexdigest() if files else ""
