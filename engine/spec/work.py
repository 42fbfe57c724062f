"""How much a step of a network computes: what threads and devices are chosen by."""

from __future__ import annotations

from collections.abc import Sequence

from engine.parts.shapes import Steps, places, product
from engine.spec.chain import Link, every


def work_per_step(chain: Sequence[Link], batch_size: int) -> int:
    """Multiplications and additions of one forward pass over a batch, roughly.

    Weights that are used again at each place of an image, or each position of a sequence, count
    there; the rows of an embedding, which are looked up, don't.
    """
    total = 0
    for link in every(chain):
        if link.layer.of_tokens:
            continue
        shape = link.output_shape
        is_spread = link.layer.convolves or len(shape) == 3 or isinstance(shape, Steps)
        positions = product(places(shape)) if is_spread else 1
        total += 2 * link.own_parameters * positions + product(shape)
    return total * batch_size


def convolves(chain: Sequence[Link]) -> bool:
    """Whether filters are moved over something."""
    return any(link.layer.convolves for link in every(chain))


def is_over_positions(chain: Sequence[Link]) -> bool:
    """Whether something is computed at each position of a sequence, besides looking it up."""
    return any(isinstance(x.output_shape, Steps) and not x.layer.of_tokens for x in every(chain))


def positions_in_turn(chain: Sequence[Link]) -> int:
    """How many positions wait for one another, of the longest such sequence; 0 for none."""
    recurrent = (link for link in every(chain) if link.layer.recurs)
    return max((product(places(link.input_shape)) for link in recurrent), default=0)
