"""What an objective makes of each batch anew, and what a network makes that has learned it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from engine.parts.data import Facts
from engine.parts.objectives import Objective
from engine.parts.objectives.base import SEED
from engine.training.splits import Split, Splits

MEASURED = 1000
"""Samples that are made to be measured, and of the data's own, at most."""


def made_once(splits: Splits, objective: Objective) -> Splits:
    """Splits as they are measured where batches are made anew: each made once, always the same.

    What the batches are made of stays beside that, as `Split.origin`.
    """
    if type(objective).make is None:
        return splits

    def made(part: Split | None) -> Split | None:
        if part is None:
            return None
        with own_seed(SEED):
            inputs, targets = make(objective, splits.input_map.batch(part.inputs), part.targets)
        return Split(inputs, targets, origin=(part.inputs, part.targets))

    train = made(splits.train)
    assert train is not None, "there always is one"
    return replace(splits, train=train, validation=made(splits.validation), test=made(splits.test))


def make(objective: Objective, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """What is asked of samples as the network takes them, drawn anew."""
    function = type(objective).make
    if function is None:
        return inputs, targets
    return function(inputs, targets, **objective.making())


@contextmanager
def own_seed(seed: int) -> Iterator[None]:
    """Random numbers of a seed, and afterwards those that would have come without it."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


@dataclass(frozen=True)
class Maker:
    """Draws samples from a network that was asked for what makes them."""

    objective: Objective
    facts: Facts
    """As it is asked."""

    def way(self, model: nn.Module, count: int, seed: int = SEED) -> list[Tensor]:
        """So many samples and how they came about, the samples last: (count, *made) each."""
        function = type(self.objective).draw
        assert function is not None, "this objective makes something"
        device = next((p.device for p in model.parameters()), torch.device("cpu"))
        was_training = model.training
        model.eval()
        try:
            with torch.no_grad(), own_seed(seed):
                noise = torch.randn(count, *self.objective.noise_shape(self.facts)).to(device)
                return function(model, noise, **self.objective.drawing())
        finally:
            model.train(was_training)

    def samples(self, model: nn.Module, count: int, seed: int = SEED) -> Tensor:
        """So many samples: (count, *made), in the scale that is trained in."""
        return self.way(model, count, seed)[-1]


def maker_of(objective: Objective, facts: Facts) -> Maker | None:
    """What draws from networks that were asked so; None where they make nothing."""
    return Maker(objective, facts) if facts.made else None
