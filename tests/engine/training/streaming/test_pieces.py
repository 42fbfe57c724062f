"""How much is read ahead, and by how many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.training.streaming.pieces import MOST_BYTES, MOST_PROCESSES, Pace, pace

PLENTY = 1 << 40


@pytest.mark.parametrize(
    ("sample_bytes", "room", "cpus", "expected"),
    [
        (3_072, PLENTY, 2, Pace(processes=2, rows=32, ahead=4)),
        (150_528, PLENTY, 4, Pace(processes=4, rows=26, ahead=4)),
        (150_528, PLENTY, 64, Pace(processes=8, rows=13, ahead=4)),
        (150_528, 64_000_000, 8, Pace(processes=8, rows=6, ahead=4)),
        (3_145_728, 64_000_000, 8, Pace(processes=8, rows=1, ahead=1)),
        (3_145_728, 10_000_000, 8, Pace(processes=1, rows=1, ahead=1)),
        (3_145_728, 1_000_000, 8, Pace(processes=0, rows=1, ahead=0)),
    ],
)
def test_pieces_grow_small_before_processes_grow_few(
    sample_bytes: int, room: int, cpus: int, expected: Pace
) -> None:
    """Small and large images, with plenty of shared memory and with a container's 64 MB."""
    assert pace(sample_bytes, room, cpus) == expected


@given(st.integers(1, 4_000_000), st.integers(0, 1 << 32), st.integers(1, 200))
def test_what_is_ahead_stays_within_bounds(sample_bytes: int, room: int, cpus: int) -> None:
    """Half the shared memory, MOST_BYTES and the CPUs are never exceeded."""
    found = pace(sample_bytes, room, cpus)
    ahead_bytes = found.processes * found.ahead * found.rows * sample_bytes
    assert ahead_bytes <= min(MOST_BYTES, room // 2)
    assert 0 <= found.processes <= min(cpus, MOST_PROCESSES)
    assert (found.processes == 0) == (found.ahead == 0)
    assert found.rows >= 1
