"""One step of a training, taken apart: every number where there are few, chosen ones of many."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.runs.events import Figure

PartName = Literal["batch", "forward", "loss", "zero_grad", "backward", "clip", "step"]


class Focus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody looks at in a step."""

    sample: int = 0
    """Of the batch, counted from 0; beyond its end the last."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a step does."""

    name: PartName
    lines: list[str]
    """Of PyTorch, as the run's own script has them."""


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """All numbers of a tensor at a glance."""

    count: int
    norm: Figure
    """Their 2-norm."""
    lowest: Figure
    highest: Figure
    bins: list[int]
    """How many lie where between the two; empty where some are not finite."""
    zeros: int
    """How many are exactly zero."""


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """A tensor of samples and places: all of its numbers, or chosen ones."""

    shape: tuple[int, ...]
    rows: list[int]
    """Samples of the batch."""
    places: list[tuple[int, ...]]
    """Indices in a sample: `(3,)` of a row of features, `(0, 5, 2)` of a picture."""
    values: list[list[Figure]]
    """By row."""
    is_whole: bool
    spread: Spread


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The samples of the step."""

    num_samples: int
    batch: int
    """Which one of the epoch, from 1."""
    batches: int
    rows: list[int]
    """The samples that are told of: where they are in the training split."""
    inputs: Numbers
    """As the network takes them."""
    names: list[str]
    """Of the inputs; empty where they have none."""
    targets: list[list[Figure]]
    """Of the samples that are told of, as the loss takes them: a class, or numbers."""
    classes: list[str]
    """What the classes are called, up to some; empty for numbers."""


class WeightedSum(msgspec.Struct, frozen=True, kw_only=True):
    """How one number of a dense layer or a convolution comes about for the chosen sample."""

    place: tuple[int, ...]
    """Which of its outputs: `(3,)` of neurons, `(0, 5, 2)` of a channel's."""
    factors: list[tuple[tuple[int, ...], Figure, Figure]]
    """Place of the input, its value, its weight; those that count most where there are many."""
    rest: Figure
    """What the inputs that are not told of add up to; None where there are none."""
    window: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    """Of a convolution: the first and the last place of the input that its kernel lies over."""
    num_zeros: int = 0
    """How many more weights meet a border of zeros."""
    bias: Figure
    total: Figure


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What a layer keeps beside its weights, and changes by looking: batchnorm's statistics."""

    name: str
    before: list[Figure]
    after: list[Figure]
    """The first of them where there are many."""
    count: int


class LayerStep(msgspec.Struct, frozen=True, kw_only=True):
    """A layer on the way there and on the way back."""

    layer: tuple[int, ...]
    """Its address."""
    text: str
    """As the experiment writes it."""
    code: str
    """As the script finds it: `model[0]`."""
    outputs: Numbers
    gradients: Numbers | None
    """How the loss changes with each output; None where none came back."""
    sums: list[WeightedSum]
    moved: list[Moved]


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One line of an arithmetic, as engine.parts.arithmetic has it."""

    name: str
    formula: str
    words: str


class SampleLoss(msgspec.Struct, frozen=True, kw_only=True):
    """How one sample's loss comes about."""

    row: int
    """Of the batch."""
    outputs: list[Figure]
    """What the network says of it."""
    target: list[Figure]
    """A class, or numbers."""
    places: list[int]
    """Which of the outputs are told of."""
    values: dict[str, list[Figure]]
    """What each line of the arithmetic comes to, at those places or as one number."""
    loss: Figure
    """By PyTorch, of this sample alone."""
    weight: Figure
    """How much it counts in the mean."""


class LossStep(msgspec.Struct, frozen=True, kw_only=True):
    """How wrong the network is, and how that comes about."""

    text: str
    lines: list[Line]
    """Empty where none are declared."""
    settings: dict[str, float]
    samples: list[SampleLoss]
    is_weighted: bool
    """Whether the mean is by the weights of classes."""
    loss: Figure
    """Of the batch, by PyTorch."""
    penalties: dict[str, Figure]
    """What is added to it, by name: `l1`, `l2`."""
    objective: Figure
    """What the gradients are of."""


class Clipping(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to gradients that were too large."""

    most: float
    norm: Figure
    """Of all gradients before."""
    factor: Figure
    """What each was multiplied by."""


class WeightStep(msgspec.Struct, frozen=True, kw_only=True):
    """What the step does to one weight."""

    place: tuple[int, ...]
    before: Figure
    gradient: Figure
    """As it came back; None where none did."""
    used: Figure
    """The same as the optimizer gets it, clipped."""
    kept: list[Figure]
    """What the optimizer kept of it before, in the order of Update.kept."""
    values: list[Figure]
    """What each line of the arithmetic comes to, but for the last, which is `after`."""
    after: Figure


class ParameterStep(msgspec.Struct, frozen=True, kw_only=True):
    """What the step does to the weights, or the biases, of one layer."""

    layer: tuple[int, ...]
    text: str
    name: str
    """As PyTorch finds it: `0.weight`."""
    shape: tuple[int, ...]
    weights: list[WeightStep]
    is_whole: bool
    """Whether these are all; else those that change most."""
    before: Spread
    gradient: Spread | None
    """None where it got none."""
    change: Spread
    rate: Figure = None
    """Its learning rate, where that is not the optimizer's own."""


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """What the optimizer makes of the gradients."""

    text: str
    lines: list[Line]
    """Its arithmetic for one weight; empty where none is declared."""
    kept: list[str]
    """Those of the lines that it keeps from step to step."""
    settings: dict[str, float]
    """What the formulas call by name, at this step."""
    parameters: list[ParameterStep]
    loss_after: Figure
    """Of the same batch with the weights after the step, the same random numbers drawn."""


class DissectedStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step in its parts; nothing of it is done yet."""

    step: int
    """Which it is, from 1."""
    epoch: int
    """The epoch that it is in, from 1."""
    parts: list[Part]
    sample: int
    """The chosen one of the batch."""
    batch: Batch
    layers: list[LayerStep]
    loss: LossStep
    left_over: Figure
    """The norm of the gradients of the step before; None where there was none."""
    clipping: Clipping | None
    update: Update
    digest_before: str
    """SHA-256 of what the network is: weights and buffers, by name."""
    digest: str
    """Of what it is afterwards."""
