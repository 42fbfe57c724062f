"""Cuts the training split into batches, in the order that the seed gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from engine.parts.data import Pixels
from engine.parts.data.torchvision_import import torchvision_module
from engine.spec.grammar import parse_call
from engine.training.drawing import PLAIN, Drawing
from engine.training.inputs import InputMap
from engine.training.splits import Split, StreamedSplit

Make = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""From a batch's inputs, as the network takes them, and targets to what is asked of it."""


class Batches:
    """The batches of each epoch, gathered into fresh tensors.

    Never views: unaligned views change the last bits of small matrix products. Each epoch whose
    samples are drawn draws them from the global generator of the CPU.
    """

    def __init__(
        self,
        inputs: Tensor,
        targets: Tensor,
        batch_size: int,
        drawing: Drawing,
        input_map: InputMap,
        make: Make | None = None,
    ) -> None:
        """make: what an objective makes of each batch, drawn anew."""
        self._inputs = inputs
        """(samples, *stored shape) on the device."""
        self._targets = targets
        """In the loss's form, on the device."""
        self._size = min(batch_size, len(targets))
        self._count = -(-len(targets) // self._size)  # asked for at every step
        is_whole = self._size == len(targets)
        self._drawing = PLAIN if is_whole and drawing.is_permutation else drawing
        self._input_map = input_map
        self._augment = _augmentation(input_map.pixels)
        self._make = make
        self._parts: tuple[Tensor, ...] = ()
        self.order: Tensor | None = None
        """The epoch's samples on the CPU, one after the other; None for all as they are."""
        self._whole = is_whole and not self._drawing.draws

    def __len__(self) -> int:
        """How many batches an epoch has; the last one may be smaller."""
        return self._count

    @property
    def drawing(self) -> Drawing:
        """How the samples of each epoch are drawn."""
        return self._drawing

    @property
    def is_whole(self) -> bool:
        """Whether an epoch is one batch of the samples as they are kept, the same each time."""
        return self._whole and self._augment is None and self._make is None

    @property
    def num_samples(self) -> int:
        return len(self._targets)

    @property
    def size(self) -> int:
        """Samples of every batch but the last one."""
        return self._size

    @property
    def targets(self) -> Tensor:
        """Those of all samples, in the loss's form, on the device."""
        return self._targets

    @property
    def augments(self) -> bool:
        """Whether each image is changed at random before it is trained on."""
        return self._augment is not None

    def shuffle(self) -> None:
        """Begin an epoch: draw its order."""
        if self._drawing.draws:
            self.set_order(self._drawing.order(len(self._targets)))
        elif not self._parts:
            self.set_order(None)

    def set_order(self, order: Tensor | None) -> None:
        """Use this order, as a checkpoint has it."""
        self.order = order
        if order is None:
            order = torch.arange(len(self._targets))
        self._parts = torch.split(order.to(self._targets.device), self._size)

    def __getitem__(self, number: int) -> tuple[Tensor, Tensor]:
        """Batch `number` of the epoch: network inputs and targets."""
        inputs, targets = self._gathered(number)
        if self._augment is not None:
            inputs = torch.stack([self._augment(image) for image in inputs])
        inputs = self._input_map.batch(inputs)
        return (inputs, targets) if self._make is None else self._make(inputs, targets)

    def part(self, number: int, rank: int, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """One of `size` parts of batch `number`: its inputs and targets, and the batch's targets.

        The parts are the batch in its order, cut as evenly as can be, the longer ones first.
        """
        inputs, targets, all_targets = self._gathered_part(number, rank, size)
        if self._augment is not None and len(inputs):
            inputs = torch.stack([self._augment(image) for image in inputs])
        return self._input_map.batch(inputs), targets, all_targets

    def size_of(self, number: int) -> int:
        """How many samples batch `number` of an epoch has."""
        return min(self._size, len(self._targets) - number * self._size)

    def rows(self, number: int) -> Tensor:
        """Which samples of the split batch `number` of the epoch has."""
        return torch.arange(len(self._targets)) if self._whole else self._parts[number].cpu()

    def _gathered(self, number: int) -> tuple[Tensor, Tensor]:
        """Stored inputs and targets of a batch."""
        if self._whole:
            return self._inputs, self._targets
        index = self._parts[number]
        return self._inputs.index_select(0, index), self._targets.index_select(0, index)

    def _gathered_part(self, number: int, rank: int, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """As `_gathered` for a part, with the whole batch's targets."""
        index = self._parts[number]
        own = index.tensor_split(size)[rank]
        targets = self._targets.index_select(0, index)
        return self._inputs.index_select(0, own), targets.tensor_split(size)[rank], targets


class StreamedBatches(Batches):
    """Batches whose inputs are read from files, ahead of use, from any batch on."""

    @property
    def is_whole(self) -> bool:
        return False

    def __init__(
        self,
        split: StreamedSplit,
        targets: Tensor,
        batch_size: int,
        drawing: Drawing,
        input_map: InputMap,
    ) -> None:
        super().__init__(split.inputs, targets, batch_size, drawing, input_map)
        self._reader, self._index = split.reader, split.index
        self._coming: Iterator[Tensor] = iter(())
        self._next = 0
        """The batch that comes next of those."""

    def set_order(self, order: Tensor | None) -> None:
        super().set_order(order)
        self._coming = iter(())

    def _gathered(self, number: int) -> tuple[Tensor, Tensor]:
        if number != self._next or not self._reader.is_newest(self._coming):
            index = self._index if self.order is None else self._index[self.order]
            self._coming = self._reader.batches(torch.split(index, self._size)[number:])
        self._next = number + 1
        return next(self._coming), self._targets.index_select(0, self._parts[number])

    def _gathered_part(self, number: int, rank: int, size: int) -> tuple[Tensor, Tensor, Tensor]:
        if number != self._next or not self._reader.is_newest(self._coming):
            index = self._index if self.order is None else self._index[self.order]
            pieces = torch.split(index, self._size)[number:]
            self._coming = self._reader.batches([one.tensor_split(size)[rank] for one in pieces])
        self._next = number + 1
        targets = self._targets.index_select(0, self._parts[number])
        return next(self._coming), targets.tensor_split(size)[rank], targets


def batches_of(
    split: Split,
    targets: Tensor,
    batch_size: int,
    drawing: Drawing,
    input_map: InputMap,
    make: Make,
) -> Batches:
    """The batches of a split, kept in memory or streamed; targets in the loss's form.

    make: what its objective makes of each batch, where that is made anew.
    """
    if split.origin is not None:
        return Batches(*split.origin, batch_size, drawing, input_map, make)
    if isinstance(split, StreamedSplit):
        return StreamedBatches(split, targets, batch_size, drawing, input_map)
    return Batches(split.inputs, targets, batch_size, drawing, input_map)


def _augmentation(pixels: Pixels | None) -> Callable[[Tensor], Tensor] | None:
    """The random changes of one training image, by torchvision; None for none."""
    if pixels is None or not pixels.augmentations:
        return None
    v2 = torchvision_module("torchvision.transforms.v2")
    calls = [parse_call(text) for text in pixels.augmentations]
    changes: Callable[[Tensor], Tensor] = v2.Compose(
        [getattr(v2, call.name)(*call.args, **call.kwargs) for call in calls]
    )
    return changes
