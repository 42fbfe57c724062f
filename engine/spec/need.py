"""What a training takes of the memory, at least: known from its description, before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.limits import in_bytes
from engine.parts.shapes import product
from engine.spec.chain import Link, every
from engine.spec.experiment import Experiment
from engine.spec.freezing import num_frozen

FLOAT_BYTES = 4
COARSE_BYTES = 2


@dataclass(frozen=True)
class Need:
    """Bytes that are held at the same time in every step; kernels take more on the way."""

    weights: int
    gradients: int
    optimizer: int
    """The optimizer's state."""
    batch: int
    """Of a batch what the backward pass needs: the inputs of layers with weights."""

    @property
    def total(self) -> int:
        return self.weights + self.gradients + self.optimizer + self.batch

    @property
    def place(self) -> str:
        """The field to change where it is too much."""
        return "layers" if self.total < 2 * (self.total - self.batch) else "batch_size"

    def __str__(self) -> str:
        """`6.4 GB: 1.6 GB weights, 1.6 GB gradients, 3.2 GB of Adam's, 1.2 kB a batch`."""
        parts = [f"{in_bytes(self.weights)} of weights", f"{in_bytes(self.gradients)} of gradients"]
        if self.optimizer:
            parts.append(f"{in_bytes(self.optimizer)} of the optimizer's")
        parts.append(f"{in_bytes(self.batch)} of a batch")
        return f"{in_bytes(self.total)}: {', '.join(parts)}"

    def shortage(self, room: int, whose: str = "") -> str:
        """Why it does not fit into so many bytes, in a sentence; empty where it may."""
        if self.total <= room:
            return ""
        return (
            f"a training takes at least {self}; {in_bytes(room)} of memory are free{whose}, so it "
            "would be killed"
        )

    @property
    def before_the_gpu(self) -> Need:
        """What of it the CPU's memory must hold where a GPU trains: weights are made there."""
        return Need(self.weights, 0, 0, 0)


def need_of(experiment: Experiment, chain: Sequence[Link], batch_size: int) -> Need:
    """What the training of a chain of layers takes; batch_size: samples of a step."""
    num_parameters = sum(link.num_parameters for link in chain)
    weights = FLOAT_BYTES * num_parameters
    trained = weights - FLOAT_BYTES * num_frozen(experiment.freeze, chain)
    kept = sum(product(link.input_shape) for link in every(chain) if _keeps_input(link))
    number_bytes = COARSE_BYTES if experiment.precision == "bf16" else FLOAT_BYTES
    return Need(
        weights=weights,
        gradients=trained,
        optimizer=trained * experiment.optimizer.state_size,
        batch=number_bytes * batch_size * kept,
    )


def _keeps_input(link: Link) -> bool:
    """Whether a layer's input is kept for its weights' gradients.

    A block's input is that of its first layer, and is counted there.
    """
    first = link.inside[0] if link.inside else None
    return bool(link.own_parameters) and not (first and _keeps_input(first))
