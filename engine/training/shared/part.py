"""What one process's part of a batch counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from torch import Tensor

from engine.errors import UsageError
from engine.parts.layers.address import place, walk
from engine.parts.losses import Loss
from engine.spec.chain import every
from engine.training.shared.crew import Crew

if TYPE_CHECKING:
    from engine.training.trainer import Trainer


def weigher(loss: Loss, class_weights: Tensor | None) -> Callable[[Tensor], float]:
    """What a loss divides by: the weights of the classes of some targets, or how many there are."""
    if class_weights is None or not loss.divides_by_weights:
        return len
    weights = class_weights

    def weight(targets: Tensor) -> float:
        return weights.to(targets.device)[targets].sum().item()

    return weight


def part_size(batch_size: int, crew: Crew | None) -> int:
    """How many samples of a batch a process has, the first one at least."""
    return batch_size if crew is None else -(-batch_size // crew.size)


def check_parts(trainer: Trainer) -> None:
    """Refuse parts in which a layer has a single value to normalize; raises UsageError."""
    crew, batches = trainer.crew, trainer.batches
    assert crew is not None, "it is trained by several"
    for size in {batches.size_of(0), batches.size_of(len(batches) - 1)}:
        if 1 not in (size // crew.size, part_size(size, crew)):
            continue
        for link in every(trainer.chain):
            if link.layer.is_single(link.input_shape):
                raise UsageError(
                    f"{place(link.address)} {link.layer} needs two samples in every process, but "
                    f"of a batch of {size} some of {crew.size} processes have one: take another "
                    "batch_size"
                )


def differences(trainer: Trainer) -> Iterator[str]:
    """In what the numbers are not those of one process, a sentence each."""
    layers = [layer for _, layer in walk(trainer.experiment.network)]
    for name in dict.fromkeys(one.name for one in layers if one.normalizes == "batch"):
        yield (
            f"{name} normalizes each process's part of a batch by itself: the numbers are those of "
            "smaller batches there, not those of one process"
        )
    drawing = (one for one in layers if not one.steady and one.normalizes != "batch")
    for name in dict.fromkeys(layer.name for layer in drawing):
        yield f"{name} draws in each process by itself: the numbers are not those of one process"
    pixels = trainer.splits.input_map.pixels
    if pixels is not None and pixels.augmentations:
        yield "pictures are changed at random in each process: the numbers are not those of one"
