"""A run's record as a file: read from either end, whatever stands in it or in its place."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from engine import regular_file
from engine.decoding import Undecodable
from engine.errors import PerceptuiError
from engine.runs import events as ev

BLOCK_BYTES = 1 << 16
Kind = TypeVar("Kind", bound=ev.Event)


class UnreadableRecord(PerceptuiError):
    """A record that is there and can't be read, or holds no event."""

    def __init__(self, path: Path, reason: str) -> None:
        self.reason = f"{path.name}: {reason}"
        super().__init__(f"{path}: {reason}")


class RecordFile:
    """The lines of a record, one event each; one that is not there is empty.

    Every method raises UnreadableRecord where it can't be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def size(self) -> int:
        """In bytes."""
        with self._told():
            return regular_file.check(self.path)
        return 0

    def first_line(self) -> bytes:
        """The first line that is not empty, with its end; nothing where there is none."""
        with self._told(), regular_file.opened(self.path) as file:
            return next((line for line in file if line.strip()), b"")
        return b""

    def forwards(self) -> Iterator[ev.Recorded | None]:
        """What each line says, up to where the file ends now; None for a torn or foreign one."""
        with self._told(), regular_file.opened(self.path) as file:
            left = os.fstat(file.fileno()).st_size
            while left > 0 and (line := file.readline(left)):
                left -= len(line)
                if line.strip():
                    yield _event(line)

    def of_kind(self, kind: type[Kind]) -> Iterator[Kind]:
        """The events of a kind, without reading what the others say."""
        beginning = f'{{"event":"{kind.__struct_config__.tag}"'.encode()
        with self._told(), regular_file.opened(self.path) as file:
            for line in file:
                if line.startswith(beginning) and isinstance(event := _event(line), kind):
                    yield event

    def backwards(self, most_bytes: int | None = None) -> Iterator[ev.Recorded]:
        """The events from the last one on, without reading more than is asked for.

        A file in which there is none though there are lines can't be read.
        """
        is_empty = True
        with self._told(), regular_file.opened(self.path) as file:
            position = end = file.seek(0, os.SEEK_END)
            pieces: list[bytes] = []  # of a line whose beginning comes later, its end first
            while position and (most_bytes is None or end - position < most_bytes):
                size = min(BLOCK_BYTES, position)
                position = file.seek(position - size)
                first, *lines = file.read(size).split(b"\n")
                if lines:
                    lines[-1] = b"".join([lines[-1], *reversed(pieces)])
                    for event in _events(reversed(lines)):
                        is_empty = False
                        yield event
                    pieces = []
                pieces.append(first)
            if position:
                return
            for event in _events([b"".join(reversed(pieces))]):
                is_empty = False
                yield event
            if is_empty and end:
                raise UnreadableRecord(self.path, "no line of it can be read")

    def counting_backwards(self, most_bytes: int | None = None) -> Iterator[ev.Recorded]:
        """As `backwards`, without the events that a rewind or a resume took back."""
        after: int | None = None
        for event in self.backwards(most_bytes):
            if after is None or event.n <= after:
                yield event
                after = event.after_event if isinstance(event, ev.WentBack) else None

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            pass
        except OSError as error:
            raise UnreadableRecord(self.path, error.strerror or str(error)) from error


def _events(lines: Iterable[bytes]) -> Iterator[ev.Recorded]:
    return (event for line in lines if (event := _event(line)) is not None)


def _event(line: bytes) -> ev.Recorded | None:
    try:
        return ev.decode(line)
    except Undecodable:
        return None
