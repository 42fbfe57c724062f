"""Which device `auto` takes: the card, but for a network so small that a step takes longer there.

A fixed rule of the work per step, never a measurement of the moment: another device has other last
digits, so the device is part of the resolved experiment.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.parts.shapes import Steps, places, product
from engine.spec.chain import Link, every

DENSE_WORK = 8_000_000
CONVOLUTION_WORK = 1_000_000
RECURRENT_WORK = 100_000
"""Multiplications and additions of a forward pass from which a step takes half as long on a card,
so that the seconds until a card is ready pay; sooner with convolutions, which keep a processor
longer, and with layers that go from position to position. Chosen by the table that
tests/benchmarks/calibrate_devices.py makes, DEVICES.md."""


def card_work(chain: Sequence[Link], batch_size: int) -> int:
    """Multiplications and additions of one forward pass over a batch, roughly."""
    total = 0
    for link in every(chain):
        shape = link.output_shape
        repeats = link.layer.convolves or len(shape) == 3 or isinstance(shape, Steps)
        looked_up = link.layer.of_tokens  # the rows of a table, which nothing is multiplied with
        if not looked_up:
            positions = product(places(shape)) if repeats else 1
            total += 2 * link.own_parameters * positions + product(shape)
    return total * batch_size


def is_small(chain: Sequence[Link], batch_size: int) -> bool:
    """Whether a step of this network is not worth a card."""
    least = DENSE_WORK
    if any(link.layer.convolves for link in every(chain)):
        least = CONVOLUTION_WORK
    if any(link.layer.recurs for link in every(chain)):
        least = RECURRENT_WORK
    return card_work(chain, batch_size) < least
