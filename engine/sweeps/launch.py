"""Starts a sweep's coordinator, a process of its own, and stops one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from engine.errors import PerceptuiError, UsageError
from engine.runs.files import appender
from engine.runs.lease import holder_of, read_lease
from engine.service.client.launch import last_words
from engine.sweeps.directory import SweepDirectory

COORDINATOR = "engine.sweeps.coordinator_process"
LONGEST_STOP_S = 60.0
LOOK_S = 0.05


def start(directory: SweepDirectory) -> None:
    """Have a process train what is left of a sweep; returns once it has begun.

    Raises PerceptuiError where it can't, UsageError where another process does already.
    """
    lease = read_lease(directory.path)
    if lease is not None and directory.is_live:
        raise UsageError(
            f"{directory.path}: process {lease.pid} on {lease.host} trains it already: "
            f"`perceptui sweeps attach {directory.name}` follows it"
        )
    reading, writing = os.pipe()
    # -P: a folder named engine in the working directory must not run instead.
    command = [sys.executable, "-P", "-m", COORDINATOR]
    command += [str(directory.path.absolute()), str(writing)]
    try:
        with os.fdopen(appender(directory.log), "ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(writing,),
                start_new_session=True,
            )
    except OSError as error:
        os.close(reading)
        raise PerceptuiError(f"the sweep can't be started: {error}") from error
    finally:
        os.close(writing)
    with os.fdopen(reading, "rb") as said:
        is_ready = said.readline() == b"ready\n"
    if not is_ready:
        code = process.wait()
        why = last_words(directory.log) or "no message"
        kind = UsageError if code == UsageError.exit_code else PerceptuiError
        raise kind(why.splitlines()[-1])


def stop(directory: SweepDirectory) -> None:
    """End a live sweep; what it trains is kept as it is.

    Raises UsageError where nothing coordinates it on this machine.
    """
    lease = read_lease(directory.path)
    holder = holder_of(directory.path, lease)
    if lease is None or holder != "here":
        raise UsageError(
            f"{directory.path}: nothing trains it here that could be stopped ({directory.state()})"
        )
    os.kill(lease.pid, signal.SIGTERM)
    deadline = time.monotonic() + LONGEST_STOP_S
    while directory.is_live:
        if time.monotonic() > deadline:
            raise PerceptuiError(f"{directory.path}: process {lease.pid} has not ended yet")
        time.sleep(LOOK_S)
