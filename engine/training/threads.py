"""How many CPU threads a training uses: a fixed rule of the work per step.

Never a measurement of the moment: the number changes the last digits of the results, so it
is part of the resolved experiment.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from engine.parts.shapes import Steps, places, product
from engine.spec.chain import Link, every

DENSE_WORK = 10_000_000
CONVOLUTION_WORK = 5_000_000
SEQUENCE_WORK = 50_000_000
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


def work_per_step(chain: Sequence[Link], batch_size: int) -> int:
    """Multiplications and additions of one forward pass over a batch, roughly."""
    total = 0
    for link in every(chain):
        spread = link.layer.convolves or len(link.output_shape) == 3
        positions = product(link.output_shape[1:]) if spread else 1
        total += 2 * link.own_parameters * positions + product(link.output_shape)
    return total * batch_size


def num_threads(chain: Sequence[Link], batch_size: int) -> int:
    """One thread for small steps, more with their work, at most all available ones."""
    convolves = any(link.layer.convolves for link in every(chain))
    share = CONVOLUTION_WORK if convolves else DENSE_WORK
    wanted = work_per_step(chain, batch_size) // share
    if not any(link.layer.recurs for link in every(chain)):  # which goes position by position
        wanted = max(wanted, work_over_positions(chain, batch_size) // SEQUENCE_WORK)
    return max(1, min(available(), wanted))


def work_over_positions(chain: Sequence[Link], batch_size: int) -> int:
    """Of one forward pass, what is done again at each position of a sequence, roughly."""
    total = 0
    for link in every(chain):
        if isinstance(link.output_shape, Steps) and not link.layer.of_tokens:
            total += 2 * link.own_parameters * product(places(link.output_shape))
    return total * batch_size
