"""The nursery's own process: `python -m tests.engine.service.nursery SOCKET`."""

from __future__ import annotations

import atexit
import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Never

from engine.service.worker.process import main


def serve(listener: socket.socket) -> int:
    """Fork a worker for each who asks, until the tests are gone; returns a worker's exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers end as they like
    while True:
        if sys.stdin in select.select([sys.stdin, listener], [], [])[0]:
            return 0
        connection, _ = listener.accept()
        with connection:
            if os.fork() == 0:
                listener.close()
                return keep(connection)


def keep(connection: socket.socket) -> int:
    """Fork the worker, tell its pid, and tell its exit code when it has ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for target in (0, 1):  # the nursery's, at whose ends others may wait
        os.dup2(nothing, target)
    os.close(nothing)
    _, (log, ready), _, _ = socket.recv_fds(connection, 1, 2)
    with connection.makefile("r", encoding="utf-8") as lines:
        wanted = json.loads(lines.readline())
    pid = os.fork()
    if pid == 0:
        connection.close()
        os.setsid()
        os.chdir(wanted["directory"])
        os.environ.clear()
        os.environ.update(wanted["environment"])
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.close(nothing)
        os.close(log)
        sys.argv = ["worker", *wanted["options"], str(ready)]
        end(main)
    os.close(log)
    os.close(ready)
    with suppress(OSError):  # who asked may be gone
        connection.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    with suppress(OSError):
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def end(work: Callable[[], int]) -> Never:
    """Do the work and all that is to happen at the end; Python is not taken apart.

    Each object that is let go is written to, so that the page it lies on, which the nursery has
    too, is copied first: 0.4 s of a core for a worker that has lived for 0.06 s of one.
    """
    try:
        code = work()
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


WANTED = (
    *("engine.training.trainer", "engine.training.traced", "engine.training.restored"),
    *("engine.service.worker.checkpoints", "engine.service.worker.preparation"),
    *("engine.service.worker.queries", "engine.service.worker.training_run"),
    *("engine.service.worker.comparing", "engine.service.worker.inspection"),
    *("engine.service.worker.review", "engine.evaluation.judging"),
    *("PIL.Image", "pyarrow.csv", "scipy.stats", "sklearn.datasets", "sklearn.linear_model"),
    *("sklearn.metrics", "torchvision.datasets"),
)
"""What workers would load, each for itself: for a traced step, a verdict, a table, pictures.

No network is trained here: after a backward pass a process can't fork ones that do another.
"""

with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
    listener.bind(sys.argv[1])
    listener.listen(64)
    print("ready", flush=True)  # whoever asks by now waits, and the tests begin meanwhile
    for module in WANTED:
        import_module(module)
    os.fsync = os.fstat  # type: ignore[assignment]  # as tests.conftest.no_power_fails
    gc.collect()
    gc.freeze()
    code = serve(listener)
sys.exit(code)
