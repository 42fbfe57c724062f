"""The private directory of the workers' sockets."""

from __future__ import annotations

import os
import re
import secrets
import socket
import stat
import struct
from contextlib import suppress
from pathlib import Path

from engine.errors import PerceptuiError
from engine.runs.lease import process_start

LONGEST_PATH = 100
"""Bytes of a socket's path that every system takes."""

_ELSEWHERE = "set PERCEPTUI_SOCKET_DIR to a folder of yours"
_CACHES = {"TORCHINDUCTOR_CACHE_DIR": "inductor", "TRITON_CACHE_DIR": "triton"}
_SOCKET = re.compile(r"(\d+)-[0-9a-f]{6}\.sock")
_LOG = re.compile(r"(\d+)-(?:worker|[0-9a-f]{6}-starting)\.log")


def socket_dir() -> Path:
    """`perceptui-<uid>` in PERCEPTUI_SOCKET_DIR or in `/tmp`, made if need be.

    A folder of its own, since others keep their files in the one that is given. Not in
    $XDG_RUNTIME_DIR, which a logout removes, nor in a run's directory, which may be on a
    network. Raises PerceptuiError unless it belongs to this user alone.
    """
    given = Path(os.environ.get("PERCEPTUI_SOCKET_DIR") or "/tmp")
    path = given / f"perceptui-{os.getuid()}"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        reason = error.strerror or str(error)
        raise PerceptuiError(f"{path}: no place for sockets ({reason}): {_ELSEWHERE}") from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PerceptuiError(
            f"{path}: belongs to somebody else or is no folder, so no trainer can listen there: "
            f"{_ELSEWHERE}"
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise PerceptuiError(f"{path}: others can enter it: chmod 700 {path}, or {_ELSEWHERE}")
    return path


def keep_caches_private() -> None:
    """Have torch keep what it compiles where nobody else can put it; before torch is imported.

    Its own place is a folder of a known name in the folder for everybody's temporary files.
    A place that the person has set stays.
    """
    for variable, name in _CACHES.items():
        os.environ.setdefault(variable, str(socket_dir() / name))


def check_socket(path: Path) -> None:
    """Raise PerceptuiError unless a trainer of this user may listen there.

    What names it may be forged, and behind it anybody may answer.
    """
    folder = socket_dir()
    if path.parent != folder or not _SOCKET.fullmatch(path.name):
        raise PerceptuiError(
            f"{path}: no trainer of yours listens there, since sockets lie in {folder}: if you "
            "started it with another PERCEPTUI_SOCKET_DIR, set that one"
        )


def new_socket_path(pid: int) -> Path:
    """A fresh path for a worker's socket; raises PerceptuiError if it is too long."""
    path = socket_dir() / f"{pid}-{secrets.token_hex(3)}.sock"
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise PerceptuiError(
            f"{path}: longer than a socket's path may be ({LONGEST_PATH} bytes): "
            "set PERCEPTUI_SOCKET_DIR to a shorter place"
        )
    return path


def new_log_path() -> Path:
    """A fresh path for what a worker prints that this process starts."""
    return socket_dir() / f"{os.getpid()}-{secrets.token_hex(3)}-starting.log"


def log_path(pid: int) -> Path:
    """Where a worker's log lies until it has a run."""
    return socket_dir() / f"{pid}-worker.log"


def sweep() -> None:
    """Remove what workers that are gone have left behind, and nothing else."""
    for path in socket_dir().iterdir():
        with suppress(OSError):
            pid = _maker(path)
            if pid and not process_start(pid):
                path.unlink()


def _maker(path: Path) -> int:
    """The process that made a socket or a log; 0 for anything else. Raises OSError."""
    mode = path.lstat().st_mode
    made = _SOCKET if stat.S_ISSOCK(mode) else _LOG if stat.S_ISREG(mode) else None
    found = made.fullmatch(path.name) if made else None
    return int(found[1]) if found else 0


def peer_pid(connection: socket.socket) -> int:
    """The process at the other end; 0 where the system does not tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return 0
    size = struct.calcsize("3i")
    packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    return int(struct.unpack("3i", packed)[0])


def peer_is_owner(connection: socket.socket) -> bool:
    """Whether the other end belongs to this user; the directory's mode is the first guard."""
    if hasattr(socket, "SO_PEERCRED"):
        size = struct.calcsize("3i")
        packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        uid = struct.unpack("3i", packed)[1]
        return bool(uid == os.getuid())
    local_peercred = 1  # of macOS and BSD: struct xucred, whose second word is the uid
    packed = connection.getsockopt(0, local_peercred, 76)
    return bool(struct.unpack_from("2I", packed)[1] == os.getuid())
