"""Which device `auto` takes: the card, but for a network so small that a step takes longer there.

A fixed rule of the work per step, never a measurement of the moment: another device has other last
digits, so the device is part of the resolved experiment.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.spec.chain import Link
from engine.spec.work import convolves, positions_in_turn, work_per_step

DENSE_WORK = 8_000_000
CONVOLUTION_WORK = 1_000_000
RECURRENT_WORK = 100_000
"""Multiplications and additions of a forward pass from which a step takes half as long on a card,
so that the seconds until a card is ready pay; sooner with convolutions, which keep a processor
longer, and with layers that go from position to position. Chosen by the table that
tests/benchmarks/calibrate_devices.py makes, DEVICES.md."""


def is_small(chain: Sequence[Link], batch_size: int) -> bool:
    """Whether a step of this network is not worth a card."""
    least = DENSE_WORK
    if positions_in_turn(chain):
        least = RECURRENT_WORK
    elif convolves(chain):
        least = CONVOLUTION_WORK
    return work_per_step(chain, batch_size) < least
