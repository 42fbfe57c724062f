"""Opens what a person names: regular files only, their sizes looked at before they are read.

A pipe would keep whoever opens it waiting for ever, and a device never ends.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from engine.limits import Limit

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def check(path: str | Path, limit: Limit | None = None) -> int:
    """The size of a file that may be opened; for those who leave that to a library.

    Raises OSError, with a sentence, for anything but a regular file within the limit.
    """
    return _checked(os.stat(path), path, limit)


def opened(path: str | Path, limit: Limit | None = None) -> IO[bytes]:
    """A regular file, open for reading; raises OSError as `check` does."""
    check(path, limit)  # opening alone rewinds a tape, or wakes who waits for a pipe
    # It may have become a pipe meanwhile: then opening must not wait.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _checked(os.fstat(descriptor), path, limit)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def contents(path: str | Path, limit: Limit, line: Limit | None = None) -> bytes:
    """All of a file; raises OSError as `check` does, also for one that grows beyond its limit.

    line: refuse a longer line once that is seen, before the rest is read.
    """
    with opened(path, limit) as file:
        if line is None:
            content = file.read(limit.most + 1)
        else:
            content = b"".join(_lines(file, limit, line))
    if len(content) > limit.most:
        raise OSError(errno.EFBIG, _too_long(len(content), limit), str(path))
    return content


def _lines(file: IO[bytes], limit: Limit, line: Limit) -> Iterator[bytes]:
    """The file's lines until there are more bytes than the limit."""
    left = limit.most
    while left >= 0 and (read := file.readline(line.most + 1)):
        if len(read) > line.most:
            reason = f"a line has more than {line.amount(line.most)}"
            raise OSError(errno.EFBIG, reason, file.name)
        left -= len(read)
        yield read


def _checked(status: os.stat_result, path: str | Path, limit: Limit | None) -> int:
    mode, name = status.st_mode, os.fspath(path)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
    if not stat.S_ISREG(mode):
        kind = next((kind for is_one, kind in _KINDS if is_one(mode)), "no regular file")
        raise OSError(errno.EINVAL, f"it is {kind}, not a file that can be read", name)
    if limit is not None and status.st_size > limit.most:
        raise OSError(errno.EFBIG, _too_long(status.st_size, limit), name)
    return status.st_size


def _too_long(size: int, limit: Limit) -> str:
    return f"the file has {limit.refusal(size)}"
