"""Which trials of a sweep are trained in one, and how many at a time: a measured rule.

A stack saves what a step costs beside its arithmetic, which is nearly all of a small network's.
What it multiplies, it multiplies no faster than one process does; and once the numbers of all its
trainings no longer fit the processor's cache it is slower. So many are trained at once as fit it,
and only where that was seen to be faster than the same processor training them one by one.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.memory import free_bytes, may_be_on_gpu
from engine.parts.data import Data, Facts
from engine.parts.shapes import product
from engine.spec.chain import every, links
from engine.spec.experiment import Experiment
from engine.spec.stackable import shape_key, why_alone
from engine.spec.validator import held_back
from engine.sweeps.execution import Assignment, Group

CACHED_NUMBERS = 1_000_000
"""Of all trainings of a stack: 4 MB, a core's cache and its share of what cores have together."""
MOST_WORK = 20_000_000
"""Multiplications of a step, from which on the arithmetic is what takes the time."""
LEAST = 6
"""A stack of fewer was seen to be slower now and then than its trainings one by one."""
BEGIN_S = 0.1
"""Seconds of a processor that a stack takes before its first step."""
STEP_S = 50e-6
"""What a step of one training takes at least beside its arithmetic."""
STACK_STEP_S = 150e-6
"""What a step of a stack takes beside it."""
MOST_AT_ONCE = 128
"""More are hardly faster."""
MOST_ON_GPU = 1024
GPU_NUMBERS = 250_000_000
"""In place of CACHED_NUMBERS on a GPU, which a small network alone leaves idle: 1 GB."""
FLOAT_BYTES = 4
MEMORY_SHARE = 0.25
"""Of the free memory, what the stacks of all processes may take."""


@dataclass(frozen=True)
class Size:
    """How large one step of a training is."""

    numbers: int
    """That it reads and writes: activations of a batch, and four for each weight."""
    work: int
    """Multiplications and additions."""
    steps: int
    """Of the whole training."""
    num_bytes: int
    """Of its data, weights and activations."""

    def most_at_once(self, *, on_gpu: bool = False) -> int:
        """How many are trained fastest in one; 1 where each alone is."""
        if on_gpu:
            return max(1, min(MOST_ON_GPU, GPU_NUMBERS // self.numbers))
        count = min(MOST_AT_ONCE, CACHED_NUMBERS // self.numbers, MOST_WORK // max(1, self.work))
        return count if count >= LEAST else 1


def size_of(experiment: Experiment, facts: Facts) -> Size:
    """The size of a training's step; facts: of its data."""
    chain = links(experiment.network, facts.shape, [])
    held = experiment.test_fraction, experiment.validation_fraction
    samples = facts.num_samples - sum(held_back(facts.num_samples, share) for share in held)
    asked = experiment.batch_size
    batch = samples if asked == "full" else min(int(asked), samples)
    made = sum(product(link.output_shape) for link in every(chain))
    weights = sum(link.num_parameters for link in chain)
    spread = [
        2 * link.own_parameters * (product(link.output_shape[1:]) if link.layer.convolves else 1)
        for link in every(chain)
    ]
    numbers = batch * (product(facts.shape) + made) + 4 * weights
    data = samples * product(facts.shape)
    return Size(
        numbers=numbers,
        work=batch * sum(spread),
        steps=experiment.epochs * -(-samples // batch),
        num_bytes=FLOAT_BYTES * (3 * numbers + 2 * data),
    )


@lru_cache(maxsize=16)
def _facts_of(data: Data) -> Facts | None:
    return data.facts()


def stack_size(experiment: Experiment, num_waiting: int, num_processes: int) -> int:
    """How many trainings like this one, of so many that wait, are fastest in one; 1: each alone.

    Never so many that a process has none.
    """
    facts = None if why_alone(experiment) else _facts_of(experiment.data)
    if facts is None:
        return 1
    size = size_of(experiment, facts)
    on_gpu = may_be_on_gpu(experiment.device)
    room = int(MEMORY_SHARE * free_bytes() / max(1, num_processes) / size.num_bytes)
    share = -(-num_waiting // max(1, num_processes))
    count = min(size.most_at_once(on_gpu=on_gpu), room, share)
    saved_s = size.steps * (count * STEP_S - STACK_STEP_S)
    return count if count >= LEAST and saved_s > BEGIN_S else 1


def groups(waiting: Sequence[Assignment], num_processes: int) -> list[Group]:
    """What of the trials that wait is trained together, the first of them first."""
    alike: dict[Hashable, list[Assignment]] = {}
    for assignment in waiting:
        alike.setdefault(shape_key(assignment.experiment), []).append(assignment)
    found: list[Group] = []
    for members in alike.values():
        size = stack_size(members[0].experiment, len(members), num_processes)
        count = -(-len(members) // size)
        found += [tuple(members[number::count]) for number in range(count)]
    return sorted(found, key=lambda group: group[0].number)
