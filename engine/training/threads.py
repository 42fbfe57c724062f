"""How many CPU threads a training uses: a fixed rule of the work per step.

Never a measurement of the moment: the number changes the last digits of the results, so it
is part of the resolved experiment.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from engine.spec.chain import Link
from engine.spec.work import convolves, is_over_positions, positions_in_turn, work_per_step

DENSE_WORK = 10_000_000
CONVOLUTION_WORK = 5_000_000
SEQUENCE_WORK = 100_000_000
"""Multiplications and additions per step that are worth a thread; a step with convolutions
needs fewer, one over the positions of sequences, of many operations, more. Chosen by the table that
tests/benchmarks/calibrate_threads.py makes, with a margin: threads too many on a busy machine cost
more than threads too few."""


def available() -> int:
    """The CPUs this process may use: its affinity and its cgroup's quota respected."""
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    quota = _cgroup_quota()
    return max(1, min(count, quota) if quota else count)


def _cgroup_quota() -> int | None:
    try:
        with open("/sys/fs/cgroup/cpu.max", encoding="ascii") as file:
            limit, period = file.read().split()
        return None if limit == "max" else max(1, int(limit) // int(period))
    except (OSError, ValueError):
        return None


def num_threads(chain: Sequence[Link], batch_size: int) -> int:
    """One thread for small steps, more with their work, at most all available ones."""
    share = DENSE_WORK
    if convolves(chain):
        share = CONVOLUTION_WORK
    elif in_turn := positions_in_turn(chain):
        share = DENSE_WORK * in_turn  # threads share the work of one position
    elif is_over_positions(chain):
        share = SEQUENCE_WORK
    return max(1, min(available(), work_per_step(chain, batch_size) // share))
