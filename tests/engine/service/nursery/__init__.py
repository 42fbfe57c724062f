"""Workers that are born warm: forked off a process that has loaded torch once, for all tests.

A worker takes three seconds of a core to load torch, and nothing else differs between the first
one and the next. What is forked is a process of its own in a session of its own, with the
environment, the directory, the log and the pipe that it would have been started with; it runs
the worker's `main`. Tests whose claim is the start itself take the fixture `real_workers`.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

NURSERY = "PERCEPTUI_TESTS_NURSERY"
"""Names the socket to ask at, so that commands in processes of their own ask there too.

Empty where none is to be asked.
"""


FORKED_ALONE = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""Arrow has no thread of its own, which may hold a lock at the moment of the fork."""


class Forked:
    """A process that another one forked: what is used of a `subprocess.Popen`."""

    def __init__(self, pid: int, keeper: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._keeper = keeper

    def poll(self) -> int | None:
        """The exit code, None while it lives."""
        try:
            return self.wait(0.0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once there is one."""
        if self.returncode is None:
            if not select.select([self._keeper], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a worker", timeout or 0.0)
            self.returncode = int(_line(self._keeper))
            self._keeper.close()
        return self.returncode

    def terminate(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


def forked(
    command: Sequence[str],
    *,
    stdin: int,
    stdout: IO[bytes],
    stderr: int,
    pass_fds: tuple[int],
    start_new_session: bool,
) -> Forked:
    """Have the nursery fork what `launch` would have started."""
    assert list(command[1:4]) == ["-P", "-m", "engine.service.worker"]
    assert (stdin, stderr, start_new_session) == (subprocess.DEVNULL, subprocess.STDOUT, True)
    keeper = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    keeper.connect(os.environ[NURSERY])
    asked = {"directory": os.getcwd(), "environment": dict(os.environ), "options": command[4:-1]}
    wanted = json.dumps(asked) + "\n"
    socket.send_fds(keeper, [b"."], [stdout.fileno(), *pass_fds])
    keeper.sendall(wanted.encode())
    return Forked(int(_line(keeper)), keeper)


class Nursery:
    """The process that forks workers; it is started when it is first wanted."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="p")
        self._starting = threading.Lock()
        """A soak opens several terminals at once, each in a thread."""

    def start(self) -> None:
        """Be there for this process and for the commands that it starts."""
        with self._starting:
            if NURSERY not in os.environ and sys.platform == "linux":
                self._start()

    def _start(self) -> None:
        place = str(Path(self._folder.name).resolve() / "s")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.engine.service.nursery", place],
            stdin=subprocess.PIPE,  # it ends when this process does
            stdout=subprocess.PIPE,
            env={**os.environ, **FORKED_ALONE},
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        os.environ[NURSERY] = place

    def close(self) -> None:
        """End it; workers that live go on."""
        os.environ.pop(NURSERY, None)
        if self._process is not None:
            self._process.terminate()
            self._process.wait()  # not for its output's end, which the keepers of workers have, too
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                pipe.close()
            self._process = None
        self._folder.cleanup()


NEEDED = Nursery()
"""The one of this process's tests."""


BEGUN: list[Forked | subprocess.Popen[bytes]] = []
"""The workers that this process has begun, whatever has become of them."""


def popen(command: Sequence[str], **how: Any) -> Forked | subprocess.Popen[bytes]:
    """What `launch` starts a worker with, while tests run."""
    NEEDED.start()
    fork = os.environ.get(NURSERY)
    worker = forked(command, **how) if fork else subprocess.Popen(command, **how)
    BEGUN.append(worker)
    return worker


def end_those_after(number: int) -> None:
    """End the workers begun after so many: of a test that failed, and left them to train on."""
    for worker in BEGUN[number:]:
        if worker.poll() is None:
            os.kill(worker.pid, signal.SIGKILL)


ASKING = SimpleNamespace(Popen=popen, DEVNULL=subprocess.DEVNULL, STDOUT=subprocess.STDOUT)
"""What stands for the module `subprocess` in `launch`."""


def _line(connection: socket.socket) -> str:
    """What comes up to the end of a line."""
    said = b""
    while not said.endswith(b"\n"):
        piece = connection.recv(4096)
        assert piece, "the nursery is gone"
        said += piece
    return said.decode()
