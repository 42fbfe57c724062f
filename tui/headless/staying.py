"""Whether the trainer of a command is to wait for the next one: only for a person at a terminal."""

from __future__ import annotations

import os

from engine.plugins import Plugins
from engine.runs.lease import process_start
from engine.service import protocol as p
from engine.service.client.surroundings import surroundings
from engine.service.protocol.warm import warm_s

BATCH = ("CI", "SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "FLUX_JOB_ID", "TORCHELASTIC_RUN_ID")
"""Variables of jobs that nobody sits at, or that end when all they have started has."""
TERMINAL = 0, 1
"""Where a person types and reads."""


def staying_order(order: p.Train | p.Resume, code: int) -> p.StayWarm | None:
    """What to tell a trainer that may wait; None where it is to end.

    code: what the command ends with: after anything but a training that came to its end there is
    something to be looked into, or it was told to end.
    """
    seconds = warm_s()
    if code != 0 or seconds == 0 or order.processes > 1 or not _is_at_terminal():
        return None
    if Plugins.installed.loaded:  # their files may be other ones by then, and nobody knows them
        return None
    leader = os.getsid(0)
    started = process_start(leader)
    if leader == os.getpid() or not started:
        return None  # with this command the session ends
    return p.StayWarm(
        surroundings=surroundings(), wait_s=seconds, leader=leader, leader_start=started
    )


def _is_at_terminal() -> bool:
    """Whether a person has typed this command and reads what it says."""
    if any(os.environ.get(name) for name in BATCH) or not all(map(os.isatty, TERMINAL)):
        return False
    try:
        return os.tcgetpgrp(0) == os.getpgrp()  # else the shell runs it in the background
    except OSError:
        return False
