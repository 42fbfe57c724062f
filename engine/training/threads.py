"""How many CPU threads a training uses: a fixed rule of the work per step.

Never a measurement of the moment: the number changes the last digits of the results, so it
is part of the resolved experiment.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from engine.parts.shapes import product
from engine.spec.chain import Link

MIN_WORK = 100_000_000
"""Multiplications and additions per step from which several threads are worth their cost."""


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


def work_per_step(chain: Sequence[Link], batch_size: int) -> int:
    """Multiplications and additions of one forward pass over a batch, roughly."""
    total = 0
    for link in chain:
        positions = product(link.output_shape[1:]) if len(link.output_shape) == 3 else 1
        total += 2 * link.num_parameters * positions + product(link.output_shape)
    return total * batch_size


def num_threads(chain: Sequence[Link], batch_size: int) -> int:
    """One thread for small steps, all available ones for larger."""
    return available() if work_per_step(chain, batch_size) >= MIN_WORK else 1
