"""Several trainers in threads of one process, which talk over gloo as processes do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import torch
from torch import Tensor
from torch._C._distributed_c10d import HashStore, Store

from engine.spec.experiment import Experiment
from engine.training.executor import Executor
from engine.training.shared.crew import Crew, Lead, follow
from engine.training.shared.group import Group
from engine.training.shared.local import TracedGradients
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE

_TRACING = threading.Lock()
"""PyTorch traces in one thread at a time; processes have one each."""
_chosen = TracedGradients._chosen


def _chosen_in_turn(self: TracedGradients, inputs: Tensor, targets: Tensor) -> object:
    with _TRACING:
        return _chosen(self, inputs, targets)


class Follower:
    """A thread that follows with a trainer of its own, until it is let go."""

    def __init__(self, experiment: Experiment, rank: int, size: int, executor: Executor) -> None:
        self.trainer = Trainer(experiment, NOWHERE, executor, crew=Crew(rank, size))
        self._rank, self._size = rank, size
        self.failure: BaseException | None = None

    def start(self, store: Store) -> threading.Thread:
        """Meet the others and follow."""

        def run() -> None:
            try:
                group = Group(store, self._rank, self._size, torch.device("cpu"))
                follow(self.trainer, group)
            except BaseException as error:  # the test asks for it
                self.failure = error

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread


@contextmanager
def crew_of(
    experiment: Experiment, size: int, executor: Executor = "auto"
) -> Iterator[tuple[Trainer, list[Trainer]]]:
    """The leading trainer of so many, and the others; they are let go at the end.

    The leading one is made last: the others must not draw from the generator that it draws from.
    """
    followers = [Follower(experiment, rank, size, executor) for rank in range(1, size)]
    lead = Lead(size)
    leader = Trainer(experiment, NOWHERE, executor, crew=lead)
    store = HashStore()
    threads = [follower.start(store) for follower in followers]
    lead.meet(Group(store, 0, size, torch.device("cpu")))
    try:
        with patch.object(TracedGradients, "_chosen", _chosen_in_turn):
            yield leader, [follower.trainer for follower in followers]
    finally:
        lead.end()
        for thread in threads:
            thread.join(30)
        for follower in followers:
            if follower.failure is not None:
                raise follower.failure
