"""The batches of a stack: for each training the samples that it would have alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from engine.training.stacked.errors import Unstackable
from engine.training.trainer import Trainer


class Stacked:
    """Tensors of the same shape, one for each training; kept once where all have the same."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        """Raises Unstackable where the shapes differ."""
        first = tensors[0]
        if any(t.shape != first.shape or t.dtype != first.dtype for t in tensors):
            raise Unstackable("their data has different shapes")
        self.is_shared = all(tensor is first for tensor in tensors)
        self.num_samples = len(first)
        self.flat = first if self.is_shared else torch.cat(list(tensors))
        """(samples, …), or (trainings · samples, …)."""

    def whole(self, change: Callable[[Tensor], Tensor] = lambda tensor: tensor) -> Tensor:
        """All samples, (samples, …) or (trainings, samples, …)."""
        return self._folded(change(self.flat), self.num_samples)

    def picked(self, index: Tensor, change: Callable[[Tensor], Tensor]) -> Tensor:
        """Some samples: index (picked,) of all trainings, or (trainings, picked) of each."""
        size = index.shape[-1]
        if index.dim() == 1 and not self.is_shared:
            index = index.expand(len(self.flat) // self.num_samples, size)
        if index.dim() == 2 and not self.is_shared:
            first = torch.arange(0, len(self.flat), self.num_samples, device=index.device)
            index = index + first.unsqueeze(1)
        found = change(self.flat.index_select(0, index.reshape(-1)))
        return found if index.dim() == 1 else found.reshape(len(index), size, *found.shape[1:])

    def _folded(self, flat: Tensor, size: int) -> Tensor:
        return flat if self.is_shared else flat.reshape(-1, size, *flat.shape[1:])


class StackedBatches:
    """The batches of each epoch of all trainings."""

    def __init__(self, trainers: Sequence[Trainer], generators: Sequence[torch.Generator]) -> None:
        """generators: what each training draws from. Raises Unstackable."""
        self._trainers, self._generators = trainers, generators
        first = trainers[0].batches
        if any(
            (len(other), other.drawing.draws) != (len(first), first.drawing.draws)
            for other in (trainer.batches for trainer in trainers)
        ):
            raise Unstackable("their batches differ in number")
        if any(trainer.batches.augments for trainer in trainers):
            raise Unstackable("each picture is changed at random by itself")
        maps = [trainer.splits.input_map for trainer in trainers]
        if any(one.pixels != maps[0].pixels for one in maps):
            raise Unstackable("their pixels are scaled otherwise")
        self._change = maps[0].batch
        self._inputs = Stacked([trainer.device_splits["train"].inputs for trainer in trainers])
        self._targets = Stacked(_same([trainer.batches.targets for trainer in trainers]))
        states = [generator.get_state() for generator in generators]
        same_order = not first.drawing.draws or (
            all(torch.equal(state, states[0]) for state in states)
            and all(trainer.batches.drawing.is_permutation for trainer in trainers)
        )
        self._same_order = same_order
        self.is_shared = self._inputs.is_shared and self._targets.is_shared and same_order
        """Whether all trainings have the same batches."""
        self._whole: tuple[Tensor, Tensor] | None = None
        self._order: Tensor | None = None

    def __len__(self) -> int:
        """How many an epoch has."""
        return len(self._trainers[0].batches)

    @property
    def is_whole(self) -> bool:
        """Whether an epoch is one batch of all samples, the same each time."""
        return self._trainers[0].batches.is_whole

    def shuffle(self) -> None:
        """Begin an epoch: draw each training's order as it would alone."""
        if self.is_whole:
            return
        draws = self._trainers[0].batches.drawing.draws
        asked = self._trainers if draws else self._trainers[:1]
        for trainer, generator in zip(asked, self._generators, strict=False):
            if draws:
                torch.set_rng_state(generator.get_state())
            trainer.batches.shuffle()
            if draws:
                generator.set_state(torch.get_rng_state())
        orders = [trainer.batches.order for trainer in asked]
        if orders[0] is None:
            order = torch.arange(self._inputs.num_samples)
        elif self._same_order:
            order = orders[0]
        else:
            order = torch.stack([one for one in orders if one is not None])
        self._order = order.to(self._inputs.flat.device)

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        """Batch `number` of the epoch: (samples, …) if it is shared, or (trainings, samples, …)."""
        if self.is_whole:
            if self._whole is None:
                self._whole = self._both(self._inputs.whole(self._change), self._targets.whole())
            return self._whole
        assert self._order is not None, "an epoch begins with `shuffle`"
        size = self._trainers[0].batches.size
        index = self._order[..., number * size : (number + 1) * size]
        return self._both(
            self._inputs.picked(index, self._change),
            self._targets.picked(index, lambda tensor: tensor),
        )

    def _both(self, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """With a first dimension for the trainings in both, or in neither."""
        if self.is_shared:
            return inputs, targets
        count = len(self._trainers)
        if self._inputs.is_shared and self._same_order:
            inputs = inputs.expand(count, *inputs.shape)
        if self._targets.is_shared and self._same_order:
            targets = targets.expand(count, *targets.shape)
        return inputs, targets


def _same(tensors: Sequence[Tensor]) -> list[Tensor]:
    """The tensors, the first in place of all that are like it: targets are made for each."""
    first = tensors[0]
    if all(t.shape == first.shape and torch.equal(t, first) for t in tensors[1:]):
        return [first] * len(tensors)
    return list(tensors)
